"""Days off, the next working day, and dates as Poles write them.

Public holidays are dated data (core/data/holidays.csv): the act of 18 January 1951 on days off, with Epiphany since
2011 and Christmas Eve since 2025.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from core.errors import Refused

NBSP = "\u00a0"
WARSAW = ZoneInfo("Europe/Warsaw")
MONTHS = (
    *("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września"),
    *("października", "listopada", "grudnia"),
)
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
POLISH = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
LONGEST = len("15.03.2026")
SATURDAY = "sobota"


def midnight(day: date) -> datetime:
    """The moment at which *day* begins in Warsaw."""
    return datetime.combine(day, time.min, tzinfo=WARSAW)


def easter(year: int) -> date:
    """Easter Sunday of *year* (the anonymous Gregorian algorithm)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    j = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * j) // 433
    month = (h + j - 7 * m + 90) // 25
    return date(year, month, (h + j - 7 * m + 33 * month + 19) % 32)


@dataclass(frozen=True)
class DayOff:
    """A day off of every year from *valid_from* to *valid_to*: «12-24», or «easter+60» days after Easter Sunday."""

    day: str
    valid_from: int
    valid_to: int | None
    name: str

    def in_year(self, year: int) -> date | None:
        """Its date in *year*; None when it was no day off then."""
        if not self.valid_from <= year <= (self.valid_to or year):
            return None
        if self.day.startswith("easter"):
            return easter(year) + timedelta(days=int(self.day.removeprefix("easter+")))
        return date.fromisoformat(f"{year:04d}-{self.day}")


class Calendar:
    """Saturdays, Sundays and the days off of a table; what it says of a year is reckoned once."""

    def __init__(self, rules: Iterable[DayOff]) -> None:
        """A calendar of *rules*."""
        self._rules = tuple(rules)
        self._years: dict[int, dict[date, str]] = {}

    def holidays(self, year: int) -> dict[date, str]:
        """The statutory days off of *year* with their names; Sundays that are no holiday are not among them."""
        if year not in self._years:
            found = ((rule.in_year(year), rule.name) for rule in self._rules)
            self._years[year] = {day: name for day, name in found if day is not None}
        return self._years[year]

    def day_off_name(self, day: date) -> str:
        """Why *day* is no working day: a holiday's name, «sobota», «niedziela»; '' when it works."""
        return self.holidays(day.year).get(day, "") or WEEKDAYS_OFF.get(day.weekday(), "")


WEEKDAYS_OFF = {5: SATURDAY, 6: "niedziela"}
with (Path(__file__).parent / "data" / "holidays.csv").open(encoding="utf-8", newline="") as _file:
    STATUTORY = Calendar(
        DayOff(row["day"], int(row["valid_from"]), int(row["valid_to"]) if row["valid_to"] else None, row["name"])
        for row in csv.DictReader(_file)
    )


def public_holidays(year: int) -> dict[date, str]:
    """The statutory days off of *year* with their names; Sundays that are no holiday are not among them."""
    return dict(STATUTORY.holidays(year))


def day_off_name(day: date) -> str:
    """Why *day* is no working day: a holiday's name, «sobota», «niedziela»; '' when it works."""
    return STATUTORY.day_off_name(day)


def is_day_off(day: date) -> bool:
    """Whether *day* is a Saturday, a Sunday or a statutory day off."""
    return bool(day_off_name(day))


def next_working_day(day: date) -> date:
    """*day* itself when it works, else the first working day after it."""
    while is_day_off(day):
        day += timedelta(days=1)
    return day


def parse_date(text: str) -> date:
    """The day that *text* says, «2026-03-15» or «15.03.2026». Raises Refused `date_unreadable`, `date_impossible`."""
    bare = text.strip()
    if found := ISO.fullmatch(bare):
        year, month, day = (int(part) for part in found.groups())
    elif found := POLISH.fullmatch(bare):
        day, month, year = (int(part) for part in found.groups())
    else:
        # A longer text may be a PESEL that slipped a column: it is not repeated.
        named = f"„{bare}”" if len(bare) <= LONGEST else "Ten tekst"
        raise Refused(
            "date_unreadable",
            f"{named} to nie jest data." if bare else "Brakuje daty.",
            mend="Podaj datę jako 2026-03-15 albo 15.03.2026.",
        )
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Refused(
            "date_impossible", f"Dnia {bare} nie ma w kalendarzu.", mend="Popraw dzień lub miesiąc."
        ) from error


def format_date(day: date) -> str:
    """«15 marca 2026», with no-break spaces."""
    return f"{day.day}{NBSP}{MONTHS[day.month - 1]}{NBSP}{day.year}"


def format_date_short(day: date) -> str:
    """«15.03.2026»."""
    return f"{day.day:02d}.{day.month:02d}.{day.year:04d}"
