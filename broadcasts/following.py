"""How a warning goes, and how it went: counts, curves, times, causes, cost; reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMinute

from broadcasts.models import Broadcast
from notifications.channels import Channel
from notifications.models import Message, Route
from notifications.states import State

ACCEPTED = (State.SENT, State.DELIVERED, State.UNKNOWN)
OPEN = (State.QUEUED, State.SENDING, State.JOINED)
SHARES = (50, 90, 99)
LONGEST_CURVE = 180  # minutes


@dataclass(frozen=True)
class Progress:
    """The messages of one channel: `accepted` by a gateway, of them `delivered`; `not_sent` never went to one."""

    channel: str
    total: int
    waiting: int
    accepted: int
    delivered: int
    failed: int
    not_sent: int


@dataclass(frozen=True)
class Minute:
    """What happened until the end of one minute since the start, added up."""

    number: int
    accepted: int
    delivered: int
    failed: int


@dataclass(frozen=True)
class Cause:
    """Why messages were not delivered, and how many."""

    state: str
    reason: str
    count: int


def messages_of(broadcast: Broadcast) -> "QuerySet[Message]":
    """Its messages, found by the span of their ids."""
    if broadcast.first_message is None:
        return Message.objects.none()
    span = Message.objects.filter(pk__gte=broadcast.first_message, pk__lte=broadcast.last_message)
    return span.filter(about=broadcast.about)


def progress_of(broadcast: Broadcast) -> list[Progress]:
    """The counts by channel: one query."""
    labels = dict(Channel.choices)
    counted = (
        messages_of(broadcast)
        .order_by()
        .values("channel")
        .annotate(
            total=Count("pk"),
            waiting=Count("pk", filter=Q(state__in=OPEN)),
            accepted=Count("pk", filter=Q(state__in=ACCEPTED)),
            delivered=Count("pk", filter=Q(state=State.DELIVERED)),
            failed=Count("pk", filter=Q(state=State.FAILED)),
            not_sent=Count("pk", filter=Q(state__in=[State.EXPIRED, State.WITHDRAWN, State.REFUSED])),
        )
        .order_by("channel")
    )
    return [
        Progress(
            str(labels.get(row["channel"], row["channel"])),
            row["total"],
            row["waiting"],
            row["accepted"],
            row["delivered"],
            row["failed"],
            row["not_sent"],
        )
        for row in counted
    ]


def curves_of(broadcast: Broadcast) -> dict[str, list[Minute]]:
    """By channel: accepted, delivered and failed messages, added up minute by minute since the start."""
    if broadcast.started_at is None:
        return {}
    labels = dict(Channel.choices)
    taken = _by_minute(messages_of(broadcast).filter(sent_at__isnull=False), "sent_at")
    ended = messages_of(broadcast).filter(closed_at__isnull=False)
    delivered = _by_minute(ended.filter(state=State.DELIVERED), "closed_at")
    failed = _by_minute(ended.filter(state=State.FAILED), "closed_at")
    found = {}
    for channel in sorted({channel for channel, _ in (*taken, *delivered, *failed)}):
        began = broadcast.started_at.replace(second=0, microsecond=0)
        last = max(minute for one, minute in (*taken, *delivered, *failed) if one == channel)
        length = min(int((last - began) / timedelta(minutes=1)), LONGEST_CURVE)
        rows, sums = [Minute(0, 0, 0, 0)], [0, 0, 0]
        for number in range(length + 1):
            at = began + timedelta(minutes=number)
            for place, counts in enumerate((taken, delivered, failed)):
                sums[place] += counts.get((channel, at), 0)
            rows.append(Minute(number + 1, *sums))
        found[str(labels.get(channel, channel))] = rows
    return found


def _by_minute(messages: "QuerySet[Message]", column: str) -> dict[tuple[str, datetime], int]:
    rows = messages.order_by().annotate(minute=TruncMinute(column)).values("channel", "minute")
    return {(row["channel"], row["minute"]): row["count"] for row in rows.annotate(count=Count("pk"))}


def times_of(broadcast: Broadcast) -> list[tuple[int, timedelta]]:
    """After what time since the start 50, 90 and 99 % of the messages that a gateway took had been taken."""
    taken = messages_of(broadcast).filter(sent_at__isnull=False).order_by("sent_at").values_list("sent_at", flat=True)
    count = taken.count()
    if not count or broadcast.started_at is None:
        return []
    places = [(share, max((count * share + 99) // 100 - 1, 0)) for share in SHARES]
    return [
        (share, max(moment - broadcast.started_at, timedelta(0)))
        for share, place in places
        if (moment := taken[place]) is not None
    ]


def causes_of(broadcast: Broadcast) -> list[Cause]:
    """Why messages were not delivered, the most frequent first."""
    lost = messages_of(broadcast).exclude(state__in=[*OPEN, State.SENT, State.DELIVERED]).order_by()
    rows = lost.values("state", "reason").annotate(count=Count("pk")).order_by("-count", "state", "reason")
    labels = dict(Message._meta.get_field("state").choices or [])
    return [Cause(str(labels[row["state"]]), row["reason"], row["count"]) for row in rows[:20]]


def cost_of(broadcast: Broadcast) -> Decimal:
    """What its messages cost so far, in złoty net, by the town's price of each gateway's point."""
    prices = {route.gateway: route.point_price for route in Route.objects.all()}
    rows = messages_of(broadcast).filter(cost_points__isnull=False).order_by().values("gateway")
    spent = rows.annotate(points=Sum("cost_points"))
    total = sum((row["points"] * prices.get(row["gateway"], Decimal(1)) for row in spent), Decimal(0))
    return total.quantize(Decimal("0.01"))


def estimated_end(broadcast: Broadcast, progress: Sequence[Progress], *, at: datetime) -> datetime | None:
    """When the last message will have gone at the pace so far; None while nothing tells."""
    waiting, accepted = sum(one.waiting for one in progress), sum(one.accepted for one in progress)
    if broadcast.started_at is None or not waiting or not accepted:
        return None
    return at + (at - broadcast.started_at) / accepted * waiting
