"""Days off, the next working day, and dates as Poles write them.

Public holidays are dated data (core/data/holidays.csv): the act of 18 January 1951 on days off, with Epiphany since
2011 and Christmas Eve since 2025.
"""

import csv
import re
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from core.errors import Refused

NBSP = "\u00a0"
MONTHS = (
    *("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września"),
    *("października", "listopada", "grudnia"),
)
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
POLISH = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
LONGEST = len("15.03.2026")

with (Path(__file__).parent / "data" / "holidays.csv").open(encoding="utf-8", newline="") as _file:
    HOLIDAYS = tuple(csv.DictReader(_file))


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


@lru_cache(maxsize=256)
def _holidays(year: int) -> tuple[tuple[date, str], ...]:
    found = []
    for row in HOLIDAYS:
        if int(row["valid_from"]) <= year <= int(row["valid_to"] or year):
            if row["day"].startswith("easter"):
                day = easter(year) + timedelta(days=int(row["day"].removeprefix("easter+")))
            else:
                day = date.fromisoformat(f"{year:04d}-{row['day']}")
            found.append((day, row["name"]))
    return tuple(found)


def public_holidays(year: int) -> dict[date, str]:
    """The statutory days off of *year* with their names; Sundays that are no holiday are not among them."""
    return dict(_holidays(year))


@lru_cache(maxsize=4096)
def day_off_name(day: date) -> str:
    """Why *day* is no working day: a holiday's name, «sobota», «niedziela»; '' when it works."""
    name = public_holidays(day.year).get(day, "")
    return name or ("", "", "", "", "", "sobota", "niedziela")[day.weekday()]


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
