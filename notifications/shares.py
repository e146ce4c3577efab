"""Which gateway takes the next batch, and how much: rules on values."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

WARN_FROM = Decimal("0.8")


class CapState(IntEnum):
    """How near the spending is to what the town allows."""

    FREE = 0
    WARNING = 1
    REACHED = 2


@dataclass(frozen=True)
class Cap:
    """What may be spent (złoty, None: anything) and what was."""

    allowed: Decimal | None
    spent: Decimal

    @property
    def state(self) -> CapState:
        """Reached at the cap, a warning from 80 % of it."""
        if self.allowed is None or self.spent < self.allowed * WARN_FROM:
            return CapState.FREE
        return CapState.WARNING if self.spent < self.allowed else CapState.REACHED

    def has_room(self, amount: Decimal) -> bool:
        """Whether *amount* (złoty) more stays below it."""
        return self.allowed is None or self.spent + amount < self.allowed


def in_turn(weights: Sequence[int], chance: float) -> list[int]:
    """The places of *weights* in the order in which to ask them: the first by its share, for a *chance* in [0, 1).

    The others follow from the heaviest to the lightest; those of weight 0 come last, in their own order.
    """
    places = sorted(range(len(weights)), key=lambda place: -weights[place])
    total = sum(weights)
    point = chance * total
    for place in places:
        if point < weights[place]:
            return [place, *(other for other in places if other != place)]
        point -= weights[place]
    return places
