"""`manage.py interest AMOUNT --due DATE --paid DATE --regime tax|civil|commercial [--reduced] [--json]`."""

from argparse import ArgumentParser
from typing import Any

from core.commands import HouseCommand, day_argument
from core.dates import format_date_short
from core.errors import Refused
from core.money import format_pln, parse_pln
from liabilities.figures import figures
from liabilities.interest import interest_due
from liabilities.regimes import Regime

COUNTED = [Regime.TAX.value, Regime.CIVIL.value, Regime.COMMERCIAL.value]


def _comma(number: object) -> str:
    return str(number).replace(".", ",")


class Command(HouseCommand):
    """Counts interest and shows each step."""

    help = "Interest on an amount, from its term (moved as the law says) to the day of payment, with its steps."

    def options(self, parser: ArgumentParser) -> None:
        """AMOUNT, --due, --paid, --regime, --reduced."""
        parser.add_argument("amount", help="principal in złoty")
        parser.add_argument("--due", required=True, help="the term as it stands in the decision")
        parser.add_argument("--paid", required=True, help="the day of payment")
        parser.add_argument("--regime", required=True, choices=COUNTED)
        parser.add_argument("--reduced", action="store_true", help="half the tax rate (Ordynacja podatkowa art. 56a)")

    def run(self, **options: Any) -> dict[str, Any]:
        """Count and tell. Raises Refused for an amount or a date that is none, and `rate_missing`."""
        regime, principal, paid = Regime(options["regime"]), parse_pln(options["amount"]), day_argument(options["paid"])
        if principal <= 0:
            raise Refused("amount_not_positive", "Kwota musi być większa od zera.")
        if options["reduced"] and regime is not Regime.TAX:
            raise Refused("reduced_is_for_taxes", "Stawka obniżona (--reduced) dotyczy tylko zaległości podatkowych.")
        law = figures()
        found = interest_due(
            principal,
            due_on=law.moved(day_argument(options["due"]), regime=regime).payable_by,
            on=paid,
            regime=regime,
            rates=law.rates.get(regime, []),
            minimum=law.minimum(paid),
            compare_exact=law.compare_exact(paid),
            reduced=options["reduced"],
        )
        return {
            "interest": found.amount,
            "unrounded": found.unrounded,
            "due": found.due_on,
            "days": found.days,
            "periods": [
                {
                    "from": period.first.isoformat(),
                    "to": period.last.isoformat(),
                    "days": period.days,
                    "rate": period.percent,
                    "interest": period.interest,
                }
                for period in found.periods
            ],
            "legal_basis": found.legal_basis,
        }

    def lines(self, answer: dict[str, Any]) -> list[str]:
        """The sum, then a line a period."""
        head = f"Odsetki: {format_pln(answer['interest'])} (przed zaokrągleniem {_comma(answer['unrounded'])} zł)"
        term = f"Termin: {format_date_short(answer['due'])}, dni po terminie: {answer['days']}"
        steps = [
            f"  {step['from']}–{step['to']}: {step['days']} dni × {_comma(step['rate'])}%"
            f" = {_comma(step['interest'])} zł"
            for step in answer["periods"]
        ]
        return [head, term, *steps, f"Podstawa: {answer['legal_basis']}"]
