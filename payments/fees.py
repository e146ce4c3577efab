"""The provider's fee where the payer bears it: a share of the sum, a fixed part, or both."""

from collections.abc import Mapping
from decimal import Decimal

from core.money import grosz

NOTHING = Decimal("0.00")


def fee_on(amount: Decimal, way: str, rules: Mapping[str, tuple[Decimal, Decimal]]) -> Decimal:
    """What paying *amount* złoty by *way* costs the payer, rounded to the grosz, half up; nothing without a rule.

    *rules* give per cent of the amount and złoty beside it. The fee is of the amount, not of the sum with the fee.
    """
    percent, fixed = rules.get(way, (NOTHING, NOTHING))
    return grosz(amount * percent / 100 + fixed)
