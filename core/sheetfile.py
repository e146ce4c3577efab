"""Workbooks (XLSX): a row at a time, with limits against zip bombs, and no formula believed.

A workbook keeps values, not texts: a date comes as ISO, a number as its shortest decimal form.
"""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from core.errors import Refused

MOST_PARTS = 2_000
LARGEST_SHEET = 2_000_000_000  # bytes unpacked; sheets are read as a stream
LARGEST_SHARED = 60_000_000  # bytes unpacked; what is not a sheet is held in memory
MOST_TIMES = 200  # a part may unpack to so many times its packed size, once it is large
LARGE = 10_000_000
MOST_COLUMNS = 200
EXACT = 10**15
BROKEN = "Tego skoroszytu nie da się otworzyć: jest uszkodzony, zaszyfrowany albo urwany."
MEND = "Zapisz go jeszcze raz jako XLSX albo wyeksportuj do CSV."
FAULTS = (
    *(zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, AttributeError),
    *(OSError, EOFError, IndexError, RuntimeError, zipfile.LargeZipFile),
)


class Formula(str):
    """A cell that is a formula: what it would give is known to the spreadsheet alone."""

    __slots__ = ()


def _check_parts(file: BinaryIO) -> None:
    """Refuse what would unpack to more than a workbook of dues can hold, before any of it is unpacked."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except FAULTS as error:
        raise Refused("file_other", f"To plik XLSX lub ZIP. {BROKEN}", mend=MEND) from error
    if "[Content_Types].xml" not in {part.filename for part in parts}:
        raise Refused("file_other", "To plik XLSX lub ZIP, ale nie skoroszyt.", mend=MEND)
    too_large = any(
        part.file_size > (LARGEST_SHEET if "/worksheets/" in part.filename else LARGEST_SHARED)
        or (part.file_size > LARGE and part.file_size > MOST_TIMES * max(1, part.compress_size))
        for part in parts
    )
    if len(parts) > MOST_PARTS or too_large or sum(part.file_size for part in parts) > LARGEST_SHEET:
        raise Refused(
            "file_bomb",
            "Ten skoroszyt po rozpakowaniu byłby ogromny: nie otwieramy go.",
            mend="Sprawdź, skąd pochodzi, i wyeksportuj należności do CSV.",
        )


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return Formula(str(value))
    if isinstance(value, bool):
        return "PRAWDA" if value else "FAŁSZ"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    return str(value)


def read_sheets(file: BinaryIO) -> Iterator[tuple[str, Iterator[tuple[int, Sequence[str]]]]]:
    """The sheets of a workbook by name, each with its rows: number in the sheet, and its cells as texts.

    A cell with a formula is a Formula. Empty rows are skipped.
    Raises Refused `file_other` for what is no workbook, `file_bomb` for one that is too large unpacked.
    """
    _check_parts(file)
    file.seek(0)
    try:
        book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
    except FAULTS as error:
        raise Refused("file_other", f"To plik XLSX lub ZIP. {BROKEN}", mend=MEND) from error
    try:
        for name in book.sheetnames:
            yield name, _rows(book[name])
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        sheet.reset_dimensions()  # what a file says of its size is not believed
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            if len(cells) > MOST_COLUMNS:
                raise Refused("file_columns", "Plik ma za dużo kolumn.", mend=f"Zostaw najwyżej {MOST_COLUMNS}.")
            texts = [_text(cell) for cell in cells]
            if any(texts):
                yield number, texts
    except FAULTS as error:
        raise Refused("file_other", f"To plik XLSX lub ZIP. {BROKEN}", mend=MEND) from error
