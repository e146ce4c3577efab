"""When a due is barred, with what stopped or broke the time; shown, never closed (OP art. 70; art. 118 k.c.)."""

from datetime import date

import pytest

from core.errors import Refused
from liabilities.limitation import Effect, Fact, limitation
from liabilities.limitation_facts import barred_by, record_fact, soon_barred, stopped, withdraw_fact
from liabilities.regimes import Regime
from tests import make
from tests.liabilities.ledger_town import due, moment

STOP, BREAK, SECURED = Effect.SUSPENDED, Effect.INTERRUPTED, Effect.SECURED


@pytest.mark.parametrize(
    ("term", "regime", "years", "facts", "last"),
    [
        (date(2020, 3, 16), Regime.TAX, 5, [], date(2025, 12, 31)),
        (date(2020, 12, 31), Regime.TAX, 5, [], date(2025, 12, 31)),
        # § 2: a year's deferral within the time, and one that began before it.
        (date(2020, 3, 16), Regime.TAX, 5, [(STOP, date(2022, 1, 1), date(2022, 12, 31))], date(2026, 12, 31)),
        (date(2020, 3, 16), Regime.TAX, 5, [(STOP, date(2020, 10, 1), date(2021, 1, 31))], date(2026, 1, 31)),
        (date(2020, 3, 16), Regime.TAX, 5, [(STOP, date(2022, 1, 1), None)], None),
        # § 4: five years anew from the day after the means of enforcement, not to the end of a year.
        (date(2020, 3, 16), Regime.TAX, 5, [(BREAK, date(2024, 5, 7), None)], date(2029, 5, 7)),
        (date(2020, 3, 16), Regime.TAX, 5, [(BREAK, date(2020, 5, 7), None)], date(2025, 12, 31)),
        (date(2020, 3, 16), Regime.TAX, 5, [(BREAK, date(2026, 1, 1), None)], date(2025, 12, 31)),
        (
            date(2018, 3, 15),
            Regime.TAX,
            5,
            [(BREAK, date(2020, 2, 29), None), (STOP, date(2021, 1, 1), date(2021, 1, 10))],
            date(2025, 3, 10),
        ),
        # § 8: what a mortgage secures.
        (date(2020, 3, 16), Regime.TAX, 5, [(SECURED, date(2021, 1, 1), None)], None),
        # art. 118 k.c.: the end of the year; by the law before 9 July 2018 the day itself.
        (date(2021, 3, 31), Regime.CIVIL, 3, [], date(2024, 12, 31)),
        (date(2021, 3, 31), Regime.CIVIL, 6, [], date(2027, 12, 31)),
        (date(2015, 3, 31), Regime.CIVIL, 3, [], date(2018, 3, 31)),
        (date(2015, 9, 30), Regime.CIVIL, 3, [], date(2018, 12, 31)),
        # art. 124 k.c.: anew from the end of the proceedings; not at all while they last.
        (date(2021, 3, 31), Regime.CIVIL, 3, [(BREAK, date(2023, 2, 1), date(2024, 6, 30))], date(2027, 12, 31)),
        (date(2021, 3, 31), Regime.CIVIL, 3, [(BREAK, date(2023, 2, 1), None)], None),
    ],
)
def test_op_70_and_kc_118(
    term: date, regime: Regime, years: int, facts: list[tuple[Effect, date, date | None]], last: date | None
) -> None:
    told = [Fact(effect, start, end, "zdarzenie") for effect, start, end in facts]
    assert limitation(term, regime=regime, years=years, facts=told).last_on == last


def test_a_due_is_barred_from_the_day_after_and_the_reason_is_said() -> None:
    found = limitation(date(2020, 3, 16), regime=Regime.TAX, years=5)
    assert (found.is_barred(date(2025, 12, 31)), found.is_barred(date(2026, 1, 1))) == (False, True)
    assert "art. 70 § 1" in found.reason


@pytest.mark.django_db
def test_the_list_shows_what_is_barred_and_soon_will_be_and_closes_nothing() -> None:
    old, soon = due("A-1", due_on=date(2020, 3, 16)), due("A-2", due_on=date(2021, 3, 15))
    lease, young = due("D-1", due_on=date(2023, 3, 31), kind="DZIERZAWA"), due("A-3", due_on=date(2022, 3, 15))
    found = barred_by(soon_barred(by_day=date(2026, 12, 31)), on=date(2026, 7, 1))
    assert [(one.instalment, one.is_barred) for one in found] == [(old, True), (soon, False), (lease, False)]
    assert young not in soon_barred(by_day=date(2026, 12, 31))
    old.refresh_from_db()
    assert old.outstanding > 0


@pytest.mark.django_db
def test_a_fact_moves_a_due_to_the_other_list_until_it_is_taken_back() -> None:
    old = due(due_on=date(2020, 3, 16))
    fact = record_fact(
        old, effect=BREAK, from_on=date(2024, 5, 7), until_on=None, basis="OP art. 70 § 4, zajęcie", by=make.BY
    )
    horizon = date(2026, 12, 31)
    assert not soon_barred(by_day=horizon)
    (told,) = barred_by(stopped(by_day=horizon), on=date(2026, 7, 1))
    assert (told.limitation.last_on, told.is_barred) == (date(2029, 5, 7), False)
    assert "zajęcie" in told.limitation.reason
    withdraw_fact(fact, reason="nie doręczono", by=make.BY, at=moment(date(2026, 7, 1)))
    assert [one.pk for one in soon_barred(by_day=horizon)] == [old.pk]


@pytest.mark.django_db
def test_a_fact_needs_a_basis_and_an_end_after_its_beginning() -> None:
    old = due()
    day = date(2024, 5, 7)
    for until, basis in ((None, " "), (date(2024, 5, 6), "OP art. 70 § 6")):
        with pytest.raises(Refused):
            record_fact(old, effect=STOP, from_on=day, until_on=until, basis=basis, by=make.BY)
