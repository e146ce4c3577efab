"""Days off by the act of 18 January 1951 as it stood in each year, and dates as Poles write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import (
    day_off_name,
    easter,
    format_date,
    format_date_short,
    is_day_off,
    next_working_day,
    parse_date,
    public_holidays,
)
from core.errors import Refused

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31))


@pytest.mark.parametrize(
    "day",
    [
        *("1990-04-15", "2000-04-23", "2008-03-23", "2011-04-24", "2019-04-21", "2020-04-12", "2021-04-04"),
        *("2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25", "2049-04-18"),
    ],
)
def test_easter_falls_where_the_church_says(day: str) -> None:
    assert easter(date.fromisoformat(day).year) == date.fromisoformat(day)


def test_2026_has_fourteen_holidays() -> None:
    assert sorted(day.isoformat()[5:] for day in public_holidays(2026)) == [
        *("01-01", "01-06", "04-05", "04-06", "05-01", "05-03", "05-24"),
        *("06-04", "08-15", "11-01", "11-11", "12-24", "12-25", "12-26"),
    ]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2025-12-24", "Wigilia"),
        ("2024-12-24", ""),
        ("2011-01-06", "Trzech Króli"),
        ("2010-01-06", ""),
        ("2026-06-04", "Boże Ciało"),
        ("2026-04-06", "Poniedziałek Wielkanocny"),
        ("2026-05-24", "Zielone Świątki"),
        ("2026-05-02", "sobota"),
        ("2026-05-10", "niedziela"),
        ("2026-11-01", "Wszystkich Świętych"),
        ("2026-12-31", ""),
        ("2026-04-03", ""),
    ],
)
def test_a_day_off_has_a_name(day: str, name: str) -> None:
    assert day_off_name(date.fromisoformat(day)) == name
    assert is_day_off(date.fromisoformat(day)) is bool(name)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-03-15", "2026-03-16"),
        ("2026-01-31", "2026-02-02"),
        ("2025-11-15", "2025-11-17"),
        ("2024-03-31", "2024-04-02"),
        ("2025-12-24", "2025-12-29"),
        ("2024-12-24", "2024-12-24"),
        ("2026-05-15", "2026-05-15"),
        ("2027-01-01", "2027-01-04"),
    ],
)
def test_the_next_working_day_is_the_day_itself_when_it_works(day: str, works: str) -> None:
    assert next_working_day(date.fromisoformat(day)) == date.fromisoformat(works)


@given(DAYS)
def test_every_day_between_a_day_and_the_next_working_one_is_off(day: date) -> None:
    works = next_working_day(day)
    assert not is_day_off(works)
    assert all(is_day_off(day + timedelta(days=place)) for place in range((works - day).days))
    assert (works - day).days <= 5


@pytest.mark.parametrize("text", ["2026-03-15", "15.03.2026", " 15.3.2026 ", "2026-3-15"])
def test_a_date_is_read_in_both_ways(text: str) -> None:
    assert parse_date(text) == date(2026, 3, 15)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "date_unreadable"),
        ("jutro", "date_unreadable"),
        ("15/03/2026", "date_unreadable"),
        ("15.03.26", "date_unreadable"),
        ("03.2026", "date_unreadable"),
        ("2026-03-15T10:00", "date_unreadable"),
        ("20260315", "date_unreadable"),
        ("2026-02-29", "date_impossible"),
        ("31.04.2026", "date_impossible"),
        ("2026-13-01", "date_impossible"),
        ("0000-01-01", "date_impossible"),
    ],
)
def test_what_is_no_day_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_date(text)
    assert refusal.value.code == code
    assert refusal.value.mend


def test_a_number_that_slipped_into_a_date_is_not_repeated() -> None:
    with pytest.raises(Refused) as refusal:
        parse_date("80051712346")
    assert "8005" not in str(refusal.value)


@given(DAYS)
def test_the_short_date_reads_back(day: date) -> None:
    assert parse_date(format_date_short(day)) == parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    ("day", "long", "short"),
    [
        (date(2026, 3, 15), "15\u00a0marca\u00a02026", "15.03.2026"),
        (date(2025, 9, 1), "1\u00a0września\u00a02025", "01.09.2025"),
        (date(2026, 10, 9), "9\u00a0października\u00a02026", "09.10.2026"),
    ],
)
def test_dates_are_written_as_poles_write_them(day: date, long: str, short: str) -> None:
    assert (format_date(day), format_date_short(day)) == (long, short)
