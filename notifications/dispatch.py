"""From the outbox to the gateways: claim, check, render, hand over, store.

The database is the queue. A batch is claimed by one statement (SKIP LOCKED) under a lease; its tries are committed
before the gateway is called, and no transaction of its own is open during the call. While full batches are on their way
to a gateway with keys, the next one is claimed (on_their_way.py). A worker that dies leaves leases that run out: a
gateway with keys is asked again under the same key; one without has each message written down before it goes
(in_flight.py), and leaves the one in flight on each connection in doubt, listed, never resent.
"""

import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from django.conf import settings

from notifications.channels import Channel
from notifications.claiming import claim_batch, is_waiting
from notifications.in_flight import Journal
from notifications.kinds import Priority
from notifications.on_their_way import Errand, OnTheirWay
from notifications.rendering import stationery
from notifications.routes import Way, give_back, take_allowance, ways
from notifications.states import State
from notifications.storing import DispatchReport
from notifications.sweeping import close_overdue, reclaim_leases

BATCH = 1000
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
    if least_urgent == Priority.EVENT:  # a look at all that waits: no warning waits for that
        close_overdue(at=clock(), report=report)
    channels = [channel for channel in Channel.values if channel in settings.MESSAGE_GATEWAYS]
    left = sys.maxsize if most is None else most
    pauses = 0
    with closing(Journal(worker)) as journal, OnTheirWay(journal, clock, report) as on_their_way:
        while channels and left > 0:
            channel = channels.pop(0)
            limit = min(BATCH, left)
            count = _work_batch(channel, clock, on_their_way, limit=limit, least_urgent=least_urgent, report=report)
            # What comes back untaken is due again, and the channel's other gateways may take it.
            has_settled = count != BATCH and on_their_way.finish(channel)
            if count is None and pauses < MOST_PAUSES:
                pauses += 1
                pause(PAUSE_SECONDS)
            left -= count or 0
            if count or has_settled or (count is None and pauses < MOST_PAUSES):
                channels.append(channel)
    return report


def _work_batch(
    channel: str,
    clock: Callable[[], datetime],
    on_their_way: OnTheirWay,
    *,
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
        count = _hand_over(channel, way, clock, on_their_way, limit=allowed, report=report)
        if way.is_paced:
            give_back(way.gateway.name, allowed - count)
        if count:
            return count
    return None if is_held_up else 0


def _hand_over(
    channel: str,
    way: Way,
    clock: Callable[[], datetime],
    on_their_way: OnTheirWay,
    *,
    limit: int,
    report: DispatchReport,
) -> int:
    """Claim one batch and have it handed over; returns how many were claimed.

    A full one goes on its way while the next is claimed, where its gateway knows keys: what a dead worker held without
    keys must stay one batch.
    """
    flight = on_their_way.flight(way.gateway)
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
    errand = Errand(channel, way.gateway, flight, batch.messages, stationery(batch.messages, channel))
    if batch.taken == BATCH and way.gateway.has_key and (way.has_room or batch.is_crisis):
        on_their_way.start(errand)
    else:
        on_their_way.do(errand)
    return batch.taken
