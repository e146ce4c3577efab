"""Interest: Ordynacja podatkowa art. 53–56 and 63, art. 481 k.c., the act of 8 March 2013."""

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from liabilities.interest import Interest, Rate, interest_due
from liabilities.regimes import Regime

DATA = Path(__file__).resolve().parents[2] / "liabilities" / "data"
MINIMUM = Decimal("8.70")


def shipped(name: str) -> list[Rate]:
    """A table of rates as it is shipped."""
    with (DATA / f"{name}_interest_rates.csv").open(encoding="utf-8", newline="") as file:
        return [
            Rate(date.fromisoformat(row["valid_from"]), Decimal(row["rate_percent"])) for row in csv.DictReader(file)
        ]


TAX, CIVIL, COMMERCIAL = shipped("tax"), shipped("civil"), shipped("commercial")
TEN = [Rate(date(2000, 1, 1), Decimal(10))]


def tax(principal: str, due_on: str, on: str, rates: Sequence[Rate] = tuple(TAX), **more: object) -> Interest:
    """Interest of a tax arrear, by default without a lower limit."""
    return interest_due(
        Decimal(principal),
        due_on=date.fromisoformat(due_on),
        on=date.fromisoformat(on),
        regime=Regime.TAX,
        rates=rates,
        **more,  # type: ignore[arg-type]
    )


def by_days(grosze: int, due_on: date, on: date, rates: Sequence[Rate]) -> int:
    """Interest in 1/36,500,000 of a złoty, day by day and in whole numbers only: the formula of the law, slowly."""
    day_rates = (
        next(rate.percent for rate in reversed(rates) if rate.valid_from <= due_on + timedelta(days=place))
        for place in range(1, (on - due_on).days + 1)
    )
    return grosze * sum(int(percent * 10) for percent in day_rates)


@pytest.mark.parametrize(
    ("principal", "due_on", "on", "unrounded", "amount"),
    [
        ("1000.00", "2025-01-15", "2025-05-20", "49.3014", "49.00"),  # 112 days of 14.5, 13 of 13.5
        ("1000.00", "2026-03-16", "2026-11-21", "71.9178", "72.00"),  # 250 days of 10.5
        ("365.00", "2023-12-31", "2024-12-31", "53.0700", "53.00"),  # 366 days of 14.5, over 365 in a leap year too
        ("250.00", "2026-05-15", "2026-05-16", "0.0719", "0.00"),
        ("12000.00", "2014-10-08", "2022-02-08", "7048.7671", "7049.00"),  # 2,680 days of the floor, 8 per cent
        ("1000.00", "2021-12-31", "2023-12-31", "295.2329", "295.00"),  # ten changes of the rate in two years
    ],
)
def test_op_53_tax_interest_is_rounded_once_to_full_zloty(
    principal: str, due_on: str, on: str, unrounded: str, amount: str
) -> None:
    found = tax(principal, due_on, on)
    assert (str(found.unrounded), str(found.amount)) == (unrounded, amount)


@given(st.integers(1, 99_999_999_99), st.dates(TAX[0].valid_from, date(2026, 12, 1)), st.integers(1, 1500))
def test_op_53_interest_is_what_counting_day_by_day_gives(grosze: int, due_on: date, days: int) -> None:
    on = due_on + timedelta(days=days)
    found = interest_due(Decimal(grosze) / 100, due_on=due_on, on=on, regime=Regime.TAX, rates=TAX)
    counted = by_days(grosze, due_on, on, TAX)
    assert int(found.amount) == (2 * counted + 36_500_000) // 73_000_000
    assert sum(period.days for period in found.periods) == found.days == days
    assert [after.first - before.last for before, after in pairwise(found.periods)] == [timedelta(days=1)] * (
        len(found.periods) - 1
    )
    assert (found.periods[0].first, found.periods[-1].last) == (due_on + timedelta(days=1), on)


@given(st.integers(1, 99_999_999_99), st.dates(CIVIL[0].valid_from, date(2026, 12, 1)), st.integers(1, 1500))
def test_kc_481_interest_is_rounded_to_the_grosz(grosze: int, due_on: date, days: int) -> None:
    hundredfold = [Rate(rate.valid_from, rate.percent * 100) for rate in CIVIL]
    on = due_on + timedelta(days=days)
    found = interest_due(Decimal(grosze) / 100, due_on=due_on, on=on, regime=Regime.CIVIL, rates=CIVIL)
    counted = by_days(grosze, due_on, on, hundredfold)
    assert int(found.amount * 100) == (2 * counted + 36_500_000) // 73_000_000


@pytest.mark.parametrize(
    ("rates", "principal", "due_on", "on", "regime", "amount"),
    [
        (CIVIL, "1000.00", "2025-03-31", "2026-03-31", Regime.CIVIL, "101.53"),
        (CIVIL, "1234.56", "2024-04-02", "2026-11-21", Regime.CIVIL, "336.99"),
        (CIVIL, "0.99", "2026-03-31", "2026-04-01", Regime.CIVIL, "0.00"),
        (COMMERCIAL, "5000.00", "2022-06-30", "2022-07-01", Regime.COMMERCIAL, "2.19"),
        (COMMERCIAL, "5000.00", "2019-12-31", "2021-02-01", Regime.COMMERCIAL, "585.56"),
        (COMMERCIAL, "10000.00", "2025-06-20", "2026-07-10", Regime.COMMERCIAL, "1543.84"),
    ],
)
def test_civil_and_commercial_interest_is_counted_to_the_grosz(
    rates: Sequence[Rate], principal: str, due_on: str, on: str, regime: Regime, amount: str
) -> None:
    found = interest_due(
        Decimal(principal), due_on=date.fromisoformat(due_on), on=date.fromisoformat(on), regime=regime, rates=rates
    )
    assert str(found.amount) == amount


def test_a_commercial_rate_that_changes_within_a_half_year_waits_for_the_next_one() -> None:
    rates = [*TEN, Rate(date(2026, 3, 5), Decimal(20))]
    found = interest_due(
        Decimal(3650), due_on=date(2026, 6, 20), on=date(2026, 7, 10), regime=Regime.COMMERCIAL, rates=rates
    )
    assert [(period.days, period.percent) for period in found.periods] == [(10, Decimal(10)), (10, Decimal(20))]
    assert found.amount == Decimal("30.00")


@pytest.mark.parametrize(
    ("principal", "amount"),
    [("100.49", "100.00"), ("100.50", "101.00"), ("0.49", "0.00"), ("0.50", "1.00"), ("1.50", "2.00")],
)
def test_op_63_fifty_grosze_make_a_zloty(principal: str, amount: str) -> None:
    whole_year_at_a_hundred = [Rate(date(2000, 1, 1), Decimal(100))]
    assert str(tax(principal, "2025-01-01", "2026-01-01", whole_year_at_a_hundred).amount) == amount


def test_periods_are_not_rounded_before_the_sum_is() -> None:
    rates = [Rate(date(2026, 1, day), Decimal("8.4")) for day in range(1, 31)]
    found = tax("760.00", "2026-01-01", "2026-01-04", rates)
    assert [str(period.interest) for period in found.periods] == ["0.1749"] * 3
    assert str(found.unrounded) == "0.5247"
    assert str(found.amount) == "1.00"


@pytest.mark.parametrize(("on", "days"), [("2026-05-14", 0), ("2026-05-15", 0), ("2026-05-16", 1), ("2026-05-17", 2)])
def test_op_53_4_the_first_day_is_the_one_after_the_term_and_the_day_of_paying_counts(on: str, days: int) -> None:
    found = tax("365000.00", "2026-05-15", on, TEN)
    assert (found.days, found.amount) == (days, Decimal(100 * days))


@pytest.mark.parametrize(
    ("principal", "exact", "amount"),
    [
        ("84.90", False, "0.00"),  # 8.49 → 8
        ("85.00", False, "9.00"),  # 8.50 → 9, above 8.70
        ("85.00", True, "0.00"),  # 8.50 itself is not
        ("87.00", True, "0.00"),  # 8.70 does not exceed 8.70
        ("87.10", True, "9.00"),
    ],
)
def test_op_54_interest_that_does_not_exceed_the_limit_is_not_charged(principal: str, exact: bool, amount: str) -> None:
    found = tax(principal, "2025-01-01", "2026-01-01", TEN, minimum=MINIMUM, compare_exact=exact)
    assert str(found.amount) == amount
    assert found.waived_below == (MINIMUM if amount == "0.00" else None)


def test_the_limit_is_the_taxes_own() -> None:
    found = interest_due(
        Decimal(10), due_on=date(2025, 1, 1), on=date(2026, 1, 1), regime=Regime.CIVIL, rates=TEN, minimum=MINIMUM
    )
    assert (str(found.amount), found.waived_below) == ("1.00", None)


def test_op_56a_the_reduced_rate_is_half() -> None:
    found = tax("1000.00", "2026-03-16", "2026-11-21", reduced=True)
    assert (str(found.amount), found.periods[0].percent) == ("36.00", Decimal("5.25"))


@pytest.mark.parametrize(
    ("due_on", "on", "percent"),
    [
        ("2026-03-16", "2026-03-17", "5.25"),
        ("2022-09-08", "2022-09-09", "8.25"),
        ("2015-12-31", "2016-01-01", "4.00"),
        ("2015-12-30", "2015-12-31", "6.00"),  # 75% of 8
        ("2012-05-10", "2012-05-11", "10.88"),  # 75% of 14.5, rounded as published
        ("2011-05-12", "2011-05-13", "10.13"),
        ("2011-01-20", "2011-01-21", "9.38"),
        ("2009-01-28", "2009-01-29", "8.63"),
        ("2008-12-24", "2008-12-25", "13.00"),  # there was no reduced rate yet
    ],
)
def test_op_56a_reduced_rates_are_those_published(due_on: str, on: str, percent: str) -> None:
    assert str(tax("100000.00", due_on, on, reduced=True).periods[0].percent) == percent


def test_op_56a_periods_are_cut_where_the_share_changes() -> None:
    found = tax("36500.00", "2015-12-29", "2016-01-02", reduced=True)
    assert [(period.days, str(period.percent)) for period in found.periods] == [(2, "6.00"), (2, "4.00")]
    assert str(found.amount) == "20.00"


def test_the_basis_names_the_articles_that_were_applied() -> None:
    assert "56a" in tax("100000.00", "2026-03-16", "2026-11-21", reduced=True).legal_basis
    assert "art. 54 § 1 pkt 5" in tax("10.00", "2026-03-16", "2026-11-21", minimum=MINIMUM).legal_basis


def test_a_payment_on_a_day_off_counts_on_that_day_though_a_term_would_move() -> None:
    saturday, monday = (tax("365000.00", "2026-05-15", on, TEN) for on in ("2026-05-23", "2026-05-25"))
    assert (saturday.days, monday.days) == (8, 10)


@pytest.mark.parametrize("regime", [Regime.ALCOHOL, Regime.NONE])
def test_dues_without_interest_have_none_and_need_no_rate(regime: Regime) -> None:
    found = interest_due(Decimal(1000), due_on=date(1990, 1, 1), on=date(2026, 1, 1), regime=regime, rates=[])
    assert (found.amount, found.periods) == (Decimal(0), ())


@pytest.mark.parametrize("principal", ["0.00", "-5.00"])
def test_nothing_owed_bears_nothing(principal: str) -> None:
    assert tax(principal, "2025-01-15", "2026-01-15").amount == 0


@pytest.mark.parametrize(
    ("regime", "rates"), [(Regime.TAX, TAX), (Regime.CIVIL, CIVIL), (Regime.COMMERCIAL, COMMERCIAL)]
)
def test_a_day_before_the_first_known_rate_is_refused_and_not_counted_as_free(
    regime: Regime, rates: Sequence[Rate]
) -> None:
    with pytest.raises(Refused) as refusal:
        interest_due(Decimal(1000), due_on=date(2001, 5, 31), on=date(2026, 1, 1), regime=regime, rates=rates)
    assert refusal.value.code == "rate_missing"
    assert "01.06.2001" in refusal.value.message


@pytest.mark.parametrize("rates", [TAX, CIVIL, COMMERCIAL])
def test_shipped_rates_stand_in_order_of_their_days_and_each_is_a_change(rates: Sequence[Rate]) -> None:
    assert all(before.valid_from < after.valid_from for before, after in pairwise(rates))
    assert all(before.percent != after.percent for before, after in pairwise(rates))
    assert all(Decimal(5) <= rate.percent <= Decimal(20) for rate in rates)


def test_op_56_the_tax_rate_is_never_below_eight_since_its_floor() -> None:
    assert min(rate.percent for rate in TAX if rate.valid_from >= date(2010, 11, 9)) == Decimal(8)


def test_the_act_of_2013_changes_commercial_rates_only_at_half_years() -> None:
    assert {(rate.valid_from.month, rate.valid_from.day) for rate in COMMERCIAL} == {(1, 1), (7, 1)}
