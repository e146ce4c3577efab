"""Interest of many arrears at once is that of each of them alone, to the grosz."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liabilities.accrual import circumstances, interest_amount, interest_of
from liabilities.arrears import interest_together, with_interest
from liabilities.figures import figures
from liabilities.interest import Rate, interest_due
from liabilities.interest_sums import RateSums, half_yearly, to_the_grosz, to_the_zloty
from liabilities.models import Instalment, Reading
from liabilities.regimes import Regime
from tests import make

FIRST = date(2005, 1, 1)
DAYS = st.integers(0, 9_000).map(lambda days: FIRST + timedelta(days=days))
RATES = st.lists(
    st.tuples(DAYS, st.decimals(0, 30, places=2)), min_size=1, max_size=12, unique_by=lambda one: one[0]
).map(lambda found: [Rate(day, percent) for day, percent in sorted(found)])
SUMS = st.decimals(Decimal("0.01"), Decimal("9999999999.99"), places=2)


@given(
    rates=RATES,
    principal=SUMS,
    term=DAYS,
    on=DAYS,
    regime=st.sampled_from([Regime.TAX, Regime.CIVIL, Regime.COMMERCIAL]),
    minimum=st.none() | st.decimals(0, 10, places=2),
    exact=st.booleans(),
)
def test_prefix_sums_give_what_the_rule_gives(
    rates: list[Rate],
    principal: Decimal,
    term: date,
    on: date,
    regime: Regime,
    minimum: Decimal | None,
    exact: bool,
) -> None:
    table = half_yearly(rates, last=max(on, term)) if regime is Regime.COMMERCIAL else rates
    sums = RateSums(table)
    if on <= term or not sums.covers(term + timedelta(days=1)):
        return
    said = interest_due(principal, due_on=term, on=on, regime=regime, rates=rates, minimum=minimum, compare_exact=exact)
    rate_days = sums.up_to(on) - sums.up_to(term)
    grosze = int(principal.scaleb(2))
    assert Fraction(rate_days, 10_000) == sum(
        (Fraction(period.percent) / 100 * period.days for period in said.periods), Fraction(0)
    )
    if regime is Regime.TAX:
        counted = to_the_zloty(grosze, rate_days, minimum=minimum, compare_exact=exact)
    else:
        counted = to_the_grosz(grosze, rate_days)
    assert counted == int(said.amount.scaleb(2))


@pytest.mark.django_db
@pytest.mark.parametrize("reads", ["rounded", "exact"])
def test_the_database_gives_what_the_rule_gives_on_every_row(reads: str) -> None:
    Reading.objects.filter(question="minimum_compares").update(answer=reads)
    kinds = ("PODATEK_ROLNY", "INNE_CYWILNE", "ODPADY", "DZIERZAWA", "UZYTKOWANIE_WIECZYSTE")
    rows = [
        make.row(
            make.pesel(number % 7 + 1),
            key=f"A-{number}",
            kind=kinds[number % len(kinds)],
            instalment=number % 400 + 1,
            due_on=date(1998, 3, 1) + timedelta(days=37 * number),
            amount=f"{(number * 7919) % 90_000 + 1},{number % 100:02d}",
            year=2020,
        )
        for number in range(300)
    ]
    assert make.dues(*rows).rejected == 0
    law, on = figures(), make.today()
    found = list(
        with_interest(Instalment.objects.select_related("liability__kind", "decision"), law=law, on=on).order_by("pk")
    )
    about = circumstances(found)
    alone = {due.external_id: interest_of(due, law=law, about=about, on=on).amount for due in found}
    assert {due.external_id: due.interest_now for due in found} == alone  # type: ignore[attr-defined]
    assert {due.external_id: interest_amount(due, law=law, about=about, on=on) for due in found} == alone
    assert sum(1 for amount in alone.values() if amount) > 200
    assert interest_together(Instalment.objects.all(), law=law, on=on) == sum(alone.values())
