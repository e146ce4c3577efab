"""`manage.py prove_ledger [--json]`: every kept sum against its entries; code 2 when one differs."""

from typing import Any

from core.commands import HouseCommand
from core.errors import Refused
from liabilities.queries import unproven_instalments


class Command(HouseCommand):
    """Proves the ledger."""

    help = "Prove that each instalment's kept sums equal the sum of its ledger entries."

    def run(self, **options: Any) -> dict[str, Any]:
        """Prove and tell. Raises Refused `ledger_broken`."""
        broken = unproven_instalments()
        if broken:
            raise Refused("ledger_broken", f"Księga się nie zgadza dla rat: {broken[:50]}.")
        return {"broken": 0}
