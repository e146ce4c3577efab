"""Storing what the gateway answered for a batch: states, tries, what it cost, and addresses that take nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from notifications.gateways import Gateway, Outcome, Receipt
from notifications.push import forget_endpoints
from notifications.rendering import Letter
from notifications.spending import count_spending
from notifications.states import State
from notifications.suppression import suppress

MOST_ATTEMPTS = 8
BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600))
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
    for verdict in verdicts:
        report.add(verdict.state)
