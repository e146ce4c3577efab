"""A report as values: facts and tables, shown alike on a page, in a workbook and in a PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.dates import format_date_short
from core.money import format_pln
from core.workbook import workbook

Cell = str | int | Decimal | date


@dataclass(frozen=True)
class Column:
    """One column: its head, and whether it holds numbers, which stand to the right."""

    label: str
    is_number: bool = False


@dataclass(frozen=True)
class ShownCell:
    """A cell as people read it."""

    text: str
    is_number: bool


def shown(cell: Cell) -> str:
    """Złoty and days as they are written in Polish; everything else as it is."""
    if isinstance(cell, Decimal):
        return format_pln(cell)
    return format_date_short(cell) if isinstance(cell, date) else str(cell)


@dataclass(frozen=True)
class Table:
    """Rows under a title, with a row of totals or none; what to say when there are no rows."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] = ()
    empty: str = "Nie ma pozycji."

    @property
    def shown_rows(self) -> list[list[ShownCell]]:
        """The rows as people read them."""
        return [self._shown(row) for row in self.rows]

    @property
    def shown_total(self) -> list[ShownCell]:
        """The totals as people read them."""
        return self._shown(self.total)

    def _shown(self, row: Sequence[Cell]) -> list[ShownCell]:
        told = zip(self.columns, row, strict=True) if row else ()
        return [ShownCell(shown(cell), column.is_number) for column, cell in told]


@dataclass(frozen=True)
class Report:
    """A report: its title and file name, the facts above, the tables, and what its figures mean."""

    title: str
    code: str
    facts: Sequence[tuple[str, Cell]]
    tables: Sequence[Table]
    notes: Sequence[str] = ()

    @property
    def shown_facts(self) -> list[tuple[str, str]]:
        """The facts as people read them."""
        return [(label, shown(value)) for label, value in self.facts]


def report_workbook(report: Report) -> bytes:
    """The report as XLSX: a sheet a table, numbers as numbers, and the facts on a sheet of their own."""
    sheets: list[tuple[str, list[Sequence[object]]]] = []
    for table in report.tables:
        rows: list[Sequence[object]] = [[column.label for column in table.columns], *table.rows]
        sheets.append((table.title, [*rows, table.total] if table.total else rows))
    facts: list[Sequence[object]] = [(report.title, ""), *report.facts, *((note, "") for note in report.notes)]
    return workbook([*sheets, ("O raporcie", facts)])
