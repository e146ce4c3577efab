"""`manage.py rotate_keys [--batch N] [--json]`: everything sealed or indexed by older keys is done anew by the newest.

How to rotate stands in docs/security.md. The command may be stopped at any moment and run again.
"""

from argparse import ArgumentParser
from typing import Any

from core.actor import job
from core.commands import HouseCommand
from core.encryption import WrongKey, check_keys
from core.errors import Refused
from core.rotation import BATCH, Resealed, reseal


class Command(HouseCommand):
    """Rotates the keys."""

    help = "Seal and index anew, by the newest keys, whatever older keys sealed or indexed."

    def options(self, parser: ArgumentParser) -> None:
        """How many rows at once."""
        parser.add_argument("--batch", type=int, default=BATCH, help=f"rows in one transaction, {BATCH} by default")

    def run(self, **options: Any) -> dict[str, Any]:
        """Rotate; progress goes to stderr. Raises Refused `batch`, `wrong_key`, and `left` when rows need old keys."""
        if options["batch"] < 1:
            raise Refused("batch", "Paczka (--batch) to co najmniej jeden wiersz.")
        try:
            check_keys()
        except WrongKey as error:
            raise Refused("wrong_key", f"Klucze w środowisku są złe: {error}.") from error
        done = reseal(by=job("rotate_keys"), batch=options["batch"], tell=self._tell)
        for one in done:
            if one.left:
                self.stderr.write(
                    f"{one.table}: nieczytelne {one.unreadable[:20]}, podwójne (do połączenia) {one.doubles[:20]}"
                )
        if left := sum(one.left for one in done):
            raise Refused("left", f"Pod starymi kluczami zostało wierszy: {left}.", mend="Nie usuwaj starych kluczy.")
        return {"resealed": {one.table: one.done for one in done}}

    def lines(self, answer: dict[str, Any]) -> list[str]:
        """A line a table, and what may be done now."""
        told = [f"{table}: {count}" for table, count in answer["resealed"].items()]
        return [*told, "Wszystko jest pod najnowszymi kluczami. Stare można usunąć ze środowiska."]

    def _tell(self, one: Resealed) -> None:
        self.stderr.write(f"{one.table}: {one.done} z {one.rows}")
        self.stderr.flush()
