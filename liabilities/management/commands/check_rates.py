"""`manage.py check_rates [--file XML] [--on DATE] [--json]`: whether our rates are those that NBP's make."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from core.actor import job
from core.commands import HouseCommand, day_argument
from core.errors import Refused
from liabilities.nbp import fetch_archive
from liabilities.rate_watch import keep_bank_rates, rate_warnings


def _archive(path: str | None) -> bytes:
    if path is None:
        return fetch_archive()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Refused("file_unreadable", f"Nie można odczytać pliku {path}.") from error


class Command(HouseCommand):
    """Compares our tables of rates with NBP's archive."""

    help = "Read NBP's archive of rates (fetched, or a file) and say which of our tables are out of date."

    def options(self, parser: ArgumentParser) -> None:
        """--file, --on."""
        parser.add_argument("--file", help="stopy_procentowe_archiwum.xml, where the server may not go out")
        parser.add_argument("--on", help="the day to compare on (today)")

    def run(self, **options: Any) -> dict[str, Any]:
        """Read, compare, tell. Raises Refused `bank_silent`, `bank_rates_unreadable`, `file_unreadable`."""
        on, now = day_argument(options["on"]), timezone.now()
        fresh = keep_bank_rates(_archive(options["file"]), by=job("check_rates"), at=now)
        return {"new": fresh, "warnings": [warning.words for warning in rate_warnings(on=on, at=now)]}

    def lines(self, answer: dict[str, Any]) -> list[str]:
        """Warnings, or that all is well."""
        return answer["warnings"] or ["Tabele stóp odsetek zgadzają się ze stopami NBP."]
