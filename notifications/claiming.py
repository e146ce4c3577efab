"""Claiming a batch of the outbox for one gateway: under a lease, with consent and address asked again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, CharField, DateTimeField, Exists, F, OuterRef, Value, When
from django.db.models.functions import Cast

from core.bulk import keys_array, texts_array
from notifications.daily_caps import lock_caps, put_off_over_cap
from notifications.gateways import Gateway
from notifications.joining import carried_by, free_carried, may_carry, told_together
from notifications.kinds import Priority, codes_for_any_hour
from notifications.languages import POLISH
from notifications.models import Message
from notifications.queries import reachable_contacts
from notifications.rendering import Claimed
from notifications.sending_hours import may_send_at
from notifications.states import State
from notifications.suppression import suppressed

KEY_LIVES = timedelta(hours=20)  # SMSAPI's own pages say 24 hours at least: four are left for clocks and queues
NO_CONSENT = "brak zgody na ten rodzaj powiadomień"

# What was in doubt at one gateway never goes to another.
# The choice is a step of its own: as a sub-query of the UPDATE it may be run once for each row, past its LIMIT.
# A warning shares no batch with what is less urgent: it would be handed over and stored with a thousand others.
CLAIM = """
WITH chosen AS MATERIALIZED (
    SELECT id, priority FROM notifications_message
    WHERE state = 'queued' AND channel = %(channel)s AND not_before <= %(at)s AND priority <= %(least_urgent)s
      AND (expires_at IS NULL OR expires_at > %(at)s)
      AND (in_doubt_since IS NULL OR (gateway = %(gateway)s AND in_doubt_since > %(forgotten)s))
      AND (%(any_hour)s OR kind = ANY(%(kinds)s))
    ORDER BY priority, not_before, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
claimed AS (
    UPDATE notifications_message AS m
    SET state = 'sending', lease_until = %(until)s, leased_by = %(worker)s, attempts = m.attempts + 1,
        gateway = %(gateway)s
    FROM chosen
    WHERE m.id = chosen.id AND (chosen.priority = %(crisis)s OR %(crisis)s NOT IN (SELECT priority FROM chosen))
    RETURNING m.id, m.kind, m.address, m.facts::text, m.attempts, m.in_doubt_since, m.payer_id, m.topic_code,
        m.expires_at, m.priority, m.not_before)
SELECT m.id, m.kind, m.address, m.facts, m.attempts, m.in_doubt_since, m.payer_id, m.topic_code, m.expires_at,
    COALESCE(w.language, %(language)s), COALESCE(w.is_fuller, false),
    (SELECT c.address FROM notifications_reachable_contact AS c JOIN consents_topic AS t ON t.id = c.topic_id
        WHERE c.payer_id = m.payer_id AND c.channel = %(channel)s AND t.code = m.topic_code LIMIT 1),
    m.priority
FROM claimed AS m LEFT JOIN notifications_wish AS w ON w.payer_id = m.payer_id
ORDER BY m.priority, m.not_before, m.id
"""
MOVED = """
UPDATE notifications_message AS m SET address = v.address
FROM unnest(%s::bigint[], %s::text[]) AS v(id, address) WHERE m.id = v.id
"""
TRIES = "INSERT INTO notifications_attempt (message_id, gateway, outcome, code) SELECT unnest(%s::bigint[]), %s, '', ''"


def lease() -> timedelta:
    """For how long a worker's batch is its own."""
    return timedelta(seconds=settings.DISPATCH_LEASE_SECONDS)


def is_waiting(channel: str, *, at: datetime, least_urgent: Priority) -> bool:
    """Whether a message of *channel* is due."""
    due = Message.objects.filter(state=State.QUEUED, channel=channel, not_before__lte=at, priority__lte=least_urgent)
    return due.exclude(expires_at__lte=at).exists()


@dataclass(frozen=True)
class Batch:
    """What a worker claimed: messages to send, how many were refused, and how many must wait for another day.

    `is_crisis`: warnings and nothing else.
    """

    messages: Sequence[Claimed] = ()
    refused: int = 0
    put_off: int = 0
    is_crisis: bool = False

    @property
    def taken(self) -> int:
        """How many rows of the outbox it moved."""
        return len(self.messages) + self.refused + self.put_off


def claim_batch(
    channel: str,
    gateway: Gateway,
    *,
    at: datetime,
    worker: str,
    limit: int,
    least_urgent: Priority = Priority.EVENT,
    before_commit: Callable[[int], None] | None = None,
) -> Batch:
    """Claim what is due on *channel*, in order of priority; refused are those without consent any more or with an
    address that takes nothing, put off those over the day's cap.

    One transaction of its own, committed with the tries, after *before_commit* (told how many) when there is anything
    to go. Consent is asked again at this moment, for the whole batch and for what it carries, and the address is the
    one that the payer has now.
    """
    hours = settings.SENDING_HOURS
    opens, closes = (time.fromisoformat(str(hours[name])) for name in ("opens", "closes"))
    values: dict[str, Any] = {
        "at": at,
        "until": at + lease(),
        "forgotten": at - KEY_LIVES,
        "worker": worker,
        "channel": channel,
        "gateway": gateway.name,
        "limit": limit,
        "least_urgent": int(least_urgent),
        "crisis": int(Priority.CRISIS),
        "any_hour": may_send_at(at, opens=opens, closes=closes, sundays=bool(hours["sundays"])),
        "kinds": codes_for_any_hour(),
        "language": POLISH,
    }
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        caps = lock_caps(least_urgent)
        cursor.execute(CLAIM, values)
        rows = [(Claimed._make(row), address, priority) for *row, address, priority in cursor.fetchall()]
        if not rows:
            return Batch()
        over = put_off_over_cap([message for message, _, _ in rows], channel, caps, at=at)
        claimed = [message for message, _, _ in rows if message.message_id not in over]
        addresses = {message.message_id: address for message, address, _ in rows if address is not None}
        barred = _barred([message.message_id for message in claimed], addresses, channel)
        _refuse(barred, at=at)
        carried = carried_by([message.message_id for message in claimed if may_carry(message.kind)])
        told = _still_told(carried, at=at)
        free_carried([message_id for message_id in barred if message_id in carried])
        kept = [message for message in claimed if message.message_id not in barred]
        moved = {one.message_id: addresses[one.message_id] for one in kept if one.address != addresses[one.message_id]}
        if moved:
            cursor.execute(MOVED, [keys_array(moved), texts_array(moved.values())])
        cursor.execute(TRIES, [keys_array(message.message_id for message in kept), gateway.name])
        if kept and before_commit is not None:
            before_commit(len(kept))
    messages = [
        _for_all(one, told.get(one.message_id, ()), addresses[one.message_id])
        if one.message_id in moved or one.message_id in told
        else one
        for one in kept
    ]
    return Batch(messages, len(barred), len(over), is_crisis=rows[-1][2] == Priority.CRISIS)


def _barred(message_ids: Sequence[int], addresses: Mapping[int, str], channel: str) -> dict[int, str]:
    """The messages that are not to be sent, with the reason."""
    barred = {message_id: NO_CONSENT for message_id in message_ids if message_id not in addresses}
    mine = {message_id: addresses[message_id] for message_id in message_ids if message_id in addresses}
    dead = suppressed(channel, mine)
    return barred | {message_id: f"adres nie przyjmuje wiadomości: {reason}" for message_id, reason in dead.items()}


def _still_told(carried: Mapping[int, Sequence[Message]], *, at: datetime) -> dict[int, list[Message]]:
    """Of the carried messages those that are told, by carrier; the others, past their time or without consent, end."""
    everyone = [one for ones in carried.values() for one in ones]
    if not everyone:
        return {}
    permitted = _permitted([one.pk for one in everyone])
    late = {one.pk for one in everyone if one.expires_at and one.expires_at <= at}
    refused = {one.pk for one in everyone} - permitted - late
    for reason, state, some in (("po terminie ważności", State.EXPIRED, late), (NO_CONSENT, State.REFUSED, refused)):
        if some:
            Message.objects.filter(pk__in=some).update(state=state, reason=reason, closed_at=at)
    return {
        carrier: [one for one in ones if one.pk not in late and one.pk not in refused]
        for carrier, ones in carried.items()
    }


def _for_all(message: Claimed, carried: Sequence[Message], address: str) -> Claimed:
    """The message as it speaks for itself and for what it carries, to the address of now."""
    kind, facts = told_together(message.kind, message.facts, carried)
    return message._replace(kind=kind, facts=facts, address=address)


def _permitted(message_ids: Sequence[int]) -> set[int]:
    """Those of *message_ids* for which there is consent and an address now."""
    mine = reachable_contacts().filter(
        payer_id=OuterRef("payer_id"),
        topic__code=Cast(OuterRef("topic_code"), CharField()),
        channel=OuterRef("channel"),
    )
    return set(Message.objects.filter(Exists(mine), pk__in=message_ids).values_list("pk", flat=True))


def _refuse(barred: Mapping[int, str], *, at: datetime) -> None:
    is_clear = When(in_doubt_since__isnull=True, then=Value(State.REFUSED.value))
    for reason in set(barred.values()):
        mine = [message_id for message_id, why in barred.items() if why == reason]
        Message.objects.filter(pk__in=mine).update(
            state=Case(is_clear, default=Value(State.UNKNOWN.value)),
            closed_at=Case(
                When(in_doubt_since__isnull=True, then=Value(at)), default=None, output_field=DateTimeField()
            ),
            sent_at=F("in_doubt_since"),
            reason=reason[:200],
            lease_until=None,
        )
