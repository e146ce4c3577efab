"""`manage.py verify_signature FILE [--document FILE] [--json]`: an electronic signature, judged."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from consents.signatures.trust import town_trust
from consents.signed_document import check_file
from core.commands import HouseCommand
from core.errors import Refused

YES, NO = "tak", "nie"


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Refused("file_missing", f"Nie można odczytać pliku {path}.", mend="Sprawdź ścieżkę.") from error


class Command(HouseCommand):
    """Checks a signed PDF or XML against the town's trust list. The signer's PESEL is printed: it is what is asked."""

    help = "Check the electronic signature of a PDF (PAdES) or XML (XAdES) file."

    def options(self, parser: ArgumentParser) -> None:
        """FILE, and the document of a signature that stands in a file of its own."""
        parser.add_argument("file")
        parser.add_argument("--document", help="the signed document, when FILE is a detached XML signature")

    def run(self, **options: Any) -> dict[str, Any]:
        """Check and tell; a signature that does not stand is an answer, too."""
        beside = _content(options["document"]) if options["document"] else None
        checked = check_file(_content(options["file"]), trust=town_trust(), at=timezone.now(), beside=beside)
        report = checked.report
        return {
            "valid": report.valid,
            "intact": report.intact,
            "trusted": report.trusted,
            "signer": report.signer or None,
            "pesel": report.pesel or None,
            "signed_at": report.signed_at,
            "reasons": list(report.reasons),
        }

    def lines(self, answer: dict[str, Any]) -> list[str]:
        """For people."""
        words = {"valid": "Podpis ważny", "intact": "Dokument nienaruszony", "trusted": "Wystawca zaufany"}
        return [
            *(f"{label}: {YES if answer[key] else NO}" for key, label in words.items()),
            f"Podpisał(a): {answer['signer'] or '–'}, PESEL: {answer['pesel'] or '–'}",
            f"Czas podpisu: {timezone.localtime(answer['signed_at']):%d.%m.%Y %H:%M:%S}"
            if answer["signed_at"]
            else "Czas podpisu: –",
            *(f"  {words}" for words in answer["reasons"]),
        ]
