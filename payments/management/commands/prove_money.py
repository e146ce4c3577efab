"""`manage.py prove_money [--json]`: ledger, providers and statements; code 2 when a grosz is amiss."""

from typing import Any

from core.commands import HouseCommand
from core.errors import Refused
from payments.money_proof import provider_sums, unproven_money
from payments.statement_proof import unproven_statements


class Command(HouseCommand):
    """Proves that three books tell of the same money."""

    help = "Prove that what providers said, what the ledger holds and what statements brought agree, to the grosz."

    def run(self, **options: Any) -> dict[str, Any]:
        """Prove and tell. Raises Refused `money_broken`."""
        broken = unproven_statements() | unproven_money()
        if broken:
            said = "; ".join(f"{words}: {rows}" for words, rows in broken.items())
            raise Refused("money_broken", f"Księga, operatorzy i wyciągi się nie zgadzają. {said}")
        return {
            "broken": 0,
            "providers": [
                {
                    "provider": one.provider,
                    "taken": one.taken,
                    "refunded": one.refunded,
                    "reversed": one.reversed,
                    "paid_out": one.paid_out,
                    "fees": one.fees,
                    "differences": one.differences,
                    "still_there": one.still_there,
                }
                for one in provider_sums()
            ],
        }
