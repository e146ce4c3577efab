"""Base of the management commands: `--json`, `--on`, a clear refusal with exit code 2."""

import json
import sys
from argparse import ArgumentParser
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core.dates import parse_date
from core.errors import Refused


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")


class HouseCommand(BaseCommand):
    """A command that calls one action: subclasses write `options(parser)` and `run(**options) -> dict` (the answer).

    With `--json` the answer is printed as one JSON object; else `lines(answer)` is, in Polish.
    A Refused ends the command with its words on stderr and code 2.
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Adds `--json` and whatever the command itself takes."""
        parser.add_argument("--json", action="store_true", help="print the answer as JSON")
        self.options(parser)

    def options(self, parser: ArgumentParser) -> None:
        """Arguments of the command itself."""

    def run(self, **options: Any) -> dict[str, Any]:
        """Do it and return the answer."""
        raise RuntimeError("a command without run()")

    def lines(self, answer: dict[str, Any]) -> list[str]:
        """The answer for people: «name: value» lines unless the command knows better."""
        return [f"{name}: {value}" for name, value in answer.items()]

    def handle(self, *args: Any, **options: Any) -> None:
        """Django's entry: run, print, turn a refusal into code 2."""
        as_json = options.pop("json")
        try:
            answer = self.run(**options)
        except Refused as refusal:
            if as_json:
                self.stdout.write(json.dumps({"error": refusal.code, "message": str(refusal)}, ensure_ascii=False))
            self.stderr.write(str(refusal))
            sys.exit(2)
        if as_json:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, default=_plain))
        else:
            self.stdout.write("\n".join(self.lines(answer)))


def day_argument(text: str | None) -> date:
    """The day of a `--on` argument, today where none is given. Raises Refused when it is no date."""
    return timezone.localdate() if text is None else parse_date(text)
