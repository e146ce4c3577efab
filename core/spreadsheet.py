"""CSV that opens in an office's spreadsheet: UTF-8 with BOM, semicolons, decimal commas, a line at a time."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """What a CSV writer writes to: gives each line back."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line


def _cell(value: object) -> object:
    """Sums with a comma, days in ISO; a spreadsheet must not run what somebody wrote."""
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(FORMULA):
        return f"'{value}"
    return "" if value is None else value


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a file of *rows* under *header*."""
    writer = csv.writer(_Line(), delimiter=";")
    yield "\ufeff" + str(writer.writerow(header))
    for row in rows:
        yield str(writer.writerow([_cell(value) for value in row]))
