"""What the gateways took, counted by day, kind and topic in the transaction that stores their answers."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from core.dates import WARSAW
from notifications.channels import Channel
from notifications.gateways import Receipt
from notifications.models import Route, Spending
from notifications.rendering import Claimed

# SMSAPI's price list of August 2026, prepaid with the smallest top-up; voice by a sample call. Złoty net a part.
LIST_PRICE = {Channel.SMS.value: Decimal("0.17"), Channel.VOICE.value: Decimal("0.16")}
COUNT = """
INSERT INTO notifications_spending AS s (day, gateway, channel, kind, topic_code, messages, parts, points)
SELECT %(day)s, %(gateway)s, %(channel)s, * FROM unnest(
    %(kinds)s::text[], %(topics)s::text[], %(messages)s::int[], %(parts)s::int[], %(points)s::numeric[])
ON CONFLICT (day, gateway, channel, kind, topic_code) DO UPDATE
SET messages = s.messages + excluded.messages, parts = s.parts + excluded.parts, points = s.points + excluded.points
"""


def count_spending(taken: Sequence[tuple[Claimed, Receipt]], *, gateway: str, channel: str, at: datetime) -> None:
    """Add the messages that *gateway* has *taken* to the day's counts (Warsaw's day of *at*)."""
    alike = Counter((one.kind, one.topic, receipt.parts or 0, receipt.cost_points or 0) for one, receipt in taken)
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for (kind, topic, parts, points), count in alike.items():
        counts = sums[kind, topic]
        counts[0] += count
        counts[1] += count * parts
        counts[2] += count * points
    if not sums:
        return
    keys = sorted(sums)  # every worker locks the rows in this order
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT,
            {
                "day": at.astimezone(WARSAW).date(),
                "gateway": gateway,
                "channel": channel,
                "kinds": [kind for kind, _ in keys],
                "topics": [topic for _, topic in keys],
                "messages": [int(sums[key][0]) for key in keys],
                "parts": [int(sums[key][1]) for key in keys],
                "points": [sums[key][2] for key in keys],
            },
        )


def part_price(channel: str) -> Decimal:
    """What a part of a message by *channel* costs, in złoty net: as the gateways took it so far, else by price list."""
    prices = {route.gateway: route.point_price for route in Route.objects.all()}
    taken = Spending.objects.filter(channel=channel, parts__gt=0).values("gateway")
    sums = taken.annotate(all_parts=Sum("parts"), all_points=Sum("points")).order_by()
    parts = sum(int(one["all_parts"]) for one in sums)
    spent = sum((one["all_points"] * prices.get(one["gateway"], Decimal(1)) for one in sums), Decimal(0))
    return spent / parts if parts and spent else LIST_PRICE.get(channel, Decimal(0))
