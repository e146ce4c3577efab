"""Messages that are no notifications: codes for addresses, answers to a STOP. A job of their own sends them.

At least once: a gateway with keys refuses the second of a pair, and a code that comes twice by e-mail harms nobody.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from consents.models import Channel
from notifications.gateways import Outcome, Parcel, Receipt
from notifications.models import ServiceLetter, letter_reference
from notifications.routes import ways
from notifications.sms_text import for_phones

BATCH = 100
AGAIN = timedelta(seconds=60)


def queue_letter(
    *,
    channel: str,
    address: str,
    subject: str,
    body: str,
    key: str,
    at: datetime,
    expires_at: datetime,
    is_transliterated: bool = True,
) -> None:
    """Queue one letter in the caller's transaction; the same *key* again is a no-op."""
    ServiceLetter.objects.bulk_create(
        [
            ServiceLetter(
                channel=channel,
                address=address,
                subject=subject,
                body=for_phones(body, is_transliterated=is_transliterated) if channel == Channel.SMS else body,
                key=key,
                queued_at=at,
                not_before=at,
                expires_at=expires_at,
            )
        ],
        ignore_conflicts=True,
    )


def send_letters(*, clock: Callable[[], datetime]) -> int:
    """Send what waits, a channel after the other; returns how many the gateways took."""
    return sum(_send_batch(channel, clock) for channel in settings.MESSAGE_GATEWAYS)


def _send_batch(channel: str, clock: Callable[[], datetime]) -> int:
    ready = ways(channel, at=clock(), limit=BATCH)
    letters = _claim(channel, at=clock()) if ready else []
    if not letters:
        return 0
    receipts = ready[0].gateway.send([_parcel(letter) for letter in letters])
    return _store(receipts, at=clock())


def _parcel(letter: ServiceLetter) -> Parcel:
    reference = letter_reference(letter.pk)
    return Parcel(letter.pk, reference, letter.address, letter.subject, letter.body, is_repeat=letter.tries > 0)


def _claim(channel: str, *, at: datetime) -> list[ServiceLetter]:
    with transaction.atomic(durable=True):
        waiting = ServiceLetter.objects.filter(
            channel=channel, sent_at__isnull=True, refused="", not_before__lte=at, expires_at__gt=at
        )
        letters = list(waiting.order_by("pk").select_for_update(of=("self",), skip_locked=True)[:BATCH])
        ServiceLetter.objects.filter(pk__in=[letter.pk for letter in letters]).update(
            not_before=at + AGAIN, tries=F("tries") + 1
        )
    return letters


def _store(receipts: Sequence[Receipt], *, at: datetime) -> int:
    taken = [receipt.message_id for receipt in receipts if receipt.outcome is Outcome.ACCEPTED]
    with transaction.atomic(durable=True):
        ServiceLetter.objects.filter(pk__in=taken).update(sent_at=at, body="")
        for receipt in receipts:
            if receipt.outcome is Outcome.REJECTED:
                ServiceLetter.objects.filter(pk=receipt.message_id).update(refused=receipt.code[:80] or "?", body="")
    return len(taken)


def forget_letters(before: datetime, most: int) -> int:
    """Delete at most *most* letters that were queued before *before*; returns how many."""
    some = list(ServiceLetter.objects.filter(queued_at__lt=before).order_by("pk").values_list("pk", flat=True)[:most])
    return ServiceLetter.objects.filter(pk__in=some).delete()[0]


def count_letters(before: datetime) -> int:
    """How many letters are past their term."""
    return ServiceLetter.objects.filter(queued_at__lt=before).count()
