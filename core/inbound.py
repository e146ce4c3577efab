"""Store an outside event once, mark it handled, list what is left."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from core.models import InboundEvent

MOST_ATTEMPTS = 20


def receive(
    source: str, *, key: str, headers: Mapping[str, str], body: bytes, is_verified: bool
) -> tuple[InboundEvent, bool]:
    """Store an event raw, in a transaction of its own; returns the row and whether it is new.

    The same (*source*, *key*) again only counts `times_seen` up. Answer the sender after this returns, not before.
    """
    with transaction.atomic():
        event, is_new = InboundEvent.objects.get_or_create(
            source=source,
            key=key,
            defaults={"headers": dict(headers), "body": body, "is_verified": is_verified},
        )
        if not is_new:
            InboundEvent.objects.filter(pk=event.pk).update(times_seen=F("times_seen") + 1)
    return event, is_new


def unhandled(source: str, *, limit: int = 500) -> Iterable[InboundEvent]:
    """Verified events of *source* that nobody has handled yet, oldest first: what a crash left, or what is new."""
    return InboundEvent.objects.filter(
        source=source, is_verified=True, handled_at__isnull=True, attempts__lt=MOST_ATTEMPTS
    ).order_by("id")[:limit]


def handle(event_id: int, act: Callable[[InboundEvent], str], *, at: datetime) -> bool:
    """Let *act* work on an unhandled event and mark it handled in the same transaction; returns whether it did.

    *act* returns '' when all is done, or the words of a problem that a clerk should see. Two workers never handle one
    event at a time: the row is locked, and a second caller finds it handled or passes it by.
    """
    free = InboundEvent.objects.select_for_update(skip_locked=True).filter(pk=event_id, handled_at__isnull=True)
    with transaction.atomic():  # of its own, so that an attempt that dies is counted too; nobody waits for another one
        if not InboundEvent.objects.filter(pk__in=free.values("pk")).update(attempts=F("attempts") + 1):
            return False
    with transaction.atomic():
        event = (
            InboundEvent.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=event_id, handled_at__isnull=True, is_verified=True)
            .first()
        )
        if event is None:
            return False
        event.problem = act(event)
        event.handled_at = at
        event.save(update_fields=["problem", "handled_at"])
    return True


def forgettable(before: datetime) -> "QuerySet[InboundEvent]":
    """Handled and refused events that came before *before*; what waits for a worker stays however old it is."""
    return InboundEvent.objects.filter(received_at__lt=before).exclude(handled_at__isnull=True, is_verified=True)


def forget_handled(before: datetime, most: int) -> int:
    """Delete at most *most* forgettable events; returns how many."""
    some = list(forgettable(before).order_by("pk").values_list("pk", flat=True)[:most])
    return InboundEvent.objects.filter(pk__in=some).delete()[0]


def count_forgettable(before: datetime) -> int:
    """How many outside events are past their term."""
    return forgettable(before).count()
