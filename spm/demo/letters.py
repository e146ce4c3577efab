"""E-mails of the demo town: put into its mailbox as a mail server would, read as any other."""

import imaplib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from io import BytesIO

from django.conf import settings
from PIL import Image, ImageDraw

from consents.application_pdf import Known, application_pdf
from consents.printing import print_form, shared_form
from consents.replacement import Choice
from core.actor import job
from core.documents.workshop import draw
from mailroom.fetching import poll
from mailroom.intake import read_stored
from residents.queries import find_payer
from spm.demo.people import Inhabitant

TO = "wnioski@dolina.example"
BY = job("load_demo")
TICKED = (Choice("waste", "sms"), Choice("waste", "email"), Choice("crisis", "sms"))
TABLE, INK = (96, 82, 70), (24, 32, 96)


def deliver_letters(
    senders: Sequence[Inhabitant], *, clock: Callable[[], datetime], say: Callable[[str], None]
) -> None:
    """Put the letters into the mailbox and read them; nothing where no mailbox is set (dovecot is not installed)."""
    if not settings.MAILBOX["host"]:
        return
    say("poczta …")
    mailbox = settings.MAILBOX
    line = imaplib.IMAP4(mailbox["host"], mailbox["port"], timeout=20)
    try:
        line.login(mailbox["user"], mailbox["password"])
        for letter in letters(senders, at=clock()):
            line.append(mailbox["folder"], "", "", letter.as_bytes(policy=SMTP))
    finally:
        line.logout()
    poll(clock=clock)
    read_stored(clock=clock)


def letters(senders: Sequence[Inhabitant], *, at: datetime) -> Iterator[EmailMessage]:
    """A photographed application, a question without one, a file that cannot be opened, spam, an answering machine."""
    first, second, third = (list(senders) * 3)[-3:]
    photograph = _letter(1, first, "Wniosek o powiadomienia", "Dzień dobry,\n\nw załączniku podpisany wniosek.", at=at)
    photograph.add_attachment(
        photographed(first, at=at), maintype="image", subtype="jpeg", filename="IMG_20261118_1802.jpg"
    )
    yield photograph
    yield _letter(2, second, "powiadomienia sms", "Jak mogę dostawać SMS-y o śmieciach?\nPozdrawiam", at=at)
    damaged = _letter(3, third, "Wniosek", "Przesyłam wniosek.\n\nWysłano z telefonu", at=at)
    half = photographed(third, at=at)
    damaged.add_attachment(half[: len(half) // 3], maintype="image", subtype="jpeg", filename="wniosek.jpg")
    yield damaged
    spam = _letter(4, None, "Pożyczka bez zaświadczeń", "Kliknij i odbierz 50 000 zł.", at=at)
    spam["X-Spam-Flag"] = "YES"
    yield spam
    robot = _letter(5, second, "Odpowiedź automatyczna: Re: powiadomienia sms", "Jestem na urlopie do 30.", at=at)
    robot["Auto-Submitted"] = "auto-replied"
    yield robot


def _letter(number: int, sender: Inhabitant | None, subject: str, text: str, *, at: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"{sender.name} <{sender.email}>" if sender else "Szybka Gotówka <oferta@pozyczki.example>"
    message["To"], message["Subject"], message["Date"] = TO, subject, format_datetime(at)
    message["Message-ID"] = f"<demo-{number}@dolina.example>"
    message.set_content(text)
    return message


def photographed(who: Inhabitant, *, at: datetime, longest: int = 2_400) -> bytes:
    """The application of *who*, filled, signed with a pen, a little askew on a table; *longest* side in pixels."""
    payer = find_payer(who.number)
    form = print_form(payer.pk, by=BY, at=at) if payer else shared_form(at=at)
    known = Known(name=who.name, phone=who.phone, email=who.email, ticked=frozenset(TICKED))
    _, picture = draw(application_pdf(form, known), 0, longest=longest)
    paper = Image.open(BytesIO(picture)).convert("RGB")
    pen = ImageDraw.Draw(paper)
    left, top = int(paper.width * 0.62), int(paper.height * 0.93)
    wave = [(left + step * 12, top - (step * 37 % 29)) for step in range(30)]
    pen.line(wave, fill=INK, width=4, joint="curve")
    table = Image.new("RGB", (paper.width + 240, paper.height + 240), TABLE)
    table.paste(paper, (120, 120))
    out = BytesIO()
    table.rotate(1.6, resample=Image.Resampling.BICUBIC, fillcolor=TABLE).save(out, "JPEG", quality=80)
    return out.getvalue()
