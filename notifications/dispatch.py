"""From the outbox to the gateways: claim, check, render, hand over, store.

The database is the queue. A batch is claimed by one statement (SKIP LOCKED) under a lease; its tries are committed
before the gateway is called, and no transaction is open during the call. A worker that dies leaves leases that run out:
a gateway with keys is asked again under the same key, one without leaves its messages in doubt, listed, never resent.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from consents.models import Channel
from consents.queries import permitted_contacts
from core.encryption import unseal
from core.errors import Refused
from notifications import texts
from notifications.gateways import Gateway, Outcome, Parcel, Receipt, gateway_for
from notifications.kinds import codes_for_any_hour
from notifications.models import Message, message_reference
from notifications.queries import Text, newest_texts
from notifications.sending_hours import may_send_at
from notifications.sms_text import transliterate
from notifications.states import State

LEASE = timedelta(minutes=5)
BATCH = 1000
MOST_ATTEMPTS = 8
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 3600, 3600))
NO_CONSENT = "brak zgody na ten rodzaj powiadomień"
STATES = {Outcome.ACCEPTED: State.SENT, Outcome.REJECTED: State.FAILED, Outcome.UNKNOWN: State.UNKNOWN}

CLAIM = """
UPDATE notifications_message AS m
SET state = 'sending', lease_until = %(until)s, leased_by = %(worker)s, attempts = m.attempts + 1, gateway = %(gateway)s
WHERE m.id IN (
    SELECT id FROM notifications_message
    WHERE state = 'queued' AND channel = %(channel)s AND not_before <= %(at)s
      AND (%(any_hour)s OR kind = ANY(%(kinds)s))
    ORDER BY priority, not_before, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING m.id, m.kind, m.address, m.facts::text, m.attempts
"""
EXPIRE = """
UPDATE notifications_message SET state = 'expired', closed_at = %(at)s, reason = 'po terminie ważności'
WHERE id IN (SELECT id FROM notifications_message
    WHERE state = 'queued' AND channel = %(channel)s AND expires_at <= %(at)s FOR UPDATE SKIP LOCKED)
"""
TRIES = "INSERT INTO notifications_attempt (message_id, gateway, outcome, code) SELECT unnest(%s::bigint[]), %s, '', ''"
# A report may have overtaken the answer: a state other than `sending` stays, only the gateway's facts are added.
STORE = """
UPDATE notifications_message AS m
SET state = CASE WHEN m.state = 'sending' THEN v.state ELSE m.state END,
    closed_at = CASE WHEN m.state = 'sending' THEN v.closed_at ELSE m.closed_at END,
    not_before = CASE WHEN m.state = 'sending' AND v.state = 'queued' THEN v.again_at ELSE m.not_before END,
    reason = CASE WHEN m.state = 'sending' THEN v.reason ELSE m.reason END,
    sent_at = CASE WHEN v.state IN ('sent', 'unknown') THEN COALESCE(m.sent_at, %(at)s) ELSE m.sent_at END,
    lease_until = NULL, gateway_id = COALESCE(NULLIF(v.gateway_id, ''), m.gateway_id), parts = v.parts,
    cost_points = v.cost, subject = v.subject, body = v.body, text_version_id = v.version
FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(closed)s::timestamptz[], %(again)s::timestamptz[],
    %(reasons)s::text[], %(gateway_ids)s::text[], %(parts)s::smallint[], %(costs)s::numeric[], %(subjects)s::text[],
    %(bodies)s::text[], %(versions)s::bigint[])
    AS v(id, state, closed_at, again_at, reason, gateway_id, parts, cost, subject, body, version)
WHERE m.id = v.id AND m.leased_by = %(worker)s
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
    sent_at = CASE WHEN gateway = ANY(%(keyed)s) THEN sent_at ELSE lease_until END,
    reason = 'wysyłanie przerwane'
WHERE id IN (SELECT id FROM notifications_message
    WHERE state = 'sending' AND lease_until <= %(at)s FOR UPDATE SKIP LOCKED)
"""


@dataclass
class DispatchReport:
    """How many messages ended in which state in one run."""

    states: Counter[str] = field(default_factory=Counter)

    def told(self) -> dict[str, int]:
        """Counts by state, the states that happened only."""
        return dict(sorted(self.states.items()))


@dataclass(frozen=True, slots=True)
class _Claimed:
    message_id: int
    kind: str
    address: str
    facts: str
    attempts: int


@dataclass(frozen=True, slots=True)
class _Letter:
    """A claimed message with its rendered text, or the reason why it cannot go."""

    claimed: _Claimed
    subject: str
    body: str
    version: int | None
    fault: str = ""


def dispatch(*, clock: Callable[[], datetime], worker: str, most: int | None = None) -> DispatchReport:
    """Work the outbox until nothing is due (or *most* messages were claimed). *clock* says now; *worker* names us.

    Any number of workers may run at once, on any machines; none takes another's batch.
    """
    report = DispatchReport()
    reclaim_leases(at=clock())
    for channel in (Channel.SMS, Channel.EMAIL):
        left = most
        while left is None or left > 0:
            limit = BATCH if left is None else min(BATCH, left)
            count = _work_batch(channel, clock=clock, worker=worker, limit=limit, report=report)
            if count == 0:
                break
            left = None if left is None else left - count
    return report


def reclaim_leases(*, at: datetime) -> int:
    """Free the messages whose worker died: back to the queue where the gateway knows keys, else into doubt."""
    keyed = [gateway.name for gateway in map(gateway_for, settings.MESSAGE_GATEWAYS) if gateway.has_key]
    with connection.cursor() as cursor:
        cursor.execute(RECLAIM, {"keyed": keyed, "at": at})
        return int(cursor.rowcount)


def _work_batch(channel: str, *, clock: Callable[[], datetime], worker: str, limit: int, report: DispatchReport) -> int:
    gateway = gateway_for(channel)
    texts_now = newest_texts()
    with transaction.atomic():
        claimed, refused = claim_batch(channel, gateway, at=clock(), worker=worker, limit=limit)
    report.states[State.REFUSED] += refused
    if not claimed:
        return refused
    rendered: dict[tuple[str, str], _Letter] = {}
    letters = [_render(message, channel, texts_now, rendered) for message in claimed]
    parcels = [
        Parcel(
            letter.claimed.message_id,
            message_reference(letter.claimed.message_id),
            unseal(letter.claimed.address),
            letter.subject,
            letter.body,
        )
        for letter in letters
        if not letter.fault
    ]
    receipts = {receipt.message_id: receipt for receipt in gateway.send(parcels)} if parcels else {}
    _store(letters, receipts, at=clock(), worker=worker, report=report)
    return len(claimed) + refused


def claim_batch(channel: str, gateway: Gateway, *, at: datetime, worker: str, limit: int) -> tuple[list[_Claimed], int]:
    """Claim what is due on *channel*, in order of priority; returns it and how many were refused for want of consent.

    Run it in a transaction. Expired messages are closed first; consent is asked again, at this moment, for the batch.
    """
    hours = settings.SENDING_HOURS
    opens, closes = (time.fromisoformat(hours[name]) for name in ("opens", "closes"))
    values = {
        "at": at,
        "until": at + LEASE,
        "worker": worker,
        "channel": channel,
        "gateway": gateway.name,
        "limit": limit,
        "any_hour": may_send_at(at, opens=opens, closes=closes, sundays=hours["sundays"]),
        "kinds": codes_for_any_hour(),
    }
    with connection.cursor() as cursor:
        cursor.execute(EXPIRE, values)
        cursor.execute(CLAIM, values)
        claimed = [_Claimed(*row) for row in cursor.fetchall()]
    if not claimed:
        return [], 0
    allowed = _still_permitted([message.message_id for message in claimed])
    barred = [message.message_id for message in claimed if message.message_id not in allowed]
    if barred:
        Message.objects.filter(pk__in=barred).update(
            state=State.REFUSED, reason=NO_CONSENT, closed_at=at, lease_until=None
        )
    kept = [message for message in claimed if message.message_id in allowed]
    with connection.cursor() as cursor:
        cursor.execute(TRIES, [[message.message_id for message in kept], gateway.name])
    return kept, len(barred)


def _still_permitted(message_ids: Sequence[int]) -> set[int]:
    mine = permitted_contacts().filter(
        payer_id=OuterRef("payer_id"),
        topic__code=Cast(OuterRef("topic_code"), CharField()),
        channel=OuterRef("channel"),
    )
    return set(Message.objects.filter(pk__in=message_ids).filter(Exists(mine)).values_list("pk", flat=True))


def _render(
    message: _Claimed,
    channel: str,
    texts_now: Mapping[tuple[str, str], Text],
    rendered: dict[tuple[str, str], _Letter],
) -> _Letter:
    """The text of a message; equal facts are rendered once."""
    key = (message.kind, message.facts)
    known = rendered.get(key)
    if known is None:
        known = rendered[key] = _written(message, channel, texts_now)
    return _Letter(message, known.subject, known.body, known.version, known.fault)


def _written(message: _Claimed, channel: str, texts_now: Mapping[tuple[str, str], Text]) -> _Letter:
    text = texts_now.get((message.kind, channel))
    if text is None:
        return _Letter(message, "", "", None, "brak szablonu tego rodzaju")
    try:
        facts = texts.format_facts(json.loads(message.facts))
        subject, body = texts.fill(text.subject, facts), texts.fill(text.body, facts)
    except (Refused, ValueError, ArithmeticError) as error:
        return _Letter(message, "", "", text.version_id, f"nie da się napisać treści: {error}"[:200])
    return _Letter(message, subject, transliterate(body) if channel == Channel.SMS else body, text.version_id)


def _outcome(letter: _Letter, receipt: Receipt | None, at: datetime) -> tuple[State, str, datetime]:
    """The state after a try, its reason, and when to try again."""
    if letter.fault:
        return State.FAILED, letter.fault, at
    if receipt is None:
        return State.UNKNOWN, "bramka nie odpowiedziała o tej wiadomości", at
    if receipt.outcome is not Outcome.RETRY:
        return STATES[receipt.outcome], "" if receipt.outcome is Outcome.ACCEPTED else receipt.code, at
    if letter.claimed.attempts >= MOST_ATTEMPTS:
        return State.FAILED, f"po {letter.claimed.attempts} próbach: {receipt.code}", at
    return State.QUEUED, receipt.code, at + BACKOFF[letter.claimed.attempts - 1]


def _store(
    letters: Sequence[_Letter],
    receipts: Mapping[int, Receipt],
    *,
    at: datetime,
    worker: str,
    report: DispatchReport,
) -> None:
    """Write the outcomes of a whole batch by two statements in one short transaction."""
    outcomes = [_outcome(letter, receipts.get(letter.claimed.message_id), at) for letter in letters]
    told = [receipts.get(letter.claimed.message_id) for letter in letters]
    ids = [letter.claimed.message_id for letter in letters]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            STORE,
            {
                "at": at,
                "worker": worker,
                "ids": ids,
                "states": [state.value for state, _, _ in outcomes],
                "closed": [at if state is State.FAILED else None for state, _, _ in outcomes],
                "again": [again for _, _, again in outcomes],
                "reasons": [reason[:200] for _, reason, _ in outcomes],
                "gateway_ids": [receipt.gateway_id if receipt else "" for receipt in told],
                "parts": [receipt.parts if receipt else None for receipt in told],
                "costs": [receipt.cost_points if receipt else None for receipt in told],
                "subjects": [letter.subject[:200] for letter in letters],
                "bodies": [letter.body for letter in letters],
                "versions": [letter.version for letter in letters],
            },
        )
        cursor.execute(
            TRIED,
            {
                "at": at,
                "ids": ids,
                "outcomes": [receipt.outcome.value if receipt else "" for receipt in told],
                "codes": [(receipt.code if receipt else "")[:40] for receipt in told],
            },
        )
    report.states.update(state.value for state, _, _ in outcomes)
