"""`manage.py import_applications FILE [--source NAME] [--json]`: papers typed elsewhere, registered and accepted."""

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.utils import timezone

from consents.importing import import_applications, source_name
from core.actor import job
from core.commands import HouseCommand
from core.errors import Refused


class Command(HouseCommand):
    """Reads the file, registers the good rows, prints what came of it."""

    help = "Import papers typed elsewhere (docs/formats/applications.md)."

    def options(self, parser: ArgumentParser) -> None:
        """FILE, --source."""
        parser.add_argument("file")
        parser.add_argument("--source", default="arkusz", help="where the papers were typed")

    def run(self, **options: Any) -> dict[str, Any]:
        """Import and tell. Raises Refused `file_missing`."""
        try:
            content = Path(options["file"]).read_bytes()
        except OSError as error:
            raise Refused(
                "file_missing", f"Nie można odczytać pliku {options['file']}.", mend="Sprawdź ścieżkę."
            ) from error
        report = import_applications(
            content,
            source=source_name(options["source"]),
            on=timezone.localdate(),
            by=job("import_applications"),
            at=timezone.now(),
        )
        return asdict(report)

    def lines(self, answer: dict[str, Any]) -> list[str]:
        """A line of counts, then a line a fault."""
        head = (
            f"Wierszy: {answer['rows']}. Przyjętych: {answer['created']}, znanych już: {answer['unchanged']}, "
            f"odrzuconych: {answer['rejected']}."
        )
        return [head, *(f"  wiersz {e['line']}, {e['column'] or 'cały'}: {e['message']}" for e in answer["errors"])]
