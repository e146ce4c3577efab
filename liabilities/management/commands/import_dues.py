"""`manage.py import_dues FILE [--source NAME] [--as-of TIME] [--kind full] [--json]`: a dues file into the ledger."""

from argparse import ArgumentParser
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from core.actor import job
from core.commands import HouseCommand
from core.errors import Refused
from liabilities.dues_formats import DuesFile
from liabilities.importing import HowToImport, import_dues
from liabilities.models import ImportKind

LONGEST_SOURCE = 40


def moment(text: str | None, *, now: datetime) -> datetime:
    """The moment that `--as-of` says (Warsaw time unless it says otherwise), now where it is not given."""
    if text is None:
        return now
    try:
        found = parse_datetime(text)
        day = None if found else parse_date(text)
    except ValueError:
        found = day = None
    if found is None and day is not None:
        found = datetime.combine(day, datetime.min.time())
    if found is None:
        raise Refused("as_of_unreadable", "--as-of nie jest datą.", mend="Podaj np. 2026-03-15T18:00.")
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def source_name(text: str) -> str:
    """The source system's name. Raises Refused `source_unnamed` and `source_long`: by it known dues are found again."""
    name = text.strip()
    if not name:
        raise Refused("source_unnamed", "Nazwa systemu źródłowego (--source) jest pusta.", mend="Podaj np. fk.")
    if len(name) > LONGEST_SOURCE:
        raise Refused("source_long", f"Nazwa systemu (--source) ma ponad {LONGEST_SOURCE} znaków.", mend="Skróć ją.")
    return name


def opened(path: str) -> BinaryIO:
    """The file, opened. Raises Refused `file_missing` when it cannot be read."""
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise Refused("file_missing", f"Nie można odczytać pliku {path}.", mend="Sprawdź ścieżkę.") from error


class Command(HouseCommand):
    """Reads the file, applies it, prints what came of it."""

    help = "Import a dues file (docs/formats/dues.md)."

    def options(self, parser: ArgumentParser) -> None:
        """FILE, --source, --as-of."""
        parser.add_argument("file")
        parser.add_argument("--source", default="fk", help="name of the finance system")
        parser.add_argument("--as-of", help="when the system knew what the file says; by default as its control record"
                            " says, or now")  # fmt: skip
        parser.add_argument("--kind", choices=ImportKind.values, default=ImportKind.DELTA.value,
                            help="what the file holds, where its control record does not say")  # fmt: skip
        parser.add_argument("--keys-changed", action="store_true",
                            help="the source gave its rows new keys on purpose: known dues take them")  # fmt: skip

    def run(self, **options: Any) -> dict[str, Any]:
        """Import and tell."""
        now = timezone.now()
        source = source_name(options["source"])
        with opened(options["file"]) as content:
            file = DuesFile(content)
            report = import_dues(
                file,
                file_name=Path(options["file"]).name,
                source=source,
                as_of=moment(options["as_of"], now=file.control.as_of or now),
                on=timezone.localdate(),
                at=now,
                by=job("import_dues"),
                how=HowToImport(kind=options["kind"], keys_changed=options["keys_changed"]),
            )
        told = asdict(report)
        for name in ("run_id", "outcomes", *(() if report.missing else ("missing",))):
            told.pop(name)
        return {"rows": told.pop("rows"), "accepted": report.accepted, **told}

    def lines(self, answer: dict[str, Any]) -> list[str]:
        """A line of counts, then a line a fault."""
        head = (
            f"Wierszy: {answer['rows']}. Nowych: {answer['created']}, zmienionych: {answer['updated']}, "
            f"bez zmian: {answer['unchanged']}, odrzuconych: {answer['rejected']}."
        )
        if answer.get("missing"):
            head += f" Otwartych rat, których nie ma w pełnym pliku: {answer['missing']} (czekają na decyzję)."
        return [head, *(f"  wiersz {e['line']}, {e['column'] or 'cały'}: {e['message']}" for e in answer["errors"])]
