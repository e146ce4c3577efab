"""From the outbox to the gateways: claim, check, render, hand over, store.

The database is the queue. A batch is claimed by one statement (SKIP LOCKED) under a lease; its tries are committed
before the gateway is called, and no transaction is open during the call. A worker that dies leaves leases that run out:
a gateway with keys is asked again under the same key; one without has each message written down before it goes
(in_flight.py), and leaves the one in flight on each connection in doubt, listed, never resent.
"""

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime, timedelta

from django.conf import settings

from notifications.channels import Channel
from notifications.claiming import claim_batch, is_waiting
from notifications.gateways import Gateway, Outcome, Receipt
from notifications.in_flight import Journal
from notifications.kinds import Priority
from notifications.rendering import write_letters
from notifications.rests import lay_down, wake_up
from notifications.routes import Way, give_back, take_allowance, ways
from notifications.states import State
from notifications.storing import DispatchReport, store
from notifications.sweeping import close_overdue, reclaim_leases

BATCH = 1000


SLOWEST = timedelta(seconds=30)  # a batch that took longer: the channel's other gateways are asked first for a while
PAUSE_SECONDS, MOST_PAUSES = 0.2, 300


def dispatch(
    *,
    clock: Callable[[], datetime],
    worker: str,
    most: int | None = None,
    least_urgent: Priority = Priority.EVENT,
    pause: Callable[[float], None] = time.sleep,
) -> DispatchReport:
    """Work the outbox until nothing is due (or *most* messages were claimed). *clock* says now; *worker* names us.

    Any number of workers may run at once, on any machines; none takes another's batch. The channels take turns. A
    worker of its own for *least_urgent* messages and more urgent ones keeps these from waiting behind a campaign's
    batch. *pause* waits (seconds) while a gateway's limit of messages a second is used up.
    """
    report = DispatchReport()
    reclaim_leases(at=clock())
    close_overdue(at=clock(), report=report)
    channels = [channel for channel in Channel.values if channel in settings.MESSAGE_GATEWAYS]
    left = sys.maxsize if most is None else most
    pauses = 0
    with closing(Journal(worker)) as journal:
        while channels and left > 0:
            channel = channels.pop(0)
            limit = min(BATCH, left)
            count = _work_batch(channel, clock, journal=journal, limit=limit, least_urgent=least_urgent, report=report)
            if count is None and pauses < MOST_PAUSES:
                pauses += 1
                pause(PAUSE_SECONDS)
            left -= count or 0
            if count or (count is None and pauses < MOST_PAUSES):
                channels.append(channel)
    return report


def _work_batch(
    channel: str,
    clock: Callable[[], datetime],
    *,
    journal: Journal,
    limit: int,
    least_urgent: Priority,
    report: DispatchReport,
) -> int | None:
    """One batch of the first gateway that has something to take; returns how many were claimed.

    0 when the channel has no more to do now, None when only the pace of a gateway holds it up.
    """
    is_held_up = False
    for way in ways(channel, at=clock(), limit=limit, least_urgent=least_urgent):
        allowed = take_allowance(way.gateway.name, at=clock(), limit=way.limit) if way.is_paced else way.limit
        if allowed == 0:
            is_held_up = is_held_up or is_waiting(channel, at=clock(), least_urgent=way.least_urgent)
            continue
        count = _hand_over(channel, way, clock, journal=journal, limit=allowed, report=report)
        if way.is_paced:
            give_back(way.gateway.name, allowed - count)
        if count:
            return count
    return None if is_held_up else 0


def _hand_over(
    channel: str, way: Way, clock: Callable[[], datetime], *, journal: Journal, limit: int, report: DispatchReport
) -> int:
    """One batch from claim to store; returns how many were claimed."""
    flight = journal.flight(way.gateway)
    batch = claim_batch(
        channel,
        way.gateway,
        at=clock(),
        worker=flight.lease,
        limit=limit,
        least_urgent=way.least_urgent,
        before_commit=flight.open,
    )
    report.add(State.REFUSED, batch.refused)
    if not batch.messages:
        return batch.taken
    letters = write_letters(batch.messages, channel)
    parcels = [letter.parcel() for letter in letters if not letter.fault]
    began = clock()
    receipts = {receipt.message_id: receipt for receipt in flight.send(parcels)} if parcels else {}
    at = clock()
    ours = [letter for letter in letters if flight.is_ours(letter.claimed.message_id)]
    store(ours, receipts, way.gateway, channel=channel, at=at, worker=flight.lease, report=report)
    flight.close()
    _rest_or_wake(way.gateway, receipts, is_slow=at - began > SLOWEST, at=at)
    return batch.taken


def _rest_or_wake(gateway: Gateway, receipts: Mapping[int, Receipt], *, is_slow: bool, at: datetime) -> None:
    """Let the gateway rest that sent messages back untried, answered for none of the batch, or took too long."""
    outcomes = {receipt.outcome for receipt in receipts.values()}
    has_answered = bool(outcomes & {Outcome.ACCEPTED, Outcome.REJECTED})
    if has_answered and not is_slow:
        wake_up(gateway.name)
    silent = [receipt for receipt in receipts.values() if receipt.outcome in {Outcome.HELD, Outcome.UNKNOWN}]
    if is_slow:
        lay_down(gateway.name, reason="odpowiada zbyt wolno", at=at)
    elif silent and not (has_answered and Outcome.HELD not in outcomes):
        lay_down(gateway.name, reason=silent[0].code, at=at)
