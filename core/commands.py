"""Base of the management commands: `--json`, `--on`, a clear refusal with exit code 2."""

import json
import sys
from argparse import ArgumentParser
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.command_words import polish_words
from core.dates import parse_date
from core.errors import Refused

COUNTED_YEARS = range(1950, 2151)


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")


class HouseCommand(BaseCommand):
    """A command that calls one action: subclasses write `options(parser)` and `run(**options) -> dict` (the answer).

    With `--json` the answer is printed as one JSON object; else `lines(answer)` is, in Polish.
    A Refused ends the command with its words on stderr and code 2, and so do arguments that cannot be read.
    """

    def run_from_argv(self, argv: list[str]) -> None:
        """From a shell: what is wrong with the arguments is said in Polish."""
        parser = self.create_parser(argv[0], argv[1])
        try:
            parser.parse_args(argv[2:])
        except CommandError as error:
            self.stderr.write(polish_words(str(error).removeprefix("Error: ")))
            self.stderr.write(parser.format_usage().replace("usage:", "Użycie:", 1))
            sys.exit(2)
        super().run_from_argv(argv)

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
    """The day of an argument, today where none is given.

    Raises Refused when it is no date, and `date_far` outside the years for which days off and terms are counted.
    """
    day = timezone.localdate() if text is None else parse_date(text)
    if day.year not in COUNTED_YEARS:
        raise Refused("date_far", f"Dzień {day} leży poza latami 1950–2150.", mend="Popraw rok.")
    return day
