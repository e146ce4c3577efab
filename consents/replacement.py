"""What the newest application leaves in force: it replaces the whole earlier choice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, order=True)
class Choice:
    """One box on the application: a kind of notification by a channel."""

    topic: str
    channel: str


@dataclass(frozen=True)
class Replacement:
    """What ends, what begins and what goes on when the newest choice replaces the current one."""

    end: frozenset[Choice]
    start: frozenset[Choice]
    keep: frozenset[Choice]


@dataclass(frozen=True, order=True)
class Standing:
    """What orders applications: signed, then received, then registered later wins."""

    signed_on: date
    received_on: date
    number: int


def replaced(current: frozenset[Choice], newest: frozenset[Choice]) -> Replacement:
    """The change from *current* to *newest*. An empty *newest* is a resignation: all ends."""
    return Replacement(end=current - newest, start=newest - current, keep=current & newest)


def in_force(applications: Iterable[tuple[Standing, frozenset[Choice]]]) -> frozenset[Choice]:
    """The choice of the newest of the accepted *applications*; nothing when there is none."""
    newest = max(applications, key=lambda application: application[0], default=None)
    return frozenset() if newest is None else newest[1]
