"""`manage.py sms_parts TEXT [--json]`: how a text travels as SMS."""

from argparse import ArgumentParser
from typing import Any

from core.commands import HouseCommand
from notifications.sms_text import sms_size


class Command(HouseCommand):
    """Counts encoding, units and parts, exact to 3GPP TS 23.038."""

    help = "Encoding, units and parts of an SMS text."

    def options(self, parser: ArgumentParser) -> None:
        """TEXT."""
        parser.add_argument("text")

    def run(self, **options: Any) -> dict[str, Any]:
        """Count and tell."""
        size = sms_size(options["text"])
        return {
            "encoding": size.encoding,
            "units": size.units,
            "parts": size.parts,
            "non_gsm": list(size.non_gsm),
        }
