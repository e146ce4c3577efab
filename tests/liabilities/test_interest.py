"""Interest: Ordynacja podatkowa art. 53–56 and 63, art. 481 k.c., the act of 8 March 2013."""

import csv
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

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


def by_whole_numbers(grosze: int, due_on: date, on: date, rates: Sequence[Rate]) -> tuple[int, int]:
    """The exact interest as a fraction (over, under) in grosze, day by day and in whole numbers only."""
    hundredths = 0
    day = due_on + timedelta(days=1)
    while day <= on:
        hundredths += int(
            max(rate for rate in rates if rate.valid_from <= day and _latest(rate, rates, day)).percent * 100
        )
        day += timedelta(days=1)
    return grosze * hundredths, 365 * 100 * 100


def _latest(rate: Rate, rates: Sequence[Rate], day: date) -> bool:
    return not any(rate.valid_from < other.valid_from <= day for other in rates)


@pytest.mark.parametrize(
    ("principal", "due_on", "on", "unrounded", "amount"),
    [
        ("1000.00", "2025-01-15", "2025-05-20", "49.3014", "49.00"),  # 112 days of 14.5, 13 of 13.5
        ("1000.00", "2026-03-16", "2026-11-21", "71.9178", "72.00"),  # 250 days of 10.5
        ("365.00", "2023-12-31", "2024-12-31", "53.0700", "53.00"),  # 366 days of 14.5, over 365 in a leap year too
        ("250.00", "2026-05-15", "2026-05-16", "0.0719", "0.00"),
        ("12000.00", "2014-10-08", "2022-02-08", "7045.4795", "7045.00"),  # 2,680 days of the floor, 8 per cent… less
    ],
)
def test_op_53_tax_interest_is_rounded_once_to_full_zloty(
    principal: str, due_on: str, on: str, unrounded: str, amount: str
) -> None:
    found = tax(principal, due_on, on)
    assert (str(found.unrounded), str(found.amount)) == (unrounded, amount)
