"""Where a payment goes: OP art. 55 § 2 and 62 § 1a, art. 451 § 1 k.c."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liabilities.allocation import Split, split
from liabilities.regimes import Regime

PUBLIC = [Regime.TAX, Regime.ALCOHOL, Regime.NONE]
CIVIL = [Regime.CIVIL, Regime.COMMERCIAL]
SUMS = st.decimals(min_value=0, max_value=Decimal("99999999.99"), places=2)


def parts(text: str) -> Split:
    """Costs, interest, principal, excess."""
    return Split(*map(Decimal, text.split()))


@pytest.mark.parametrize("regime", PUBLIC)
@pytest.mark.parametrize(
    ("amount", "principal", "interest", "costs", "expected"),
    [
        ("100.00", "300.00", "100.00", "0.00", "0.00 25.00 75.00 0.00"),
        ("100.00", "300.00", "0.00", "0.00", "0.00 0.00 100.00 0.00"),
        ("10.00", "300.00", "100.00", "16.00", "10.00 0.00 0.00 0.00"),
        ("116.00", "300.00", "100.00", "16.00", "16.00 25.00 75.00 0.00"),
        ("416.00", "300.00", "100.00", "16.00", "16.00 100.00 300.00 0.00"),
        ("420.00", "300.00", "100.00", "16.00", "16.00 100.00 300.00 4.00"),
        ("50.00", "1000.00", "49.00", "0.00", "0.00 2.34 47.66 0.00"),
        ("0.01", "100.00", "100.00", "0.00", "0.00 0.00 0.01 0.00"),
        ("100.00", "0.00", "0.00", "0.00", "0.00 0.00 0.00 100.00"),
        ("20.00", "0.00", "40.00", "0.00", "0.00 20.00 0.00 0.00"),
        ("0.00", "100.00", "9.00", "16.00", "0.00 0.00 0.00 0.00"),
    ],
)
def test_public_dues_take_costs_and_then_in_proportion(
    amount: str, principal: str, interest: str, costs: str, expected: str, regime: Regime
) -> None:
    """OP art. 62 § 1a, art. 55 § 2."""
    found = split(
        Decimal(amount), principal=Decimal(principal), interest=Decimal(interest), costs=Decimal(costs), regime=regime
    )
    assert found == parts(expected)


@pytest.mark.parametrize("regime", CIVIL)
@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("10.00", "10.00 0.00 0.00 0.00"),
        ("66.00", "16.00 50.00 0.00 0.00"),
        ("116.00", "16.00 100.00 0.00 0.00"),
        ("200.00", "16.00 100.00 84.00 0.00"),
        ("416.00", "16.00 100.00 300.00 0.00"),
        ("500.00", "16.00 100.00 300.00 84.00"),
    ],
)
def test_civil_dues_take_costs_interest_principal(amount: str, expected: str, regime: Regime) -> None:
    """Art. 451 § 1 k.c."""
    found = split(
        Decimal(amount),
        principal=Decimal("300.00"),
        interest=Decimal("100.00"),
        costs=Decimal("16.00"),
        regime=regime,
    )
    assert found == parts(expected)


@given(SUMS, SUMS, SUMS, SUMS, st.sampled_from(Regime))
def test_parts_add_up_and_none_exceeds_what_is_open(
    amount: Decimal, principal: Decimal, interest: Decimal, costs: Decimal, regime: Regime
) -> None:
    found = split(amount, principal=principal, interest=interest, costs=costs, regime=regime)
    assert found.costs + found.interest + found.principal + found.excess == amount
    assert 0 <= found.costs <= costs
    assert 0 <= found.interest <= interest
    assert 0 <= found.principal <= principal
    assert found.excess == max(Decimal(0), amount - costs - interest - principal)
    assert found.costs == min(amount, costs)


@given(SUMS, SUMS, SUMS)
def test_op_55_2_the_proportion_is_kept_to_half_a_grosz(amount: Decimal, principal: Decimal, interest: Decimal) -> None:
    found = split(amount, principal=principal, interest=interest, costs=Decimal(0), regime=Regime.TAX)
    if amount < principal + interest:
        assert abs(found.principal * (principal + interest) - amount * principal) <= (principal + interest) / 200


@given(SUMS, SUMS, SUMS)
def test_kc_451_principal_waits_for_interest(amount: Decimal, principal: Decimal, interest: Decimal) -> None:
    found = split(amount, principal=principal, interest=interest, costs=Decimal(0), regime=Regime.CIVIL)
    assert found.principal == 0 or found.interest == interest
