"""`manage.py prove_statements [--json]`: every statement against the ledger; code 2 when a grosz is amiss."""

from typing import Any

from django.utils import timezone

from core.commands import HouseCommand
from core.errors import Refused
from payments.clearing_queries import clearing_account
from payments.statement_proof import unproven_statements


class Command(HouseCommand):
    """Proves statements."""

    help = "Prove that what statements brought is posted, on the clearing account or explained, to the grosz."

    def run(self, **options: Any) -> dict[str, Any]:
        """Prove and tell. Raises Refused `statements_broken`."""
        broken = unproven_statements()
        sums = clearing_account(on=timezone.localdate())
        if broken or not all(one.adds_up for one in sums):
            said = "; ".join(f"{words}: {rows}" for words, rows in broken.items())
            raise Refused("statements_broken", f"Wyciągi i księga się nie zgadzają. {said}")
        return {
            "broken": 0,
            "accounts": [
                {
                    "currency": one.currency,
                    "incoming": one.incoming,
                    "posted": one.posted,
                    "clearing": one.clearing,
                    "explained": one.explained,
                }
                for one in sums
            ],
        }
