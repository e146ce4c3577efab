"""Store an outside event once, mark it handled, list what is left."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, QuerySet

from core.encryption import seal_bytes
from core.models import InboundEvent

MOST_ATTEMPTS = 20
# How many events one transaction takes, by how often they were tried before: one that ends a worker is soon alone.
TOGETHER = (100, 20)
# One statement and one commit, since the sender waits for it; a repeat only counts.
STORED = """
INSERT INTO core_inboundevent AS e (source, key, headers, body, is_verified, times_seen, attempts, problem)
VALUES (%s, %s, %s::jsonb, %s, %s, 1, 0, '')
ON CONFLICT (source, key) DO UPDATE SET times_seen = e.times_seen + 1
RETURNING e.id, e.times_seen
"""
HANDLED = """
UPDATE core_inboundevent AS e SET handled_at = %s, problem = v.problem
FROM unnest(%s::bigint[], %s::text[]) AS v(id, problem) WHERE e.id = v.id
"""


def receive(
    source: str, *, key: str, headers: Mapping[str, str], body: bytes, is_verified: bool
) -> tuple[InboundEvent, bool]:
    """Store an event raw, by one statement; returns the row and whether it is new.

    The same (*source*, *key*) again only counts `times_seen` up. Answer the sender after this returns, not before.
    """
    with connection.cursor() as cursor:
        cursor.execute(STORED, [source, key, json.dumps(dict(headers)), seal_bytes(body), is_verified])
        event_id, times_seen = cursor.fetchone()
    event = InboundEvent(
        pk=event_id,
        source=source,
        key=key,
        headers=dict(headers),
        body=body,
        is_verified=is_verified,
        times_seen=times_seen,
    )
    return event, times_seen == 1


def unhandled(source: str, *, limit: int = 500) -> "QuerySet[InboundEvent]":
    """Verified events of *source* that nobody has handled yet, oldest first: what a crash left, or what is new."""
    return InboundEvent.objects.filter(
        source=source, is_verified=True, handled_at__isnull=True, attempts__lt=MOST_ATTEMPTS
    ).order_by("id")[:limit]


def claim(source: str, *, besides: Collection[int] = ()) -> list[InboundEvent]:
    """The next unhandled events of *source* for one transaction, oldest first, their attempt counted; none is left: [].

    Those that nobody tried come by the hundred, those over which a worker died are fewer, then each alone: so one that
    ends whoever takes it never holds up the others for long. *besides* names events to be left alone. An event that
    another worker has in hand is passed by; whoever takes the claimed ones must do it by `handle_claimed`.
    """
    with transaction.atomic():
        waiting = InboundEvent.objects.filter(
            source=source, is_verified=True, handled_at__isnull=True, attempts__lt=MOST_ATTEMPTS
        ).exclude(pk__in=besides)
        found = list(waiting.order_by("id").select_for_update(skip_locked=True)[: TOGETHER[0]])
        if not found:
            return []
        tried = found[0].attempts
        most = TOGETHER[tried] if tried < len(TOGETHER) else 1
        chosen = [event for event in found if event.attempts == tried][:most]
        InboundEvent.objects.filter(pk__in=[event.pk for event in chosen]).update(attempts=F("attempts") + 1)
    return chosen


def handle_claimed(
    events: Sequence[InboundEvent], act: Callable[[Sequence[InboundEvent]], Sequence[str]], *, at: datetime
) -> int:
    """Let *act* work on those of the claimed *events* that nobody handled meanwhile, and mark them, in one transaction;
    returns how many there were.

    *act* returns for each '' when all is done, or the words of a problem that a clerk should see. What it raises leaves
    all of them unhandled.
    """
    with transaction.atomic():
        free = InboundEvent.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            pk__in=[event.pk for event in events], handled_at__isnull=True
        )
        held = set(free.order_by("pk").values_list("pk", flat=True))
        mine = [event for event in events if event.pk in held]
        if mine:
            problems = list(act(mine))
            with connection.cursor() as cursor:
                cursor.execute(HANDLED, [at, [event.pk for event in mine], problems])
    return len(mine)


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
