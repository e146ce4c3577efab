"""What clerks do with a message."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from consents.models import Channel
from core import audit
from core.actor import Actor
from core.errors import Refused
from mailroom.models import DECIDED, IncomingMail, MailAnswer, MailState, Sort
from notifications.service_letters import queue_letter

ANSWER_WAITS = timedelta(days=3)  # for a mail server that is away


def _locked(mail: IncomingMail) -> IncomingMail:
    """The message under lock. Raises Refused `mail_decided`, `mail_unread`."""
    locked = IncomingMail.objects.select_for_update(of=("self",)).get(pk=mail.pk)
    if locked.state in DECIDED:
        raise Refused("mail_decided", f"Tę wiadomość już załatwiono: {locked.get_state_display()}. Nic nie zapisano.")
    if locked.state == MailState.RAW:
        raise Refused("mail_unread", "Ta wiadomość nie jest jeszcze odczytana.", mend="Odśwież stronę za chwilę.")
    return locked


def _decide(mail: IncomingMail, state: MailState, *, reason: str, by: Actor, at: datetime) -> None:
    mail.state, mail.reason, mail.decided_at, mail.decided_by_id = state, reason, at, by.account_id
    mail.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    audit.record("decide_mail", f"mail:{mail.pk}", by=by, state=state.value)


def put_mail_aside(mail: IncomingMail, *, reason: str, by: Actor, at: datetime) -> None:
    """Out of the queue for a *reason* in words. Raises Refused `reason_missing`, `mail_decided`, `mail_unread`."""
    if not reason.strip():
        raise Refused("reason_missing", "Podaj, dlaczego odkładasz tę wiadomość.", where="reason")
    with transaction.atomic():
        _decide(_locked(mail), MailState.ASIDE, reason=reason.strip()[:300], by=by, at=at)


def mark_no_application(mail: IncomingMail, *, by: Actor, at: datetime) -> None:
    """It is no application, and nothing is to be done here. Raises Refused `mail_decided`, `mail_unread`."""
    with transaction.atomic():
        _decide(_locked(mail), MailState.NO_APPLICATION, reason="", by=by, at=at)


def close_registered(mail: IncomingMail, *, by: Actor, at: datetime) -> None:
    """All that is an application in it is registered; the other attachments are none.

    Raises Refused `nothing_registered`, `mail_decided`, `mail_unread`.
    """
    with transaction.atomic():
        locked = _locked(mail)
        if not locked.attachments.filter(application__isnull=False).exists():
            raise Refused("nothing_registered", "Z tej wiadomości nie zarejestrowano jeszcze wniosku.")
        _decide(locked, MailState.REGISTERED, reason="", by=by, at=at)


def answer_mail(mail: IncomingMail, *, subject: str, body: str, by: Actor, at: datetime) -> MailAnswer:
    """Write back to the sender and close the message; what the sender then sends is a message of its own.

    Raises Refused `sender_unknown`, `automatic_not_answered` (RFC 3834: robots would write for ever), `body_missing`,
    `mail_decided`, `mail_unread`.
    """
    if not body.strip():
        raise Refused("body_missing", "Napisz odpowiedź.", where="body")
    with transaction.atomic():
        locked = _locked(mail)
        if locked.sort == Sort.AUTOMATIC:
            raise Refused("automatic_not_answered", "Na odpowiedzi automatyczne się nie odpowiada.")
        try:
            validate_email(locked.sender)
        except ValidationError as error:
            raise Refused(
                "sender_unknown", "Wiadomość nie podaje adresu nadawcy, na który można odpowiedzieć."
            ) from error
        answer = MailAnswer.objects.create(
            mail=locked, subject=subject.strip()[:150], body=body.strip(), by_name=by.name, at=at
        )
        queue_letter(
            channel=Channel.EMAIL,
            address=locked.sender,
            subject=answer.subject,
            body=answer.body,
            key=f"mail-answer:{answer.pk}",
            at=at,
            expires_at=at + ANSWER_WAITS,
        )
        _decide(locked, MailState.ANSWERED, reason="", by=by, at=at)
    return answer


def reopen_mail(mail: IncomingMail, *, by: Actor, at: datetime) -> None:
    """Back into the queue: the decision was a mistake. Raises Refused `mail_not_decided`, `mail_registered`."""
    with transaction.atomic():
        locked = IncomingMail.objects.select_for_update(of=("self",)).get(pk=mail.pk)
        if locked.state == MailState.REGISTERED:
            raise Refused("mail_registered", "Z tej wiadomości zarejestrowano wniosek; zmień lub odrzuć wniosek.")
        if locked.state not in DECIDED:
            raise Refused("mail_not_decided", "Ta wiadomość jest w kolejce.")
        locked.state, locked.reason, locked.decided_at, locked.decided_by = MailState.WAITING, "", None, None
        locked.save(update_fields=["state", "reason", "decided_at", "decided_by"])
        audit.record("reopen_mail", f"mail:{mail.pk}", by=by)


def move_to_list(mail: IncomingMail, *, sort: Sort, by: Actor) -> None:
    """Into the list where it belongs: the mail server was wrong. Raises Refused `mail_decided`, `mail_unread`."""
    with transaction.atomic():
        locked = _locked(mail)
        locked.sort, locked.why_sorted = sort, "" if sort == Sort.LETTER else f"tak zdecydował(a) {by.name}"[:120]
        locked.save(update_fields=["sort", "why_sorted"])
        audit.record("move_mail", f"mail:{mail.pk}", by=by, sort=sort.value)


def record_mail_look(mail: IncomingMail, *, what: str, by: Actor) -> None:
    """Note that a member of staff opened the message or a part of it, *what* in words: whose it is nobody knows yet."""
    audit.record("look_at_mail", f"mail:{mail.pk}", by=by, what=what)
