"""Town files: encodings, separators, header check, line numbers that survive quoted line breaks.

A file is read as it lies on the disk, a line at a time, so that one of any size needs little memory.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import BinaryIO, Protocol

from core.errors import Refused

KNOWN_OTHERS = {b"%PDF": "PDF", b"PK\x03\x04": "XLSX lub ZIP", b"\xd0\xcf\x11\xe0": "XLS lub DOC", b"{": "JSON"}
MOST_COLUMNS = 200
BLOCK = 1 << 20  # bytes; no line may be longer
AGAIN = "Wyeksportuj dane jeszcze raz, do pliku CSV."
ASCII = bytes(range(128))
UNASSIGNED = frozenset(b"\x81\x83\x88\x90\x98")  # no sign of Windows-1250
# «ą», «ś» and «ź» of ISO 8859-2 are «±», «¶» and «Ľ» in Windows-1250, where they have other bytes.
LATIN_2, WINDOWS = frozenset(b"\xb1\xb6\xbc"), frozenset(b"\xb9\x9c\x9f")


class _Reader(Protocol):
    line_num: int

    def __next__(self) -> list[str]: ...


class _Part(io.RawIOBase):
    """The first *end* bytes of a file; whoever wraps this leaves the file open."""

    def __init__(self, file: BinaryIO, end: int) -> None:
        self._file, self._left = file, end
        file.seek(0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        with memoryview(buffer) as view:  # type: ignore[arg-type]
            block = self._file.read(min(len(view), self._left))
            view[: len(block)] = block
            self._left -= len(block)
        return len(block)


def encoding_of(file: BinaryIO) -> str:
    """The encoding of a CSV file: UTF-8 (with or without BOM), Windows-1250 or ISO 8859-2.

    Raises Refused `file_empty`, `file_other` (a PDF, a workbook …), `file_binary`, `file_line_long` or
    `file_encoding`.
    """
    file.seek(0)
    utf8, is_utf8, is_blank = codecs.getincrementaldecoder("utf-8")(), True, True
    found: set[int] = set()
    lines = 0
    for block in iter(lambda: file.read(BLOCK), b""):
        if is_blank:
            for magic, name in KNOWN_OTHERS.items():
                if block.startswith(magic):
                    raise Refused("file_other", f"To plik {name}, a nie CSV.", mend=AGAIN)
            is_blank = not block.strip()
        if b"\x00" in block:
            raise Refused("file_binary", "To nie jest plik tekstowy CSV.", mend=AGAIN)
        breaks = block.count(b"\n")
        if not breaks and len(block) == BLOCK:
            raise Refused(
                "file_line_long",
                f"Wiersz {lines + 1} ma ponad milion znaków.",
                mend="Sprawdź, czy to ten plik i czy jego wiersze się kończą.",
            )
        lines += breaks
        if is_utf8:
            try:
                utf8.decode(block)
            except UnicodeDecodeError:
                is_utf8 = False
        found.update(block.translate(None, ASCII))
    if is_blank:
        raise Refused("file_empty", "Plik jest pusty.", mend="Wyeksportuj go jeszcze raz.")
    if is_utf8 and not utf8.getstate()[0]:
        return "utf-8-sig"
    if not found & UNASSIGNED:
        return "iso8859-2" if found & LATIN_2 and not found & WINDOWS else "cp1250"
    raise Refused("file_encoding", "Nieznane kodowanie pliku.", mend="Zapisz plik w UTF-8.")


def _separator(header: str, columns: Sequence[str]) -> str:
    return max(
        ";,\t", key=lambda mark: len({cell.strip().strip('"').lower() for cell in header.split(mark)} & set(columns))
    )


def header_of(first: str, columns: Sequence[str]) -> list[str]:
    """The cells of a file's first line, in lower case, parted by whichever mark finds most of *columns*.

    Raises Refused `file_columns` when it cannot be read.
    """
    try:
        cells = next(csv.reader([first], delimiter=_separator(first, columns)))
    except (csv.Error, StopIteration) as error:
        raise Refused("file_columns", "Nie da się odczytać nagłówka pliku.", mend="Sprawdź pierwszy wiersz.") from error
    return [cell.strip().lower() for cell in cells]


def read_rows(
    content: bytes | BinaryIO, columns: Sequence[str], *, optional: Sequence[str] = (), end: int | None = None
) -> Iterator[tuple[int, Sequence[str] | None]]:
    """Each data row of a CSV file with the number of its first line; None for a row with too few or many cells.

    The header must name all of *columns* (two or more), in any order and any case; others are passed over. The cells
    come in the order of *columns*, then of *optional*, '' where the file has no such column. Blank lines are skipped,
    and so is everything from the byte *end* on.
    Raises Refused as `encoding_of`, and `file_columns` naming what is missing or repeated; a file is judged before
    its first row comes.
    """
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    encoding = encoding_of(file)
    size = file.seek(0, io.SEEK_END)
    part = io.BufferedReader(_Part(file, size if end is None else end), BLOCK)
    text = io.TextIOWrapper(part, encoding, newline="")
    first = text.readline()
    header = header_of(first, columns)
    missing = [column for column in columns if column not in header]
    if missing or len(header) > MOST_COLUMNS:
        raise Refused(
            "file_columns",
            f"W nagłówku brakuje kolumn: {', '.join(missing)}." if missing else "Plik ma za dużo kolumn.",
            mend=f"Pierwszy wiersz musi brzmieć: {';'.join(columns)}.",
        )
    if repeated := [column for column in (*columns, *optional) if header.count(column) > 1]:
        raise Refused(
            "file_columns",
            f"W nagłówku powtarzają się kolumny: {', '.join(repeated)}.",
            mend="Zostaw po jednej, inaczej nie wiadomo, którą czytać.",
        )
    reader = csv.reader(text, delimiter=_separator(first, columns))
    absent = len(header)
    places = [header.index(column) if column in header else absent for column in (*columns, *optional)]
    return _rows(reader, itemgetter(*places), len(header), pads=absent in places)


def _rows(
    reader: _Reader, in_order: Callable[[list[str]], tuple[str, ...]], width: int, *, pads: bool
) -> Iterator[tuple[int, Sequence[str] | None]]:
    line = 2
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, None
        else:
            if len(cells) == width:
                if cells[0] or any(cells):
                    if pads:
                        cells.append("")
                    yield line, in_order(cells)
            elif any(cells):
                yield line, None
        line = reader.line_num + 2
