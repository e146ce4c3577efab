"""What is in force: the newest application, which replaces the whole earlier choice, less what was taken back later."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime


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
    """What orders applications: signed, then received, then registered later wins. An electronic signature also has a
    moment, which orders it among withdrawals.
    """

    signed_on: date
    received_on: date
    number: int
    signed_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Withdrawn:
    """A consent taken back at a moment, on that day in the town; '' as topic or channel means every one."""

    at: datetime
    on: date
    topic: str = ""
    channel: str = ""

    def takes(self, choice: Choice, signed: Standing) -> bool:
        """Whether it takes back *choice* of an application that was *signed* then.

        A paper tells its day only: of a paper and a withdrawal of one day the withdrawal holds. In doubt there is no
        consent (art. 7 ust. 1 RODO).
        """
        is_meant = self.topic in {"", choice.topic} and self.channel in {"", choice.channel}
        is_later = self.on >= signed.signed_on if signed.signed_at is None else self.at > signed.signed_at
        return is_meant and is_later


def replaced(current: frozenset[Choice], newest: frozenset[Choice]) -> Replacement:
    """The change from *current* to *newest*. An empty *newest* is a resignation: all ends."""
    return Replacement(end=current - newest, start=newest - current, keep=current & newest)


def remaining(choices: Iterable[Choice], signed: Standing, withdrawals: Collection[Withdrawn]) -> frozenset[Choice]:
    """What of an application's *choices* no later withdrawal took back."""
    return frozenset(
        choice for choice in choices if not any(withdrawn.takes(choice, signed) for withdrawn in withdrawals)
    )


def in_force(
    applications: Iterable[tuple[Standing, frozenset[Choice]]], withdrawals: Collection[Withdrawn] = ()
) -> frozenset[Choice]:
    """The choice of the newest of the accepted *applications*, less the *withdrawals*; nothing when there is none."""
    newest = max(applications, key=lambda application: application[0], default=None)
    return frozenset() if newest is None else remaining(newest[1], newest[0], withdrawals)
