"""From the outbox to the gateways: claim, check, render, hand over, store.

The database is the queue. A batch is claimed by one statement (SKIP LOCKED) under a lease; its tries are committed
before the gateway is called, and no transaction is open during the call. A worker that dies leaves leases that run out:
a gateway with keys is asked again under the same key, one without leaves its messages in doubt, listed, never resent.
"""

import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, CharField, DateTimeField, F, OuterRef, Subquery, TextField, Value, When
from django.db.models.functions import Cast

from consents.models import Channel
from consents.queries import permitted_contacts
from notifications.gateways import Gateway, Outcome, Receipt, gateway_for
from notifications.kinds import codes_for_any_hour
from notifications.models import Message
from notifications.rendering import Claimed, Letter, write_letters
from notifications.rests import lay_down, most_to_claim, wake_up
from notifications.sending_hours import may_send_at
from notifications.states import State

KEY_LIVES = timedelta(hours=20)  # SMSAPI's own pages say 24 hours at least: four are left for clocks and queues
BATCH = 1000
MOST_ATTEMPTS = 8
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600))
NO_CONSENT = "brak zgody na ten rodzaj powiadomień"

# What was in doubt at one gateway never goes to another.
# The choice is a step of its own: as a sub-query of the UPDATE it may be run once for each row, past its LIMIT.
CLAIM = """
WITH chosen AS MATERIALIZED (
    SELECT id FROM notifications_message
    WHERE state = 'queued' AND channel = %(channel)s AND not_before <= %(at)s
      AND (expires_at IS NULL OR expires_at > %(at)s)
      AND (in_doubt_since IS NULL OR (gateway = %(gateway)s AND in_doubt_since > %(forgotten)s))
      AND (%(any_hour)s OR kind = ANY(%(kinds)s))
    ORDER BY priority, not_before, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED),
claimed AS (
UPDATE notifications_message AS m
SET state = 'sending', lease_until = %(until)s, leased_by = %(worker)s, attempts = m.attempts + 1, gateway = %(gateway)s
FROM chosen WHERE m.id = chosen.id
RETURNING m.id, m.kind, m.address, m.facts::text, m.attempts, m.in_doubt_since, m.payer_id, m.topic_code,
    m.priority, m.not_before)
SELECT id, kind, address, facts, attempts, in_doubt_since, payer_id, topic_code FROM claimed
ORDER BY priority, not_before, id
"""
MOVED = """
UPDATE notifications_message AS m SET address = v.address
FROM unnest(%s::bigint[], %s::text[]) AS v(id, address) WHERE m.id = v.id AND m.address <> v.address
"""
# Out of date, or in doubt for longer than a gateway remembers keys.
CLOSE = """
UPDATE notifications_message
SET state = CASE WHEN in_doubt_since IS NULL THEN 'expired' ELSE 'unknown' END,
    closed_at = CASE WHEN in_doubt_since IS NULL THEN %(at)s END, sent_at = COALESCE(sent_at, in_doubt_since),
    reason = CASE WHEN in_doubt_since IS NULL THEN 'po terminie ważności' ELSE 'bramka nie potwierdziła' END
WHERE id IN (SELECT id FROM notifications_message
    WHERE state = 'queued' AND (expires_at <= %(at)s OR in_doubt_since <= %(forgotten)s) FOR UPDATE SKIP LOCKED)
RETURNING state
"""
TRIES = "INSERT INTO notifications_attempt (message_id, gateway, outcome, code) SELECT unnest(%s::bigint[]), %s, '', ''"
# Reports and withdrawals lock the same rows: everybody does so in the order of ids.
LOCK = "SELECT id FROM notifications_message WHERE id = ANY(%(ids)s) ORDER BY id FOR UPDATE"
ANSWERS = """
WITH v(id, state, costs_try, closed_at, again_at, in_doubt, reason, gateway_id, parts, points, subject, body, version)
AS (SELECT * FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(costs_try)s::int[], %(closed)s::timestamptz[],
    %(again)s::timestamptz[], %(doubts)s::timestamptz[], %(reasons)s::text[], %(gateway_ids)s::text[],
    %(parts)s::smallint[], %(points)s::numeric[], %(subjects)s::text[], %(bodies)s::text[], %(versions)s::bigint[]))
"""
STORE = """
UPDATE notifications_message AS m
SET state = v.state, closed_at = v.closed_at, reason = v.reason, lease_until = NULL,
    attempts = m.attempts - 1 + v.costs_try,
    not_before = CASE WHEN v.state = 'queued' THEN v.again_at ELSE m.not_before END,
    in_doubt_since = CASE WHEN v.state = 'queued' THEN COALESCE(m.in_doubt_since, v.in_doubt) END,
    sent_at = CASE WHEN v.state IN ('sent', 'unknown') THEN COALESCE(m.sent_at, m.in_doubt_since, %(at)s)
        ELSE m.sent_at END,
    gateway_id = COALESCE(NULLIF(v.gateway_id, ''), m.gateway_id), parts = v.parts, cost_points = v.points,
    subject = v.subject, body = v.body, text_version_id = v.version
FROM v WHERE m.id = v.id AND m.state = 'sending' AND m.leased_by = %(worker)s
RETURNING m.id
"""
# A report overtook the answer, or the lease was taken over: what the gateway took is sent, whoever is on it now.
STORE_LATE = """
UPDATE notifications_message AS m
SET state = CASE WHEN v.state = 'sent' AND m.state IN ('queued', 'sending', 'unknown') THEN 'sent' ELSE m.state END,
    lease_until = CASE WHEN v.state = 'sent' THEN NULL ELSE m.lease_until END,
    in_doubt_since = CASE WHEN v.state = 'sent' THEN NULL ELSE m.in_doubt_since END,
    sent_at = CASE WHEN v.state = 'sent' THEN COALESCE(m.sent_at, %(at)s) ELSE m.sent_at END,
    gateway_id = COALESCE(NULLIF(v.gateway_id, ''), m.gateway_id), parts = COALESCE(v.parts, m.parts),
    cost_points = COALESCE(v.points, m.cost_points), subject = v.subject, body = v.body, text_version_id = v.version
FROM v WHERE m.id = v.id AND NOT m.id = ANY(%(stored)s)
"""
TRIED = """
UPDATE notifications_attempt AS a SET ended_at = %(at)s, outcome = v.outcome, code = v.code
FROM unnest(%(ids)s::bigint[], %(outcomes)s::text[], %(codes)s::text[]) AS v(id, outcome, code)
WHERE a.message_id = v.id AND a.ended_at IS NULL
"""
# A lease that ran out: the worker died or hangs. With a key the same again does no harm; without, nobody can know.
RECLAIM = """
UPDATE notifications_message
SET state = CASE WHEN gateway = ANY(%(keyed)s) THEN 'queued' ELSE 'unknown' END, lease_until = NULL, leased_by = '',
    in_doubt_since = CASE WHEN gateway = ANY(%(keyed)s)
        THEN COALESCE(in_doubt_since, lease_until - %(lease)s) END,
    sent_at = CASE WHEN gateway = ANY(%(keyed)s) THEN sent_at ELSE COALESCE(sent_at, lease_until - %(lease)s) END,
    reason = 'wysyłanie przerwane'
WHERE id IN (SELECT id FROM notifications_message
    WHERE state = 'sending' AND lease_until <= %(at)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""
ABANDONED = """
UPDATE notifications_attempt SET ended_at = %(at)s, outcome = 'unknown', code = 'przerwana'
WHERE message_id = ANY(%(ids)s) AND ended_at IS NULL
"""


@dataclass
class DispatchReport:
    """How many messages ended in which state in one run."""

    states: Counter[str] = field(default_factory=Counter)

    def add(self, state: State, count: int = 1) -> None:
        """Count *count* messages into *state*."""
        if count:
            self.states[state.value] += count

    def told(self) -> dict[str, int]:
        """Counts by state, the states that happened only."""
        return dict(sorted(self.states.items()))


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What becomes of a message after a try."""

    state: State
    reason: str = ""
    again_at: datetime | None = None
    in_doubt: datetime | None = None
    costs_try: bool = True


def dispatch(*, clock: Callable[[], datetime], worker: str, most: int | None = None) -> DispatchReport:
    """Work the outbox until nothing is due (or *most* messages were claimed). *clock* says now; *worker* names us.

    Any number of workers may run at once, on any machines; none takes another's batch. The channels take turns.
    """
    report = DispatchReport()
    reclaim_leases(at=clock())
    close_overdue(at=clock(), report=report)
    channels = [channel for channel in (Channel.SMS, Channel.EMAIL) if channel in settings.MESSAGE_GATEWAYS]
    left = sys.maxsize if most is None else most
    while channels and left > 0:
        channel = channels.pop(0)
        count = _work_batch(channel, clock=clock, worker=worker, limit=min(BATCH, left), report=report)
        left -= count
        if count:
            channels.append(channel)
    return report


def lease() -> timedelta:
    """For how long a worker's batch is its own."""
    return timedelta(seconds=settings.DISPATCH_LEASE_SECONDS)


def reclaim_leases(*, at: datetime) -> int:
    """Free the messages whose worker died: back to the queue where the gateway knows keys, else into doubt."""
    keyed = [gateway.name for gateway in map(gateway_for, settings.MESSAGE_GATEWAYS) if gateway.has_key]
    with transaction.atomic(), connection.cursor() as cursor:
        values: dict[str, Any] = {"keyed": keyed, "at": at, "lease": lease()}
        cursor.execute(RECLAIM, values)
        ids = [message_id for (message_id,) in cursor.fetchall()]
        if ids:
            cursor.execute(ABANDONED, {"ids": ids, "at": at})
    return len(ids)


def close_overdue(*, at: datetime, report: DispatchReport) -> None:
    """Close what waited too long: past its day it expires; in doubt past the gateway's memory it stays in doubt."""
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, {"at": at, "forgotten": at - KEY_LIVES})
        for (state,) in cursor.fetchall():
            report.add(State(state))


def _work_batch(channel: str, *, clock: Callable[[], datetime], worker: str, limit: int, report: DispatchReport) -> int:
    """One batch from claim to store; returns how many were claimed, 0 when this channel has no more to do now."""
    gateway = gateway_for(channel)
    limit = most_to_claim(gateway.name, at=clock(), limit=limit)
    if limit == 0:
        return 0
    claimed, refused = claim_batch(channel, gateway, at=clock(), worker=worker, limit=limit)
    report.add(State.REFUSED, refused)
    if not claimed:
        return refused
    letters = write_letters(claimed, channel)
    parcels = [letter.parcel() for letter in letters if not letter.fault]
    receipts = {receipt.message_id: receipt for receipt in gateway.send(parcels)} if parcels else {}
    _store(letters, receipts, gateway, at=clock(), worker=worker, report=report)
    return 0 if _tires(gateway, receipts, at=clock()) else len(claimed) + refused


def _tires(gateway: Gateway, receipts: Mapping[int, Receipt], *, at: datetime) -> bool:
    """Whether the gateway must rest: it sent messages back untried, or not one of the batch got an answer."""
    outcomes = {receipt.outcome for receipt in receipts.values()}
    has_answered = bool(outcomes & {Outcome.ACCEPTED, Outcome.REJECTED})
    if has_answered:
        wake_up(gateway.name)
    silent = [receipt for receipt in receipts.values() if receipt.outcome in {Outcome.HELD, Outcome.UNKNOWN}]
    if not silent or (has_answered and Outcome.HELD not in outcomes):
        return False
    lay_down(gateway.name, reason=silent[0].code, at=at)
    return True


def claim_batch(channel: str, gateway: Gateway, *, at: datetime, worker: str, limit: int) -> tuple[list[Claimed], int]:
    """Claim what is due on *channel*, in order of priority; returns it and how many were refused for want of consent.

    One transaction of its own, committed with the tries. Consent is asked again at this moment, for the whole batch,
    and the address is the one that the payer has now.
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
        "any_hour": may_send_at(at, opens=opens, closes=closes, sundays=bool(hours["sundays"])),
        "kinds": codes_for_any_hour(),
    }
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        claimed = [Claimed(*row) for row in cursor.fetchall()]
        if not claimed:
            return [], 0
        addresses = _addresses_now([message.message_id for message in claimed])
        barred = [message.message_id for message in claimed if message.message_id not in addresses]
        if barred:
            _refuse(barred, at=at)
        kept = [
            replace(message, address=addresses[message.message_id])
            for message in claimed
            if message.message_id in addresses
        ]
        ids = [message.message_id for message in kept]
        cursor.execute(MOVED, [ids, [message.address for message in kept]])
        cursor.execute(TRIES, [ids, gateway.name])
    return kept, len(barred)


def _addresses_now(message_ids: Sequence[int]) -> dict[int, str]:
    """The sealed address to which each message may go now; those without consent are left out."""
    mine = permitted_contacts().filter(
        payer_id=OuterRef("payer_id"),
        topic__code=Cast(OuterRef("topic_code"), CharField()),
        channel=OuterRef("channel"),
    )
    now = Subquery(mine.annotate(sealed=Cast("address", TextField())).values("sealed")[:1])
    rows = Message.objects.filter(pk__in=message_ids).annotate(now=now).values_list("pk", "now")
    return {message_id: address for message_id, address in rows if address is not None}


def _refuse(message_ids: Sequence[int], *, at: datetime) -> None:
    is_clear = When(in_doubt_since__isnull=True, then=Value(State.REFUSED.value))
    Message.objects.filter(pk__in=message_ids).update(
        state=Case(is_clear, default=Value(State.UNKNOWN.value)),
        closed_at=Case(When(in_doubt_since__isnull=True, then=Value(at)), default=None, output_field=DateTimeField()),
        sent_at=F("in_doubt_since"),
        reason=NO_CONSENT,
        lease_until=None,
    )


def _verdict(letter: Letter, receipt: Receipt | None, gateway: Gateway, at: datetime) -> _Verdict:
    """What becomes of a message after a try, and when to try again."""
    claimed = letter.claimed
    if letter.fault:
        return _Verdict(State.FAILED, letter.fault)
    outcome = receipt.outcome if receipt else Outcome.UNKNOWN
    code = receipt.code if receipt else "bramka nie odpowiedziała o tej wiadomości"
    again_at = at + BACKOFF[min(claimed.attempts, len(BACKOFF)) - 1]
    if outcome is Outcome.ACCEPTED:
        return _Verdict(State.SENT)
    if outcome is Outcome.REJECTED:
        return _Verdict(State.FAILED, code)
    if outcome is Outcome.HELD:
        return _Verdict(State.QUEUED, code, at, costs_try=False)
    if outcome is Outcome.UNKNOWN:
        return _Verdict(State.QUEUED, code, again_at, at) if gateway.has_key else _Verdict(State.UNKNOWN, code)
    if claimed.attempts < MOST_ATTEMPTS:
        return _Verdict(State.QUEUED, code, again_at)
    return _Verdict(State.UNKNOWN if claimed.in_doubt_since else State.FAILED, f"po {claimed.attempts} próbach: {code}")


def _store(
    letters: Sequence[Letter],
    receipts: Mapping[int, Receipt],
    gateway: Gateway,
    *,
    at: datetime,
    worker: str,
    report: DispatchReport,
) -> None:
    """Write the outcomes of a whole batch by a few statements in one short transaction."""
    told = [receipts.get(letter.claimed.message_id) for letter in letters]
    verdicts = [_verdict(letter, receipt, gateway, at) for letter, receipt in zip(letters, told, strict=True)]
    values: dict[str, Any] = {
        "at": at,
        "worker": worker,
        "ids": [letter.claimed.message_id for letter in letters],
        "states": [verdict.state.value for verdict in verdicts],
        "costs_try": [int(verdict.costs_try) for verdict in verdicts],
        "closed": [at if verdict.state is State.FAILED else None for verdict in verdicts],
        "again": [verdict.again_at for verdict in verdicts],
        "doubts": [verdict.in_doubt for verdict in verdicts],
        "reasons": [verdict.reason[:200] for verdict in verdicts],
        "gateway_ids": [receipt.gateway_id[:80] if receipt else "" for receipt in told],
        "parts": [receipt.parts if receipt else None for receipt in told],
        "points": [receipt.cost_points if receipt else None for receipt in told],
        "subjects": [letter.subject[:200] for letter in letters],
        "bodies": [letter.body for letter in letters],
        "versions": [letter.version for letter in letters],
        "outcomes": [receipt.outcome.value if receipt else "" for receipt in told],
        "codes": [(receipt.code if receipt else "")[:40] for receipt in told],
    }
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(LOCK, values)
        cursor.execute(ANSWERS + STORE, values)
        stored = [message_id for (message_id,) in cursor.fetchall()]
        if len(stored) < len(letters):
            cursor.execute(ANSWERS + STORE_LATE, {**values, "stored": stored})
        cursor.execute(TRIED, values)
    for verdict in verdicts:
        report.add(verdict.state)
