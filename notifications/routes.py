"""Which gateways of a channel may take messages now, in which order, how many, and how urgent ones."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Sum

from core import audit
from core.actor import Actor
from core.dates import WARSAW
from notifications.gateways import Gateway, gateways_of
from notifications.kinds import Priority
from notifications.models import GatewayRest, Route, Spending
from notifications.rests import PROBE
from notifications.shares import Cap, CapState, in_turn

BURST_SECONDS = 1
# What batches on their way may cost at the dearest, so that a cap is passed by one batch at most.
ROOM_PLN = Decimal(5000)
# Takes as much of the allowance as there is: what was used lies ahead of now by at most BURST_SECONDS.
TAKE = """
WITH free AS (
    SELECT id, per_second, GREATEST(COALESCE(paced_until, %(at)s), %(at)s) AS used_until
    FROM notifications_route WHERE gateway = %(gateway)s FOR UPDATE),
taken AS (
    SELECT id, per_second, used_until,
        LEAST(%(limit)s, floor(extract(epoch FROM %(at)s + make_interval(secs => %(burst)s) - used_until)
            * per_second))::int AS count
    FROM free)
UPDATE notifications_route AS r
SET paced_until = t.used_until + make_interval(secs => GREATEST(t.count, 0)::float / t.per_second)
FROM taken AS t WHERE r.id = t.id RETURNING GREATEST(t.count, 0)
"""
GIVE_BACK = """
UPDATE notifications_route SET paced_until = paced_until - make_interval(secs => %(count)s::float / per_second)
WHERE gateway = %(gateway)s AND per_second IS NOT NULL
"""


@dataclass(frozen=True)
class Way:
    """A gateway that may take messages now: at most `limit`, of priorities up to `least_urgent`.

    `has_room` says that no cap in złoty is near: several batches may be on their way at once.
    """

    gateway: Gateway
    limit: int
    least_urgent: Priority
    is_paced: bool
    has_room: bool


@dataclass(frozen=True)
class Health:
    """A gateway as staff see it."""

    name: str
    channel: str
    is_on: bool
    rest: GatewayRest | None
    day: Cap
    month: Cap

    @property
    def cap_state(self) -> CapState:
        """The nearer of the two caps."""
        return max(self.day.state, self.month.state)


def routes() -> dict[str, Route]:
    """The town's choices, by gateway."""
    return {route.gateway: route for route in Route.objects.all()}


def spending(route: Route | None, gateway: str, on: date) -> tuple[Cap, Cap]:
    """What was spent at *gateway* on the day *on* and in its month so far, beside the caps (złoty)."""
    if route is None:
        return Cap(None, Decimal(0)), Cap(None, Decimal(0))
    mine = Spending.objects.filter(gateway=gateway, day__lte=on)
    month = mine.filter(day__gte=on.replace(day=1)).aggregate(points=Sum("points"))["points"] or Decimal(0)
    day = mine.filter(day=on).aggregate(points=Sum("points"))["points"] or Decimal(0)
    price = route.point_price
    return Cap(route.daily_cap_pln, day * price), Cap(route.monthly_cap_pln, month * price)


def health(channels: Mapping[str, object], *, at: datetime) -> list[Health]:
    """Every gateway of *channels*: on or off, resting, near a cap."""
    known = routes()
    rests = {rest.gateway: rest for rest in GatewayRest.objects.all()}
    on = at.astimezone(WARSAW).date()
    return [
        Health(
            gateway.name,
            channel,
            known[gateway.name].is_on if gateway.name in known else True,
            rests.get(gateway.name),
            *spending(known.get(gateway.name), gateway.name, on),
        )
        for channel in channels
        for gateway in gateways_of(channel)
    ]


def ways(channel: str, *, at: datetime, limit: int, least_urgent: Priority = Priority.EVENT) -> list[Way]:
    """The gateways of *channel* to ask for a batch of *limit* messages, in the order in which to ask them.

    One that is off or rests is left out; one that has just rested gets a few to try it; one whose cap is reached takes
    nothing but crisis messages. The pace is taken later, by `take_allowance`.
    """
    known = routes()
    rests = {rest.gateway: rest.until for rest in GatewayRest.objects.all()}
    on = at.astimezone(WARSAW).date()
    found: list[Way] = []
    weights: list[int] = []
    for gateway in gateways_of(channel):
        route = known.get(gateway.name)
        until = rests.get(gateway.name)
        if (route and not route.is_on) or (until and until > at):
            continue
        caps = spending(route, gateway.name, on)
        is_full = max(cap.state for cap in caps) is CapState.REACHED
        found.append(
            Way(
                gateway,
                min(PROBE, limit) if until else limit,
                Priority.CRISIS if is_full else least_urgent,
                is_paced=route is not None and route.per_second is not None,
                has_room=is_full or all(cap.has_room(ROOM_PLN) for cap in caps),
            )
        )
        weights.append(route.weight if route else 1)
    return [found[place] for place in in_turn(weights, random.random())]  # noqa: S311  # a share, not a secret


def take_allowance(gateway: str, *, at: datetime, limit: int) -> int:
    """How many of *limit* messages the pace of *gateway* allows now, over all workers; they count as used."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"gateway": gateway, "at": at, "limit": limit, "burst": BURST_SECONDS})
        row = cursor.fetchone()
    return int(row[0]) if row else limit


def give_back(gateway: str, count: int) -> None:
    """*count* messages of the allowance were not needed."""
    if count > 0:
        with connection.cursor() as cursor:
            cursor.execute(GIVE_BACK, {"gateway": gateway, "count": count})


def set_route(route: Route, *, by: Actor) -> None:
    """Store what the town chose for a gateway, and who chose."""
    with transaction.atomic():
        route.save()
        caps = {"daily_cap": str(route.daily_cap_pln), "monthly_cap": str(route.monthly_cap_pln)}
        told = {"is_on": route.is_on, "weight": route.weight, "per_second": route.per_second, **caps}
        audit.record("set_route", f"gateway:{route.gateway}", by=by, **told)
