"""`manage.py verify_evidence [--json] [--no-scans] [--link NUMBER:HASH]`: the chain of evidence; code 2 when broken."""

from argparse import ArgumentParser
from typing import Any

from consents.evidence import prove_evidence
from core.commands import HouseCommand
from core.errors import Refused

SHOWN = 50


def _link(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, hashed = text.partition(":")
    if not number.isdecimal() or len(hashed) != 64:
        raise Refused(
            "link_unreadable", f"{text}: to nie jest ogniwo.", mend="Podaj numer, dwukropek i 64 znaki skrótu."
        )
    return int(number), hashed


class Command(HouseCommand):
    """Proves that no accepted application and no withdrawal was altered or removed."""

    help = "Prove that no accepted application, withdrawal or scan was altered or removed."

    def options(self, parser: ArgumentParser) -> None:
        """Leave out scans; a link known from a printed confirmation."""
        parser.add_argument("--no-scans", action="store_true", help="do not read the files of scans")
        parser.add_argument("--link", help="a link that must be there, NUMBER:HASH, as a printed confirmation shows it")

    def run(self, **options: Any) -> dict[str, Any]:
        """Prove and tell. Raises Refused `evidence_broken`."""
        proof = prove_evidence(with_scans=not options["no_scans"], expected=_link(options["link"]))
        if not proof.is_whole:
            told = "; ".join(proof.faults[:SHOWN])
            more = f" (i {len(proof.faults) - SHOWN} dalszych)" if len(proof.faults) > SHOWN else ""
            raise Refused("evidence_broken", f"Łańcuch dowodów jest naruszony: {told}{more}.")
        return {"links": proof.links, "scans": proof.scans, "head": proof.head, "faults": []}

    def lines(self, answer: dict[str, Any]) -> list[str]:
        """For people."""
        return [
            f"Łańcuch dowodów jest cały: ogniw {answer['links']}, skanów {answer['scans']}.",
            f"Ostatnie ogniwo: {answer['links']}:{answer['head']}",
        ]
