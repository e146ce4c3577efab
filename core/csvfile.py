"""Town files: encodings, separators, header check, line numbers that survive quoted line breaks."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Protocol

from core.errors import Refused

KNOWN_OTHERS = {b"%PDF": "PDF", b"PK\x03\x04": "XLSX lub ZIP", b"\xd0\xcf\x11\xe0": "XLS lub DOC", b"{": "JSON"}
MOST_COLUMNS = 200
AGAIN = "Wyeksportuj należności do pliku CSV."


class _Reader(Protocol):
    line_num: int

    def __next__(self) -> list[str]: ...


def decode(content: bytes) -> str:
    """The text of a CSV file in UTF-8 (with or without BOM) or Windows-1250.

    Raises Refused `file_empty`, `file_other` (a PDF, a workbook …), `file_binary` or `file_encoding`.
    """
    if not content.strip():
        raise Refused("file_empty", "Plik jest pusty.", mend="Wyeksportuj go jeszcze raz.")
    for magic, name in KNOWN_OTHERS.items():
        if content.startswith(magic):
            raise Refused("file_other", f"To plik {name}, a nie CSV.", mend=AGAIN)
    if b"\x00" in content:
        raise Refused("file_binary", "To nie jest plik tekstowy CSV.", mend=AGAIN)
    for encoding in ("utf-8-sig", "cp1250"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("file_encoding", "Nieznane kodowanie pliku.", mend="Zapisz plik w UTF-8.")


def _separator(header: str, columns: Sequence[str]) -> str:
    return max(
        ";,\t", key=lambda mark: len({cell.strip().strip('"').lower() for cell in header.split(mark)} & set(columns))
    )


def read_rows(content: bytes, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[str] | None]]:
    """Each data row of a CSV file with the number of its first line; None for a row with too few or many cells.

    The header must name all of *columns* (two or more), in any order and any case; others are passed over. The cells
    come in the order of *columns*. Blank lines are skipped.
    Raises Refused as `decode`, and `file_columns` naming what is missing or repeated; a file is judged before
    its first row comes.
    """
    text = decode(content)
    separator = _separator(text.split("\n", 1)[0], columns)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        header = [cell.strip().lower() for cell in next(reader)]
    except (csv.Error, StopIteration) as error:
        raise Refused("file_columns", "Nie da się odczytać nagłówka pliku.", mend="Sprawdź pierwszy wiersz.") from error
    missing = [column for column in columns if column not in header]
    if missing or len(header) > MOST_COLUMNS:
        raise Refused(
            "file_columns",
            f"W nagłówku brakuje kolumn: {', '.join(missing)}." if missing else "Plik ma za dużo kolumn.",
            mend=f"Pierwszy wiersz musi brzmieć: {';'.join(columns)}.",
        )
    if repeated := [column for column in columns if header.count(column) > 1]:
        raise Refused(
            "file_columns",
            f"W nagłówku powtarzają się kolumny: {', '.join(repeated)}.",
            mend="Zostaw po jednej, inaczej nie wiadomo, którą czytać.",
        )
    in_order = itemgetter(*(header.index(column) for column in columns))
    return _rows(reader, in_order, len(header))


def _rows(
    reader: _Reader, in_order: Callable[[list[str]], tuple[str, ...]], width: int
) -> Iterator[tuple[int, Sequence[str] | None]]:
    line = reader.line_num + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, None
        else:
            if len(cells) == width:
                if any(cells):
                    yield line, in_order(cells)
            elif any(cells):
                yield line, None
        line = reader.line_num + 1
