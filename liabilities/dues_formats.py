"""A dues file in whichever format it came: CSV with Polish columns, or the neutral exchange as CSV, XLSX, JSON Lines.

Every format gives the same rows: the cells of COLUMNS, and of EXTRAS in the neutral layout. A file is read as it lies,
twice at most: once to know its encoding and its digest, once a row at a time.
"""

import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from core.csvfile import read_rows
from core.errors import Refused
from core.sheetfile import Formula, read_sheets
from liabilities.control_record import Control, check_sha256, read_control
from liabilities.due_row import COLUMNS, EXTRAS, NEUTRAL

NUMBERS = ("pesel", "nip", "regon")
BASE = tuple(name for name in NEUTRAL if name not in {"pesel|nip|regon", "paid_gr"})
JOINT = "wspolwlasciciel"
OPTIONAL = (*NUMBERS, "paid_gr", *EXTRAS, JOINT)
YES, NO, NOBODY = frozenset({"tak", "true", "1"}), frozenset({"", "nie", "false", "0"}), "nikt"
NOT_JOINT = "Wpisz „tak”, „nikt” albo nic."
WIDTH = "Wiersz ma inną liczbę kolumn niż nagłówek. Sprawdź średniki i cudzysłowy."
FORMULA = "Formuła zamiast wartości. Wklej w tej kolumnie same wartości."
CUT_OFF = (
    "Plik urywa się w tym wierszu: za kwotą nie ma końca wiersza, więc nie wiadomo, czy jest cała. "
    "Wyeksportuj plik jeszcze raz."
)
# A file may end without a line break where its last cell shows by itself that it is whole.
UNSURE = ("id", "rata", "kwota", "zaplacono", "external_id", "instalment_no", "principal_gr", "paid_gr", "interest_gr")
NO_OBJECT = "Ten wiersz nie jest obiektem JSON. Każdy wiersz to jeden obiekt {…} z polami należności."
NO_CELL = "Pole musi być tekstem albo liczbą całkowitą."
CONTROL_SHEETS = frozenset({"control", "kontrola"})
TAIL = 4_096  # bytes in which the control record must stand
BLOCK = 1 << 20
LONGEST_JSON = 1 << 20
POLISH, ENGLISH = "polish", "neutral"


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row could not even be parted into cells, or one that nobody may believe."""

    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class CoOwner:
    """A row that says who else owes the due of its key; `is_nobody`: nobody but the payer whom the due names."""

    external_id: str
    number: str
    name: str
    is_nobody: bool

    @property
    def cells(self) -> list[str]:
        """As a rejected row keeps it: the cells of NEUTRAL and EXTRAS, and what stood in its own column."""
        rest = [""] * (len(NEUTRAL) + len(EXTRAS) - 3)
        return [self.external_id, self.number, self.name, *rest, NOBODY if self.is_nobody else "tak"]


Row = tuple[int, Sequence[str] | RowFault | CoOwner]


class DuesFile:
    """A file, and what is known of it before its rows are read. `sha256` is of the whole file.

    `layout` says which columns it has: `polish` or `neutral`; `control` is its control record, if it has one.
    Raises Refused for what is no dues file, and `control_sha256` for one that was changed on its way.
    """

    def __init__(self, content: bytes | BinaryIO) -> None:
        """Look at *content*: its format, its digest, its control record."""
        self._file = io.BytesIO(content) if isinstance(content, bytes) else content
        self._file.seek(0)
        head = self._file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")
        self._format = "xlsx" if head.startswith(b"PK\x03\x04") else "jsonl" if head.startswith(b"{") else "csv"
        size = self._file.seek(0, io.SEEK_END)
        self._end, said = size, None
        if self._format != "xlsx":
            self._end, said = self._tail(size)
        self._file.seek(max(0, self._end - 1))
        self._ends_a_line = self._file.read(1) in b"\r\n"
        self.sha256, before = self._digests()
        self.layout = ENGLISH
        self.control = read_control(said) if said is not None else Control()
        if self._format == "xlsx":
            self._read_book()
        else:
            check_sha256(self.control, sha256=before)
        if self._format == "csv":
            self._rows_of_csv()  # judged at once
        elif self._format == "jsonl":
            self._check_json()

    def rows(self) -> Iterator[Row]:
        """Each row with its number in the file; may be asked again. Raises Refused where the file breaks off."""
        if self._format == "csv":
            return self._rows_of_csv()
        return self._rows_of_json() if self._format == "jsonl" else self._rows_of_sheet()

    @property
    def columns(self) -> tuple[str, ...]:
        """What the cells of a row are called in this file."""
        return COLUMNS if self.layout == POLISH else (*NEUTRAL, *EXTRAS)

    def _tail(self, size: int) -> tuple[int, Mapping[str, str] | None]:
        """Where the rows end, and what the control record says that stands behind them."""
        self._file.seek(max(0, size - TAIL))
        tail = self._file.read(TAIL).rstrip()
        start = tail.rfind(b"\n") + 1
        last = tail[start:].strip()
        place = max(0, size - TAIL) + start
        if self._format == "jsonl" and last.startswith((b'{"control"', b'{ "control"')):
            try:
                said = json.loads(last)["control"]
                return place, {str(name): "" if value is None else str(value) for name, value in said.items()}
            except (ValueError, KeyError, AttributeError) as error:
                raise Refused("control_unreadable", "Nie da się odczytać rekordu kontrolnego.") from error
        if self._format == "csv" and last.lower().startswith((b"#control", b"#kontrola")):
            pairs = (part.partition("=") for part in last.decode("ascii", "replace").split(";")[1:])
            return place, {name.strip().lower(): value.strip() for name, _, value in pairs}
        return size, None

    def _digests(self) -> tuple[str, str]:
        """SHA-256 of the whole file, and of what stands before its control record."""
        whole, before = hashlib.sha256(), ""
        self._file.seek(0)
        left = self._end
        while left:
            block = self._file.read(min(BLOCK, left))
            if not block:
                break
            whole.update(block)
            left -= len(block)
        before = whole.hexdigest()
        for block in iter(lambda: self._file.read(BLOCK), b""):
            whole.update(block)
        return whole.hexdigest(), before

    def _rows_of_csv(self) -> Iterator[Row]:
        self._file.seek(0)
        first = self._file.read(BLOCK).split(b"\n", 1)[0].lower()
        is_neutral = b"external_id" in first
        self.layout = ENGLISH if is_neutral else POLISH
        if is_neutral:
            found = read_rows(self._file, BASE, optional=OPTIONAL, end=self._end)
        else:
            found = read_rows(self._file, COLUMNS, end=self._end)
        last = re.split(rb"[;,\t]", first.strip().strip(b'"'))[-1].strip(b'" ').decode("ascii", "replace")
        rows = _of_csv(found, is_neutral=is_neutral)
        return rows if self._ends_a_line or last not in UNSURE else _without_the_last(rows, last)

    def _rows_of_json(self) -> Iterator[Row]:
        self._file.seek(0)
        left = self._end
        line = 0
        while left > 0 and (text := self._file.readline(min(LONGEST_JSON, left))):
            left -= len(text)
            line += 1
            if len(text) == LONGEST_JSON and not text.endswith(b"\n"):
                raise Refused("file_line_long", f"Wiersz {line} ma ponad milion znaków.", mend="Sprawdź plik.")
            if bare := text.removeprefix(b"\xef\xbb\xbf").strip():
                yield line, _of_json(bare)

    def _check_json(self) -> None:
        self._file.seek(0)
        first = self._file.readline(LONGEST_JSON).removeprefix(b"\xef\xbb\xbf").strip()
        try:
            said = json.loads(first)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict) or not {"external_id", "control"} & said.keys():
            raise Refused(
                "file_other",
                "To plik JSON, ale nie JSON Lines z należnościami.",
                mend="Każdy wiersz to jeden obiekt {…} z polem „external_id”.",
            )

    def _read_book(self) -> None:
        """The control sheet, if there is one, and which columns the first other sheet has."""
        layout = None
        for name, rows in read_sheets(self._file):
            if name.strip().lower() in CONTROL_SHEETS:
                self.control = read_control({cells[0].lower(): cells[1] for _, cells in rows if len(cells) > 1})
            elif layout is None:
                _, header = next(rows, (0, ()))
                layout = _layout_of(header)
        if layout is None:
            raise Refused("file_empty", "Skoroszyt jest pusty.", mend="Wyeksportuj go jeszcze raz.")
        self.layout = layout

    def _rows_of_sheet(self) -> Iterator[Row]:
        for name, rows in read_sheets(self._file):  # a sheet is open while its book is
            if name.strip().lower() not in CONTROL_SHEETS:
                yield from self._of_sheet(rows)
                return

    def _of_sheet(self, rows: Iterator[tuple[int, Sequence[str]]]) -> Iterator[Row]:
        names = [cell.strip().lower() for cell in next(rows)[1]]
        ours = {*COLUMNS} if self.layout == POLISH else {*BASE, *OPTIONAL}
        for number, cells in rows:
            said = dict(zip(names, cells, strict=False))
            formula = next((name for name, cell in said.items() if name in ours and isinstance(cell, Formula)), None)
            if formula:
                yield number, RowFault(formula, said[formula][:50], FORMULA)
            elif self.layout == POLISH:
                yield number, [said.get(column, "") for column in COLUMNS]
            else:
                yield number, _in_order(said)


class SentRows:
    """Rows of the neutral exchange that came by the API, the first is row 1; it says of itself what DuesFile does."""

    layout = ENGLISH
    columns = (*NEUTRAL, *EXTRAS)

    def __init__(self, rows: Sequence[object], control: Control, *, sha256: str) -> None:
        """Rows as they were parsed from JSON; *sha256* is of the request that brought them."""
        self._said, self.control, self.sha256 = rows, control, sha256

    def rows(self) -> Iterator[Row]:
        """Each row with its number."""
        for number, said in enumerate(self._said, start=1):
            yield number, cells_of(said) if isinstance(said, dict) else RowFault("", "", NO_OBJECT)


def _of_csv(found: Iterator[tuple[int, Sequence[str] | None]], *, is_neutral: bool) -> Iterator[Row]:
    names = (*BASE, *OPTIONAL)
    for line, cells in found:
        if cells is None:
            yield line, RowFault("", "", WIDTH)
        else:
            yield line, _in_order(dict(zip(names, cells, strict=True))) if is_neutral else cells


def _without_the_last(rows: Iterator[Row], column: str) -> Iterator[Row]:
    """The rows of a file that ends in the middle of *column*: nobody knows whether its last row is whole."""
    before = next(rows, None)
    for row in rows:
        if before is not None:
            yield before
        before = row
    if before is not None:
        yield before[0], RowFault(column, "", CUT_OFF)


def _layout_of(header: Sequence[str]) -> str:
    """Which layout a sheet's first row names. Raises Refused `file_columns`."""
    names = [cell.strip().lower() for cell in header]
    layout, wanted = (ENGLISH, BASE) if "external_id" in names else (POLISH, COLUMNS)
    if missing := [column for column in wanted if column not in names]:
        raise Refused(
            "file_columns",
            f"W nagłówku brakuje kolumn: {', '.join(missing)}.",
            mend=f"Pierwszy wiersz arkusza musi zawierać: {', '.join(wanted)}.",
        )
    if repeated := [column for column in (*wanted, *OPTIONAL) if names.count(column) > 1]:
        raise Refused(
            "file_columns", f"W nagłówku powtarzają się kolumny: {', '.join(repeated)}.", mend="Zostaw po jednej."
        )
    return layout


def _in_order(said: Mapping[str, str]) -> list[str] | RowFault | CoOwner:
    """The cells of a neutral row in the order of NEUTRAL and EXTRAS; of several numbers the first counts.

    One that says who else owes a due is a CoOwner.
    """
    number = next((said[name] for name in NUMBERS if said.get(name, "").strip()), "")
    if joint := said.get(JOINT, ""):
        word = joint.strip().lower()
        if word == NOBODY or word in YES:
            return CoOwner(said.get("external_id", ""), number, said.get("name", ""), is_nobody=word == NOBODY)
        if word not in NO:
            return RowFault(JOINT, joint[:50], NOT_JOINT)
    return [number if name == "pesel|nip|regon" else said.get(name, "") for name in (*NEUTRAL, *EXTRAS)]


def _of_json(text: bytes) -> Sequence[str] | RowFault | CoOwner:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return RowFault("", "", NO_OBJECT)
    return cells_of(said)


def cells_of(said: Mapping[str, Any]) -> Sequence[str] | RowFault | CoOwner:
    """The cells of a neutral row given as names and values; a value of another kind is the row's fault."""
    cells = {}
    for name in (*BASE, *OPTIONAL):
        value = said.get(name)
        if name == JOINT and isinstance(value, bool):
            value = "tak" if value else ""
        if isinstance(value, bool) or not isinstance(value, str | int | None):
            return RowFault(name, str(value)[:50], NO_CELL)
        cells[name] = "" if value is None else str(value)
    return _in_order(cells)
