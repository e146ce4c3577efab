"""What becomes of a message that was sent and came back: told by a mail server's letter or by a vendor's webhook."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from consents.models import Channel
from notifications.actions import DeliveryReport, record_reports
from notifications.dsn import Verdict
from notifications.models import LETTER_PREFIX, Message, ServiceLetter
from notifications.states import State
from notifications.suppression import suppress

MOST_TRIES = 3
AGAIN_AFTER = timedelta(hours=6)
LEAVING = "wiadomość jest jeszcze w drodze do bramki"


class TooEarly(Exception):
    """The message came back before its own answer was stored: later."""


@dataclass(frozen=True)
class Return:
    """A message by our reference («spm-12», «spm-l7» for a code), what its return means, and the words that came."""

    reference: str
    verdict: Verdict
    words: str


def take_back(returned: Return, *, gateway: str, at: datetime) -> bool:
    """Act on a message that came back by *gateway*; returns whether it is one that we know.

    To a dead address nothing goes any more. A full mailbox is tried again, twice, six hours apart, while the message
    still makes sense. Raises TooEarly while its answer is being stored.
    """
    if returned.verdict is Verdict.NOTHING:
        return True
    with transaction.atomic():
        if returned.reference.startswith(LETTER_PREFIX):
            return _take_back_letter(returned, at=at)
        number = returned.reference.removeprefix("spm-")
        if not number.isdecimal():
            return False
        mine = Message.objects.select_for_update(of=("self",)).filter(pk=int(number), channel=Channel.EMAIL)
        message = mine.filter(gateway=gateway).first()
        if message is None:
            return False
        if returned.verdict is Verdict.LATER:
            _try_later(message, returned, gateway=gateway, at=at)
            return True
        report = DeliveryReport("", returned.reference, State.FAILED, f"zwrot: {returned.words}")
        record_reports([report], gateway=gateway, at=at)
        if returned.verdict is Verdict.DEAD:
            suppress(Channel.EMAIL, [(message.address, _reason(returned))], at=at)
    return True


def _reason(returned: Return) -> str:
    return f"zwrot: {returned.words}"


def _take_back_letter(returned: Return, *, at: datetime) -> bool:
    letter = ServiceLetter.objects.filter(
        pk=int(returned.reference.removeprefix(LETTER_PREFIX) or 0), channel=Channel.EMAIL
    ).first()
    if letter is None:
        return False
    ServiceLetter.objects.filter(pk=letter.pk).update(refused=_reason(returned)[:80])
    if returned.verdict is Verdict.DEAD:
        suppress(Channel.EMAIL, [(letter.address, _reason(returned))], at=at)
    return True


def _try_later(message: Message, returned: Return, *, gateway: str, at: datetime) -> None:
    """Back into the queue, or failed where three tries were made or the message has no time left."""
    again_at = at + AGAIN_AFTER
    if message.state == State.SENDING:
        raise TooEarly(LEAVING)
    is_late = message.expires_at is not None and message.expires_at <= again_at
    if message.state == State.SENT and message.attempts < MOST_TRIES and not is_late:
        Message.objects.filter(pk=message.pk).update(
            state=State.QUEUED, not_before=again_at, sent_at=None, reason=_reason(returned)[:200]
        )
    elif message.state != State.QUEUED:  # queued: the same return again, by another way
        report = DeliveryReport("", returned.reference, State.FAILED, _reason(returned))
        record_reports([report], gateway=gateway, at=at)
