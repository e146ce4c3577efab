"""`manage.py allocate AMOUNT --principal P --interest I [--costs C] --regime tax|civil [--json]`: how it splits."""

from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from core.commands import HouseCommand
from core.errors import Refused
from core.money import format_pln, parse_pln
from liabilities.allocation import BASES, split
from liabilities.regimes import Regime

PARTS = {
    "costs": "Koszty upomnienia",
    "interest": "Odsetki",
    "principal": "Należność główna",
    "excess": "Nadpłata",
}
NAMES = {"principal": "Należność główna", "interest": "Kwota odsetek", "costs": "Kwota kosztów"}


def _not_negative(text: str, name: str) -> Decimal:
    amount = parse_pln(text)
    if amount < 0:
        raise Refused("amount_negative", f"{NAMES[name]} nie może być ujemna.", where=name)
    return amount


class Command(HouseCommand):
    """Splits a payment."""

    help = "How a payment splits between the costs of a letter, interest and principal."

    def options(self, parser: ArgumentParser) -> None:
        """AMOUNT, --principal, --interest, --costs, --regime."""
        parser.add_argument("amount", help="the payment in złoty")
        parser.add_argument("--principal", required=True, help="principal that is open on the day of payment")
        parser.add_argument("--interest", required=True, help="interest due on that day, rounded as the law says")
        parser.add_argument("--costs", default="0", help="costs of a served letter that are open")
        parser.add_argument("--regime", required=True, choices=[Regime.TAX.value, Regime.CIVIL.value])

    def run(self, **options: Any) -> dict[str, Any]:
        """Split and tell. Raises Refused for an amount that is none, or below zero."""
        amount, regime = parse_pln(options["amount"]), Regime(options["regime"])
        if amount <= 0:
            raise Refused("amount_not_positive", "Kwota musi być większa od zera.")
        open_parts = {name: _not_negative(options[name], name) for name in NAMES}
        found = split(amount, **open_parts, regime=regime)
        return {
            "amount": amount,
            "costs": found.costs,
            "interest": found.interest,
            "principal": found.principal,
            "excess": found.excess,
            "legal_basis": BASES[regime],
        }

    def lines(self, answer: dict[str, Any]) -> list[str]:
        """A line a part."""
        parts = [f"{label}: {format_pln(answer[name])}" for name, label in PARTS.items()]
        return [f"Wpłata: {format_pln(answer['amount'])}", *parts, f"Podstawa: {answer['legal_basis']}"]
