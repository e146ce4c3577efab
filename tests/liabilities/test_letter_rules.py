"""Dunning letters by law: to whom none goes, when a small sum may wait, when a writ may follow."""

from datetime import date
from decimal import Decimal

import pytest

from core.dates import STATUTORY
from core.errors import Refused
from liabilities.letter_rules import (
    Facts,
    Skip,
    is_minor,
    is_public,
    last_day_to_pay,
    may_wait,
    read_sign,
    sign_of,
    stands_in_the_way,
)
from liabilities.regimes import Regime

ON = date(2026, 5, 20)


@pytest.mark.parametrize(
    ("served", "last"),
    [
        (date(2026, 3, 2), date(2026, 3, 9)),
        (date(2026, 3, 7), date(2026, 3, 16)),  # a Saturday moves to Monday
        (date(2025, 12, 17), date(2025, 12, 29)),  # 24 December is a day off since 2025
    ],
)
def test_upea_15_1_a_writ_waits_seven_days_and_a_day_off_moves_the_last_of_them(served: date, last: date) -> None:
    assert last_day_to_pay(served, STATUTORY) == last


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        (Facts(), None),
        (Facts(earlier_letter="UP/2026/000001", hold="sporna"), Skip.ALREADY),
        (Facts(barred_since=date(2025, 12, 31)), Skip.BARRED),
        (Facts(hold="odwołanie do SKO"), Skip.HELD),
        (Facts(relief="decyzja FN.1"), Skip.DEFERRED),
        (Facts(relief="decyzja FN.1", relief_is_plan=True), Skip.IN_PLAN),
        (Facts(in_transit=Decimal("0.01")), Skip.IN_TRANSIT),
        (Facts(stale_source="fk"), Skip.STALE),
        (Facts(informed_on=date(2026, 5, 14)), Skip.INFORMED),
        (Facts(informed_on=date(2026, 5, 13)), None),
    ],
)
def test_each_thing_that_stands_in_the_way_of_a_letter_is_told_by_its_name(facts: Facts, why: Skip | None) -> None:
    found = stands_in_the_way(facts, on=ON, wait_days=7)
    assert (found and found[0]) == why
    assert found is None or found[1]


@pytest.mark.parametrize(
    ("total", "barred", "waits"),
    [
        ("160.00", None, True),
        ("160.01", None, False),
        ("45.00", date(2031, 12, 31), True),
        ("45.00", date(2026, 12, 31), False),  # a year before limitation nothing waits
    ],
)
def test_a_sum_up_to_ten_times_the_cost_may_wait_until_limitation_is_near(
    total: str, barred: date | None, *, waits: bool
) -> None:
    assert may_wait(Decimal(total), least=Decimal(160), first_barred=barred, on=ON) is waits


def test_only_public_dues_are_dunned() -> None:
    assert is_public("PODATEK_ROLNY", Regime.TAX)
    assert is_public("INNE_PUBLICZNE", Regime.NONE)
    for code, regime in (("DZIERZAWA", Regime.CIVIL), ("KONCESJA_ALKOHOLOWA", Regime.ALCOHOL)):
        assert not is_public(code, regime)


def test_eighteen_is_reached_on_the_birthday() -> None:
    assert is_minor(date(2008, 5, 21), on=ON)
    assert not is_minor(date(2008, 5, 20), on=ON)
    assert not is_minor(None, on=ON)


@pytest.mark.parametrize("text", ["UP/2026/000123", "2026/123", " up / 2026 / 123 "])
def test_a_number_is_read_as_people_and_scanners_write_it(text: str) -> None:
    assert read_sign(text) == (2026, 123)
    assert sign_of(2026, 123) == "UP/2026/000123"


def test_what_is_no_number_is_told_how_to_write_it() -> None:
    with pytest.raises(Refused, match="UP/2026/000123"):
        read_sign("80051712345")
