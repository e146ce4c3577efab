"""`manage.py due_date DATE --regime tax|civil [--json]`: the day to which the law moves a term."""

from argparse import ArgumentParser
from typing import Any

from core.commands import HouseCommand, day_argument
from liabilities.figures import figures
from liabilities.regimes import Regime

COUNTED = [Regime.TAX.value, Regime.CIVIL.value, Regime.COMMERCIAL.value]


class Command(HouseCommand):
    """Moves a term."""

    help = "The last day on which paying is in time, for a term as it stands in the decision."

    def options(self, parser: ArgumentParser) -> None:
        """DATE, --regime."""
        parser.add_argument("date")
        parser.add_argument("--regime", required=True, choices=COUNTED)

    def run(self, **options: Any) -> dict[str, Any]:
        """Move and tell. Raises Refused for a date that is none."""
        term = figures().moved(day_argument(options["date"]), regime=options["regime"])
        return {"due": term.due_on, "moved_to": term.payable_by, "reason": term.reason}
