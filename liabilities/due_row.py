"""One row of a dues file (docs/formats/dues.md): a checked value, or what is wrong with it in Polish."""

import difflib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import getitem
from typing import Any, NamedTuple

from core.dates import parse_date
from core.errors import Refused
from core.money import parse_pln
from core.nrb import parse_nrb
from residents.identity import IdentityNumber, mask_number, read_identity

COLUMNS = (
    *("id", "identyfikator", "nazwa", "rodzaj", "tytul", "rok"),
    *("rata", "termin", "kwota", "zaplacono", "konto"),
)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
BREAK = re.compile(r"[\t\r\n]")
PESEL = re.compile(r"[0-9]{11}")  # also where columns slipped
LONGEST = {"id": 64, "nazwa": 200, "tytul": 200}
LONGEST_NUMBER = 9
NOTHING = Decimal("0.00")
ANY = Decimal("Infinity")
MOST_KNOWN = 50_000
OVERPAID = "Wpłata jest większa niż kwota należności. Nadpłatę wykaż w systemie źródłowym osobno."


class DueRow(NamedTuple):
    """A row that passed every check that needs no database. Amounts in złoty."""

    line: int
    external_id: str
    identity: IdentityNumber
    name: str
    kind_code: str
    title: str
    year: int
    instalment_no: int
    due_on: date
    amount: Decimal
    paid: Decimal
    account: str


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One fault of a row: where it is, what stands there (an identity number masked), and how to mend it."""

    line: int
    column: str
    value: str
    message: str


def _text(column: str, value: str) -> str:
    # A quoted line break is a space in words (it may not reach a letter's subject), and a fault in a key.
    text = value.strip() if column == "id" else " ".join(value.split())
    if not text:
        raise Refused("empty", f"Kolumna „{column}” jest pusta.", mend="Uzupełnij ją.")
    if BREAK.search(text):
        raise Refused("control_character", "Niedozwolony znak sterujący.", mend="Usuń go.")
    if len(text) > LONGEST[column]:
        raise Refused("too_long", f"Więcej niż {LONGEST[column]} znaków.", mend="Skróć tekst.")
    return text


def _whole_number(value: str, *, least: int, most: int, what: str) -> int:
    text = value.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER) or not least <= int(text) <= most:
        raise Refused("number", f"{what} to liczba od {least} do {most}.", mend="Popraw wartość.")
    return int(text)


def _assessed(value: str) -> Decimal:
    amount = parse_pln(value)
    if amount <= 0:
        raise Refused("amount_not_positive", "Kwota musi być większa od zera.", mend="Popraw przypis.")
    return amount


def _paid(value: str) -> Decimal:
    amount = parse_pln(value) if value.strip() else NOTHING
    if amount < 0:
        raise Refused("paid_negative", "Wpłata nie może być ujemna.", mend="Podaj sumę wpłat jako liczbę dodatnią.")
    return amount


def _term(value: str) -> date:
    day = parse_date(value)
    if not 1990 <= day.year <= 2100:
        raise Refused("date_far", "Termin spoza lat 1990–2100.", mend="Popraw rok.")
    return day


def _kind(value: str, kinds: Collection[str]) -> str:
    code = value.strip().upper()
    if code in kinds:
        return code
    near = difflib.get_close_matches(code, kinds, n=2)
    mend = f"Może chodzi o {' lub '.join(near)}?" if near else f"Dozwolone: {', '.join(sorted(kinds))}."
    raise Refused("kind_unknown", "Nieznany rodzaj należności.", mend=mend)


class _Known(dict[str, Any]):
    """What each distinct cell of a column says, so that one that repeats is read once."""

    def __init__(self, reader: Callable[[str], object]) -> None:
        super().__init__()
        self._reader = reader

    def __missing__(self, cell: str) -> object:
        if CONTROL.search(cell):
            raise Refused("control_character", "Niedozwolony znak sterujący.", mend="Usuń go.")
        if len(self) >= MOST_KNOWN:
            self.clear()
        value = self[cell] = self._reader(cell)
        return value


def _shown(column: str, cell: str) -> str:
    """What a report of faults may show of *cell*."""
    text = CONTROL.sub("\ufffd", cell.strip())
    is_private = column == "identyfikator" or PESEL.fullmatch(text)
    return (mask_number(text) if is_private else text)[:200]


class RowReader:
    """Reads the rows of one file. *kinds* are the known codes of kinds of due, *on* is today."""

    def __init__(self, *, kinds: Collection[str], on: date) -> None:
        """Readers of the columns, in the order of COLUMNS."""
        readers: tuple[Callable[[str], object], ...] = (
            lambda cell: _text("id", cell),
            lambda cell: read_identity(cell, on=on),
            lambda cell: _text("nazwa", cell),
            lambda cell: _kind(cell, kinds),
            lambda cell: _text("tytul", cell),
            lambda cell: _whole_number(cell, least=1990, most=on.year + 2, what="Rok"),
            lambda cell: _whole_number(cell, least=1, most=400, what="Numer raty"),
            _term,
            _assessed,
            _paid,
            parse_nrb,
        )
        self._known = tuple(_Known(reader) for reader in readers)

    def read(self, line: int, cells: Sequence[str]) -> DueRow | tuple[RowProblem, ...]:
        """The checked row, or every fault that it has; *cells* are in the order of COLUMNS."""
        try:
            row = DueRow(line, *map(getitem, self._known, cells))
        except Refused:
            return self._problems(line, cells)
        return self._problems(line, cells) if row.paid > row.amount else row

    def _problems(self, line: int, cells: Sequence[str]) -> tuple[RowProblem, ...]:
        problems, read = [], dict[str, Any]()
        for column, known, cell in zip(COLUMNS, self._known, cells, strict=True):
            try:
                read[column] = known[cell]
            except Refused as refusal:
                problems.append(RowProblem(line, column, _shown(column, cell), str(refusal)))
            if column == "zaplacono" and read.get(column, NOTHING) > read.get("kwota", ANY):
                problems.append(RowProblem(line, column, _shown(column, cell), OVERPAID))
        return tuple(problems)


def read_row(
    line: int, cells: Mapping[str, str], *, kinds: Collection[str], on: date
) -> DueRow | tuple[RowProblem, ...]:
    """One row alone, by the names of its columns: the checked row, or every fault that it has."""
    return RowReader(kinds=kinds, on=on).read(line, [cells[column] for column in COLUMNS])
