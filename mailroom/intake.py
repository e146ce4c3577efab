"""A stored message read: its documents checked and kept, its place in a list found. What breaks is listed with why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F

from consents.signatures.xades import is_detached
from core import audit
from core.actor import job
from core.documents.arriving import Checked, check_document, keep_document, store_refused
from core.documents.kinds import SIGNED
from core.errors import Refused
from core.models import StoredDocument
from mailroom.fetching import waiting_to_be_read
from mailroom.models import IncomingMail, MailAttachment, MailState, Sort
from mailroom.reading import Attached, ReadMail, read_mail

MOST_ATTEMPTS = 3
BY = job("read_mail")
BROKEN = "Tej wiadomości nie udało się odczytać ({}). Pobierz oryginał i otwórz go w programie pocztowym."
DIED = "Odczyt tej wiadomości przerwał się trzy razy. Pobierz oryginał i otwórz go w programie pocztowym."


@dataclass(frozen=True)
class _Seen:
    """One attachment: passed, or refused with why."""

    attached: Attached
    outcome: Checked | Refused


def read_stored(*, clock: Callable[[], datetime]) -> int:
    """Read every stored message that nobody read yet; returns how many went into a list.

    While ClamAV is silent messages wait: the next run tries them again.
    """
    return sum(read_message(pk, at=clock()) for pk in waiting_to_be_read())


def read_message(pk: int, *, at: datetime) -> bool:
    """Read one; whether it went into a list. Run twice or killed in the middle, it is read once."""
    IncomingMail.objects.filter(pk=pk).update(attempts=F("attempts") + 1)
    mail = IncomingMail.objects.select_related("raw").get(pk=pk)
    if mail.attempts > MOST_ATTEMPTS:
        return _give_up(pk, DIED)
    try:
        read = read_mail(mail.raw.content)
        seen = [_look(attached) for attached in read.attached] if mail.raw.is_whole else []
    except Refused as silent:
        IncomingMail.objects.filter(pk=pk).update(attempts=0, problem=str(silent)[:300])
        return False
    except Exception as error:  # a message made to break readers must not stop those behind it
        return _give_up(pk, BROKEN.format(type(error).__name__))
    return _keep(pk, read, seen, is_whole=mail.raw.is_whole, at=at)


def _look(attached: Attached) -> _Seen:
    """Check one attachment. Raises Refused `antivirus_down` alone."""
    try:
        largest = settings.MAILBOX["largest"]
        return _Seen(attached, check_document(attached.content, kinds=SIGNED, largest=largest))
    except Refused as refusal:
        if refusal.code == "antivirus_down":
            raise
        return _Seen(attached, refusal)


def _keep(pk: int, read: ReadMail, seen: Sequence[_Seen], *, is_whole: bool, at: datetime) -> bool:
    with transaction.atomic():
        mail = IncomingMail.objects.select_for_update(of=("self",)).get(pk=pk)
        if mail.state != MailState.RAW:
            return False
        mail.sender, mail.sender_name, mail.subject = read.sender, read.sender_name, read.subject
        mail.text, mail.sent_at, mail.checks = read.text, read.sent_at, read.checks
        mail.sort, mail.why_sorted = Sort(read.sort), read.why
        mail.problem = read.left_out if is_whole else mail.problem
        mail.state = MailState.WAITING
        mail.save()
        for position, one in enumerate(_with_bytes(seen), start=1):
            MailAttachment.objects.create(mail=mail, position=position, document=_document(one, at=at))
        audit.record("read_mail", f"mail:{pk}", by=BY, sort=read.sort, attachments=len(seen))
    return True


def _with_bytes(seen: Sequence[_Seen]) -> list[_Seen]:
    """The attachments; where one is a signature in a file of its own, the others keep every byte under it."""
    if not any(isinstance(one.outcome, Checked) and is_detached(one.attached.content) for one in seen):
        return list(seen)
    return [
        replace(one, outcome=replace(one.outcome, is_signed_apart=True)) if isinstance(one.outcome, Checked) else one
        for one in seen
    ]


def _document(one: _Seen, *, at: datetime) -> StoredDocument:
    name = one.attached.name
    if isinstance(one.outcome, Refused):
        return store_refused(one.attached.content, one.outcome, name=name, by=BY, at=at)
    return keep_document(one.outcome, name=name, by=BY, at=at)


def _give_up(pk: int, problem: str) -> bool:
    with transaction.atomic():
        given_up = IncomingMail.objects.filter(pk=pk, state=MailState.RAW)
        if given_up.update(state=MailState.UNREADABLE, problem=problem[:300]):
            audit.record("give_up_mail", f"mail:{pk}", by=BY)
    return False
