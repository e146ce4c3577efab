"""`manage.py import_statement FILE [--format auto|mt940|camt053|elixir|eplatnosci] [--json]`: into the ledger."""

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.utils import timezone

from core.actor import job
from core.commands import HouseCommand
from core.errors import Refused
from core.money import format_pln
from payments.formats import READERS
from payments.statements import import_statement


class Command(HouseCommand):
    """Reads the file, posts what is certain, prints what came of it."""

    help = "Import a bank statement (docs/formats/statements.md)."

    def options(self, parser: ArgumentParser) -> None:
        """FILE, --format."""
        parser.add_argument("file")
        parser.add_argument("--format", default="auto", choices=["auto", *READERS])

    def run(self, **options: Any) -> dict[str, Any]:
        """Import and tell. Raises Refused for a file that is none, or cannot be read."""
        path = Path(options["file"])
        try:
            with path.open("rb") as stream:
                report = import_statement(
                    stream, name=path.name, form=options["format"], by=job("import_statement"), at=timezone.now()
                )
        except OSError as error:
            raise Refused("file_missing", f"Nie można odczytać pliku {path}.", mend="Sprawdź ścieżkę.") from error
        return {
            "statements": [asdict(one) for one in report.statements],
            "errors": [asdict(one) for one in report.errors],
        }

    def lines(self, answer: dict[str, Any]) -> list[str]:
        """A line a statement, then a line a fault."""
        told = [
            f"Wyciąg {one['number']}, rachunek {one['account']}: pozycji {one['entries']}, "
            f"wpływy {format_pln(one['credits'])}, wypłaty {format_pln(one['debits'])}, "
            f"zaksięgowano {one['posted']}, do wyjaśnienia {one['unmatched']}."
            for one in answer["statements"]
        ]
        return [*told, *(f"  wiersz {one['line']}: {one['message']}" for one in answer["errors"])] or ["Nic nowego."]
