"""`manage.py reconcile --source NAME [--json]`: the portal's dues against a finance system's, by what it said last."""

from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from core.commands import HouseCommand
from core.errors import Refused
from core.money import format_pln
from liabilities.reconciliation import differences, reconcile, sources

MOST_SHOWN = 1_000


class Command(HouseCommand):
    """Compares balances."""

    help = "Compare what is left of each due here and in the finance system, and say what explains each difference."

    def options(self, parser: ArgumentParser) -> None:
        """--source."""
        parser.add_argument("--source", default="fk", help="name of the finance system")

    def run(self, **options: Any) -> dict[str, Any]:
        """Compare and tell: the first 1,000 differences. Raises Refused `source_unknown`."""
        source = options["source"].strip()
        if source not in (known := sources()):
            names = ", ".join(known) or "jeszcze żadne"
            raise Refused("source_unknown", f"Nie znamy systemu „{source}”.", mend=f"Znane: {names}.")
        found = reconcile(source)
        told = [{**asdict(one), "reason": one.words} for one in differences(source, most=MOST_SHOWN)]
        return {**asdict(found), "empty": found.is_empty, "differences": told}

    def lines(self, answer: dict[str, Any]) -> list[str]:
        """The sums, then a line a difference."""
        head = (
            f"{answer['source']}: rat {answer['dues']}, w systemie {format_pln(answer['there'])}, "
            f"w portalu {format_pln(answer['here'])}. Różnica {format_pln(answer['difference'])}: z decyzji "
            f"{format_pln(answer['by_decision'])}, w drodze {format_pln(answer['in_transit'])}, niewyjaśnione "
            f"{format_pln(answer['unexplained'])} ({answer['open_questions']} rat)."
        )
        rest = (
            f"Nieobecnych w pełnym pliku: {answer['missing']}, odrzuconych w ostatnim imporcie: {answer['rejected']}."
        )
        rows = [
            f"  {one['external_id']}: w systemie {format_pln(one['there'])}, w portalu {format_pln(one['here'])}, "
            f"w drodze {format_pln(one['in_transit'])}, niewyjaśnione {format_pln(one['unexplained'])}"
            for one in answer["differences"]
        ]
        return [head, rest, *rows]
