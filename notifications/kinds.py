"""The registry of message kinds: what each may say, how urgent it is, when it goes. Filled at start by the apps above.

Free of models, so that an app's `apps.py` may register its kinds as it is imported.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models.enums import IntegerChoices


class Priority(IntegerChoices):
    """Which message goes first; lower is sooner."""

    CRISIS = 0, "kryzysowy"
    CASE = 10, "sprawa"
    TRANSACTION = 20, "płatność"
    REMINDER = 30, "przypomnienie"
    EVENT = 40, "wydarzenie"


Facts = Mapping[str, str]


@dataclass(frozen=True)
class Digest:
    """How several messages to one person become one: of kind `kind`, with the facts that `combine` makes of theirs.

    `only_over_cap`: they are told one by one as long as the day's cap lets them (notifications/daily_caps.py).
    """

    kind: str
    combine: Callable[[Sequence[Facts]], Facts]
    only_over_cap: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of message. `facts` are the names its texts may use, each with a sample for previews.

    Waiting messages to one payer by one channel whose kinds name the same `digest` go out as one, at once or when there
    are more of them than the town allows a day.
    `private` facts tell of sums or kinds of dues: no short SMS names them, for whoever sees a locked screen reads it.
    `any_hour` kinds do not wait for the sending hours; a message is not sent once `expires_after` has passed since it
    was queued (None: never).
    """

    code: str
    name: str
    priority: Priority
    facts: Facts
    expires_after: timedelta | None = None
    any_hour: bool = False
    digest: Digest | None = None
    private: frozenset[str] = frozenset()


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Put *kind* into the registry. Raises ValueError when another kind has its code."""
    if KINDS.setdefault(kind.code, kind) != kind:
        raise ValueError(f"two kinds of message are called {kind.code}")


def find(code: str) -> Kind:
    """The kind of that code. Raises KeyError when nobody registered it."""
    return KINDS[code]


def name_of(code: str) -> str:
    """The kind in people's words; one whose app is gone by its code."""
    return KINDS[code].name if code in KINDS else code


def codes_for_any_hour() -> list[str]:
    """The kinds that may go out in quiet hours."""
    return sorted(code for code, kind in KINDS.items() if kind.any_hour)


def codes_by_digest() -> dict[str, list[str]]:
    """For each kind that speaks for all that waits, the kinds that it speaks for."""
    found: dict[str, list[str]] = {}
    for code, kind in sorted(KINDS.items()):
        if kind.digest and not kind.digest.only_over_cap:
            found.setdefault(kind.digest.kind, []).append(code)
    return found
