"""How a sum pays costs, interest and principal."""

from decimal import Decimal
from typing import NamedTuple

from core.money import grosz
from liabilities.regimes import Regime

NOTHING = Decimal("0.00")
CIVIL = frozenset({Regime.CIVIL, Regime.COMMERCIAL})
BASES = {
    Regime.TAX: "Ordynacja podatkowa art. 55 § 2, art. 62 § 1a",
    Regime.CIVIL: "Kodeks cywilny art. 451 § 1",
}


class Split(NamedTuple):
    """The parts of a payment in złoty; they always add up to it."""

    costs: Decimal
    interest: Decimal
    principal: Decimal
    excess: Decimal


def split(amount: Decimal, *, principal: Decimal, interest: Decimal, costs: Decimal, regime: Regime) -> Split:
    """Split *amount* over one due's open *costs*, *interest* (as due on the payment day) and *principal*, in złoty.

    Public dues: the costs of a served letter first (OP art. 62 § 1a), then principal and interest in proportion
    (OP art. 55 § 2), to the grosz. Civil dues: costs, interest, principal (art. 451 § 1 k.c.). What exceeds everything
    is `excess` (nadpłata).
    """
    to_costs = min(amount, costs)
    rest = amount - to_costs
    if rest >= principal + interest:
        return Split(to_costs, interest, principal, rest - principal - interest)
    if regime in CIVIL:
        to_interest = min(rest, interest)
        return Split(to_costs, to_interest, rest - to_interest, NOTHING)
    to_principal = grosz(rest * principal / (principal + interest)) if principal + interest else NOTHING
    return Split(to_costs, rest - to_principal, to_principal, NOTHING)
