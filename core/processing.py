"""The register of processing (art. 30 RODO): what each app keeps of people, why, for how long, and what forgets it.

Free of models, so that an app's `apps.py` may register its categories as it is imported. What acts is named by a dotted
path and imported when it is called.
"""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.module_loading import import_string


class Unit(StrEnum):
    """In what a time of keeping is counted."""

    DAYS = "days"
    MONTHS = "months"
    CALENDAR_YEARS = "calendar_years"


UNIT_LABELS: dict[Unit, str] = {
    Unit.DAYS: "dni",
    Unit.MONTHS: "miesięcy",
    Unit.CALENDAR_YEARS: "lat, licząc od końca roku",
}


FORMS: dict[Unit, tuple[str, str, str]] = {
    Unit.DAYS: ("dzień", "dni", "dni"),
    Unit.MONTHS: ("miesiąc", "miesiące", "miesięcy"),
    Unit.CALENDAR_YEARS: ("rok", "lata", "lat"),
}
LONGEST: dict[Unit, int] = {Unit.DAYS: 36_500, Unit.MONTHS: 1_200, Unit.CALENDAR_YEARS: 100}


@dataclass(frozen=True)
class Period:
    """A time of keeping. CALENDAR_YEARS run from the end of the year of the event, as limitation does."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        one, few, many = FORMS[self.unit]
        is_few = self.amount % 10 in {2, 3, 4} and self.amount % 100 not in {12, 13, 14}
        words = one if self.amount == 1 else few if is_few else many
        tail = ", licząc od końca roku" if self.unit is Unit.CALENDAR_YEARS else ""
        return f"{self.amount} {words}{tail}"

    def horizon(self, at: datetime) -> datetime:
        """The moment before which events are past their term *at* a moment; *at* carries the zone of the calendar.

        A term ends with the whole of its last day (Kodeks cywilny, art. 111 and 112), so it is always a midnight.
        """
        day = at.replace(hour=0, minute=0, second=0, microsecond=0)
        if self.unit is Unit.DAYS:
            return day - timedelta(days=self.amount)
        if self.unit is Unit.CALENDAR_YEARS:
            return day.replace(year=at.year - self.amount, month=1, day=1)
        months = at.year * 12 + at.month - 1 - self.amount
        year, month = months // 12, months % 12 + 1
        return day.replace(year=year, month=month, day=min(at.day, monthrange(year, month)[1]))


@dataclass(frozen=True)
class Category:
    """One category of processing. Texts are Polish: the register and the office show them.

    `keep` is the time with which the town starts, `least` the shortest that the law allows (None: the town decides).
    `forget` names `(before: datetime, most: int) -> int`: it forgets at most that many records whose event is older
    than *before*, in the caller's transaction, and returns how many; 0 when nothing is left. Without it nothing is
    forgotten by itself, because only a person may decide; `why_kept` says why. `overdue` names
    `(before: datetime) -> int`: how many wait for that.
    """

    code: str
    name: str
    purpose: str
    people: str
    data: str
    recipients: str
    lawful_basis: str
    kept_basis: str
    since: str
    keep: Period
    overdue: str
    least: Period | None = None
    forget: str = ""
    why_kept: str = ""

    def forget_some(self, *, before: datetime, most: int) -> int:
        """Forget at most *most* records older than *before*; returns how many."""
        act: Callable[[datetime, int], int] = import_string(self.forget)
        return act(before, most)

    def count_overdue(self, *, before: datetime) -> int:
        """How many records are past their term."""
        count: Callable[[datetime], int] = import_string(self.overdue)
        return count(before)


CATEGORIES: dict[str, Category] = {}


def register(*categories: Category) -> None:
    """Put *categories* into the register.

    Raises ValueError when another one bears a code, or when nobody says what forgets it or why it stays.
    """
    for category in categories:
        if CATEGORIES.setdefault(category.code, category) != category:
            raise ValueError(f"two categories of processing are called {category.code}")
        if bool(category.forget) == bool(category.why_kept):
            raise ValueError(f"{category.code}: say what forgets it, or why it is kept")
