"""Messages as people, robots and broken programs send them, and the mailbox into which they are put."""

import hashlib
from email.message import EmailMessage
from email.policy import SMTP

from mailroom.intake import read_message
from mailroom.models import IncomingMail, RawMail
from tests import documents, make


def letter(
    *files: tuple[str, str, bytes],
    subject: str = "Wniosek o powiadomienia",
    text: str = "Dzień dobry, przesyłam wniosek.",
    sender: str = "Anna Nowak <anna@example.com>",
    message_id: str = "<1@example.com>",
    **headers: str,
) -> bytes:
    """A message with *files* (name, type, content); a header's underscores stand for hyphens."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "wnioski@dolina.example", subject
    message["Date"] = "Sat, 21 Nov 2026 10:00:00 +0100"
    if message_id:
        message["Message-ID"] = message_id
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    for name, kind, content in files:
        maintype, _, subtype = kind.partition("/")
        message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)
    return message.as_bytes(policy=SMTP)


PHOTO = ("IMG_2041.JPG", "image/jpeg", documents.photograph())


def stored(raw: bytes, key: str = "1") -> IncomingMail:
    """A message that was stored and not yet read."""
    mail = IncomingMail.objects.create(key=key, sha256=hashlib.sha256(raw).hexdigest(), size=len(raw))
    RawMail.objects.create(mail=mail, content=raw)
    return mail


def received(raw: bytes, key: str = "1") -> IncomingMail:
    """A message that was stored and read."""
    mail = stored(raw, key)
    read_message(mail.pk, at=make.now())
    return IncomingMail.objects.get(pk=mail.pk)


def letter_with_photograph() -> IncomingMail:
    """Anna's application by e-mail, waiting for a clerk."""
    return received(letter(PHOTO))
