"""Terms on days off: Ordynacja podatkowa art. 12 § 5, art. 115 k.c."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import Calendar, DayOff, is_day_off
from liabilities.due_dates import CIVIL, MovedTerm, moved_term
from liabilities.regimes import REGIME_LABELS, Regime


@pytest.mark.parametrize(
    ("due_on", "payable_by", "why"),
    [
        ("2026-03-15", "2026-03-16", "niedziela"),
        ("2026-01-31", "2026-02-02", "sobota"),
        ("2025-11-15", "2025-11-17", "sobota"),
        ("2024-03-31", "2024-04-02", "Wielkanoc"),
        ("2025-12-24", "2025-12-29", "Wigilia"),
        ("2026-11-11", "2026-11-12", "Narodowe Święto Niepodległości"),
        ("2026-08-15", "2026-08-17", "Wniebowzięcie Najświętszej Maryi Panny"),
        ("2027-01-06", "2027-01-07", "Trzech Króli"),
    ],
)
def test_a_term_on_a_day_off_ends_on_the_next_working_day(due_on: str, payable_by: str, why: str) -> None:
    moved = moved_term(date.fromisoformat(due_on), regime=Regime.TAX)
    assert (moved.due_on.isoformat(), moved.payable_by.isoformat()) == (due_on, payable_by)
    assert f"({why})" in moved.reason


@pytest.mark.parametrize("due_on", ["2026-05-15", "2026-09-15", "2024-12-24", "2010-01-06"])
def test_a_term_on_a_working_day_stays(due_on: str) -> None:
    day = date.fromisoformat(due_on)
    assert moved_term(day, regime=Regime.TAX) == MovedTerm(day, day, "")


@pytest.mark.parametrize(
    ("regime", "basis"),
    [
        (Regime.TAX, "Ordynacja podatkowa art. 12 § 5"),
        (Regime.ALCOHOL, "Ordynacja podatkowa art. 12 § 5"),
        (Regime.CIVIL, "Kodeks cywilny art. 115"),
        (Regime.COMMERCIAL, "Kodeks cywilny art. 115"),
    ],
)
def test_the_reason_names_the_law(regime: Regime, basis: str) -> None:
    assert basis in moved_term(date(2026, 3, 15), regime=regime).reason


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.sampled_from(Regime))
def test_a_moved_term_is_a_working_day_and_says_why_it_moved(due_on: date, regime: Regime) -> None:
    moved = moved_term(due_on, regime=regime)
    assert bool(moved.reason) is (moved.payable_by > due_on)
    if regime not in CIVIL or due_on >= date(2017, 1, 1):
        assert not is_day_off(moved.payable_by)
        assert bool(moved.reason) is is_day_off(due_on)


@pytest.mark.parametrize("regime", sorted(CIVIL))
@pytest.mark.parametrize(
    ("due_on", "payable_by"),
    [
        ("2016-12-17", "2016-12-17"),  # a Saturday
        ("2016-11-11", "2016-11-12"),  # a holiday, and the Saturday after it
        ("2016-12-31", "2016-12-31"),
        ("2016-12-25", "2016-12-27"),
        ("2017-01-07", "2017-01-09"),
    ],
)
def test_kc_115_counts_saturdays_since_2017(due_on: str, payable_by: str, regime: Regime) -> None:
    assert moved_term(date.fromisoformat(due_on), regime=regime).payable_by.isoformat() == payable_by


def test_op_12_5_counted_saturdays_before_2017_too() -> None:
    assert moved_term(date(2016, 12, 17), regime=Regime.TAX).payable_by == date(2016, 12, 19)


@pytest.mark.parametrize(
    ("due_on", "payable_by"),
    [("2024-12-24", "2024-12-24"), ("2025-12-24", "2025-12-29"), ("2026-12-24", "2026-12-28")],
)
def test_christmas_eve_is_a_day_off_since_2025(due_on: str, payable_by: str) -> None:
    for regime in (Regime.TAX, Regime.CIVIL):
        assert moved_term(date.fromisoformat(due_on), regime=regime).payable_by.isoformat() == payable_by


def test_whether_a_term_of_the_alcohol_fee_moves_is_the_towns_choice() -> None:
    saturday = date(2026, 1, 31)
    assert moved_term(saturday, regime=Regime.ALCOHOL).payable_by == date(2026, 2, 2)
    assert moved_term(saturday, regime=Regime.ALCOHOL, alcohol_moves=False) == MovedTerm(saturday, saturday, "")
    assert moved_term(saturday, regime=Regime.TAX, alcohol_moves=False).payable_by == date(2026, 2, 2)


def test_a_day_off_that_the_town_enters_moves_terms() -> None:
    calendar = Calendar([DayOff("09-15", 2027, 2027, "Dzień testu")])
    moved = moved_term(date(2027, 9, 15), regime=Regime.TAX, calendar=calendar)
    assert (moved.payable_by, "Dzień testu" in moved.reason) == (date(2027, 9, 16), True)
    assert moved_term(date(2028, 9, 15), regime=Regime.TAX, calendar=calendar).reason == ""


def test_every_regime_has_a_polish_label() -> None:
    assert set(REGIME_LABELS) == set(Regime)
    assert all(REGIME_LABELS.values())
