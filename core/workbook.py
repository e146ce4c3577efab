"""Workbooks (XLSX) to download: a row at a time, numbers as numbers, no text that a spreadsheet would run."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, TYPE_STRING
from openpyxl.styles import Font

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_NAME = 31


def workbook(sheets: Iterable[tuple[str, Iterable[Sequence[object]]]]) -> bytes:
    """A workbook of named sheets; the first row of each is its header, in bold and always in sight.

    Texts stay texts, also those that begin as a formula does; a moment is written as it is in Warsaw.
    """
    book = Workbook(write_only=True)
    for name, rows in sheets:
        sheet = book.create_sheet(name[:LONGEST_NAME])
        sheet.freeze_panes = "A2"
        for place, row in enumerate(rows):
            sheet.append([_cell(sheet, value, is_header=place == 0) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: object, *, is_header: bool) -> WriteOnlyCell:
    if isinstance(value, datetime):
        value = timezone.localtime(value).replace(tzinfo=None)
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, "")
        cell.value, cell.data_type = ILLEGAL_CHARACTERS_RE.sub("", value), TYPE_STRING
    else:
        cell = WriteOnlyCell(sheet, value)
    if is_header:
        cell.font = Font(bold=True)
    return cell
