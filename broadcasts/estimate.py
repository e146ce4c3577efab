"""What a warning costs and how long it takes, before it is sent: arithmetic only."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import ceil

USUAL_PER_SECOND = 100  # messages; where the town has set no limit for its gateways
GROSZ = Decimal("0.01")


@dataclass(frozen=True)
class Estimate:
    """By channel: messages, parts of one, złoty net, minutes to the last."""

    channel: str
    messages: int
    parts: int
    cost_pln: Decimal
    minutes: int


def estimate(
    counts: Mapping[str, int],
    *,
    parts: Mapping[str, int],
    prices: Mapping[str, Decimal],
    per_second: Mapping[str, int],
) -> list[Estimate]:
    """For *counts* of messages by channel: *parts* of one, *prices* of a part (złoty net), *per_second* the pace of all
    gateways of the channel together. A channel not named has one part, is free, goes at the usual pace.
    """
    return [
        Estimate(
            channel,
            count,
            parts.get(channel, 1),
            (count * parts.get(channel, 1) * prices.get(channel, Decimal(0))).quantize(GROSZ, ROUND_HALF_UP),
            ceil(count / (60 * max(per_second.get(channel, USUAL_PER_SECOND), 1))),
        )
        for channel, count in sorted(counts.items())
    ]
