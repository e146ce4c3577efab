"""Storing what the gateway answered for a batch: states, tries, what it cost, and addresses that take nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from django.db import connection, transaction

from core.bulk import keys_array, texts_array
from notifications.gateways import Gateway, Outcome, Receipt
from notifications.push import forget_endpoints
from notifications.rendering import Letter, Wording
from notifications.spending import count_spending
from notifications.states import State
from notifications.suppression import suppress

T = TypeVar("T")
MOST_ATTEMPTS = 8
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600))
# Reports and withdrawals lock the same rows: everybody does so in the order of ids.
LOCK = "SELECT FROM notifications_message WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR UPDATE"
# Endings and texts are told once and named by their places: most messages of a batch share an ending, and those of a
# warning a text.
ANSWERS = """
WITH v AS (
    SELECT a.id, a.gateway_id,
        (%(states)s::text[])[a.ending] AS state, (%(costs_try)s::int[])[a.ending] AS costs_try,
        (%(closed)s::timestamptz[])[a.ending] AS closed_at, (%(again)s::timestamptz[])[a.ending] AS again_at,
        (%(doubts)s::timestamptz[])[a.ending] AS in_doubt, (%(reasons)s::text[])[a.ending] AS reason,
        (%(parts)s::smallint[])[a.ending] AS parts, (%(points)s::numeric[])[a.ending] AS points,
        (%(subjects)s::text[])[a.wording] AS subject, (%(bodies)s::text[])[a.wording] AS body,
        (%(versions)s::bigint[])[a.ending] AS version
    FROM unnest(%(ids)s::bigint[], %(endings)s::int[], %(wordings)s::int[], %(gateway_ids)s::text[])
        AS a(id, ending, wording, gateway_id))
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
FROM v WHERE m.id = v.id AND NOT m.id = ANY(%(stored)s::bigint[])
"""
TRIED = """
UPDATE notifications_attempt AS a
SET ended_at = %(at)s, outcome = (%(outcomes)s::text[])[v.ending], code = (%(codes)s::text[])[v.ending]
FROM unnest(%(ids)s::bigint[], %(endings)s::int[]) AS v(id, ending)
WHERE a.message_id = v.id AND a.ended_at IS NULL
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


class _Verdict(NamedTuple):
    """What becomes of a message after a try."""

    state: State
    reason: str = ""
    again_at: datetime | None = None
    in_doubt: datetime | None = None
    costs_try: bool = True


class _Ending(NamedTuple):
    """How a try ended: the verdict, what the gateway said of it, and by which version of the text."""

    verdict: _Verdict
    parts: int | None = None
    points: Decimal | None = None
    outcome: str = ""
    code: str = ""
    version: int | None = None


SENT = _Verdict(State.SENT)


def _verdict(letter: Letter, receipt: Receipt | None, gateway: Gateway, at: datetime) -> _Verdict:
    """What becomes of a message after a try, and when to try again."""
    claimed = letter.claimed
    if letter.fault:
        return _Verdict(State.FAILED, letter.fault)
    outcome = receipt.outcome if receipt else Outcome.UNKNOWN
    if outcome is Outcome.ACCEPTED:
        return SENT
    code = receipt.code if receipt else "bramka nie odpowiedziała o tej wiadomości"
    again_at = at + BACKOFF[min(claimed.attempts, len(BACKOFF)) - 1]
    if outcome is Outcome.REJECTED:
        return _Verdict(State.FAILED, code)
    if outcome is Outcome.HELD:
        return _Verdict(State.QUEUED, code, at, costs_try=False)
    if outcome is Outcome.UNKNOWN:
        return _Verdict(State.QUEUED, code, again_at, at) if gateway.has_key else _Verdict(State.UNKNOWN, code)
    if claimed.attempts < MOST_ATTEMPTS:
        return _Verdict(State.QUEUED, code, again_at)
    return _Verdict(State.UNKNOWN if claimed.in_doubt_since else State.FAILED, f"po {claimed.attempts} próbach: {code}")


def _ending(letter: Letter, receipt: Receipt | None, gateway: Gateway, at: datetime) -> _Ending:
    verdict = _verdict(letter, receipt, gateway, at)
    version = letter.wording.version
    if receipt is None:
        return _Ending(verdict, version=version)
    return _Ending(verdict, receipt.parts, receipt.cost_points, receipt.outcome.value, receipt.code[:40], version)


class _Places(dict[T, int]):
    """Different things, in the order in which they were met, with the place of each: from 1, as PostgreSQL counts."""

    def __missing__(self, thing: T) -> int:
        place = self[thing] = len(self) + 1
        return place


def store(
    letters: Sequence[Letter],
    receipts: Mapping[int, Receipt],
    gateway: Gateway,
    *,
    channel: str,
    at: datetime,
    worker: str,
    report: DispatchReport,
) -> None:
    """Write the outcomes of a whole batch by a few statements in one short transaction."""
    told = [receipts.get(letter.claimed.message_id) for letter in letters]
    endings: _Places[_Ending] = _Places()
    wordings: _Places[Wording] = _Places()
    ending_of = [endings[_ending(letter, one, gateway, at)] for letter, one in zip(letters, told, strict=True)]
    verdicts = [ending.verdict for ending in endings]
    values: dict[str, Any] = {
        "at": at,
        "worker": worker,
        "ids": keys_array(letter.claimed.message_id for letter in letters),
        "endings": keys_array(ending_of),
        "wordings": keys_array(wordings[letter.wording] for letter in letters),
        "gateway_ids": texts_array(receipt.gateway_id[:80] if receipt else "" for receipt in told),
        "states": [verdict.state.value for verdict in verdicts],
        "costs_try": [int(verdict.costs_try) for verdict in verdicts],
        "closed": [at if verdict.state is State.FAILED else None for verdict in verdicts],
        "again": [verdict.again_at for verdict in verdicts],
        "doubts": [verdict.in_doubt for verdict in verdicts],
        "reasons": [verdict.reason[:200] for verdict in verdicts],
        "parts": [ending.parts for ending in endings],
        "points": [ending.points for ending in endings],
        "outcomes": [ending.outcome for ending in endings],
        "codes": [ending.code for ending in endings],
        "subjects": texts_array(wording.subject[:200] for wording in wordings),
        "bodies": texts_array(wording.body for wording in wordings),
        "versions": [ending.version for ending in endings],
    }
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(LOCK, values)
        cursor.execute(ANSWERS + STORE, values)
        if cursor.rowcount < len(letters):
            cursor.execute(ANSWERS + STORE_LATE, {**values, "stored": [stored for (stored,) in cursor.fetchall()]})
        cursor.execute(TRIED, values)
        spent = [
            (letter.claimed, receipt)
            for letter, receipt in zip(letters, told, strict=True)
            if receipt and receipt.outcome is Outcome.ACCEPTED
        ]
        count_spending(spent, gateway=gateway.name, channel=channel, at=at)
        dead = [
            (letter.address, receipt.code)
            for letter, receipt in zip(letters, told, strict=True)
            if receipt and receipt.is_dead
        ]
        suppress(channel, dead, at=at)
        if gone := [endpoint for receipt in receipts.values() for endpoint in receipt.gone]:
            forget_endpoints(gone)
    counts = Counter(ending_of)
    for ending, place in endings.items():
        report.add(ending.verdict.state, counts[place])
