"""One row of a dues file (docs/formats/dues.md): a checked value, or what is wrong with it in Polish.

Two layouts say the same: the CSV with Polish columns, and the neutral exchange with English ones and whole grosze.
"""

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
from core.money import from_grosze, parse_pln
from core.nrb import parse_nrb
from residents.identity import IdentityNumber, mask_number, read_identity

COLUMNS = (
    *("id", "identyfikator", "nazwa", "rodzaj", "tytul", "rok"),
    *("rata", "termin", "kwota", "zaplacono", "konto"),
)
# The same eleven as the neutral exchange calls them; the payer's number stands in one of three columns there.
NEUTRAL = (
    *("external_id", "pesel|nip|regon", "name", "kind_code", "title", "tax_year"),
    *("instalment_no", "due_date", "principal_gr", "paid_gr", "account_no"),
)
EXTRAS = (
    *("version", "status", "interest_gr", "interest_as_of", "decision_no", "decision_served_on"),
    *("regime", "source_system"),
)
KEYS = (*COLUMNS, *EXTRAS)
ANNULLED = "ANNULLED"
STATUSES = ("ACTIVE", ANNULLED)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
BREAK = re.compile(r"[\t\r\n]")
PESEL = re.compile(r"[0-9]{11}")  # also where columns slipped
LONGEST = {"id": 64, "nazwa": 200, "tytul": 200, "decision_no": 60}
LONGEST_NUMBER = 9
NOTHING = Decimal("0.00")
ANY = Decimal("Infinity")
MOST_KNOWN = 20_000
LARGEST_VERSION = 10**18
GROSZE = "Podaj kwotę w pełnych groszach, na przykład 12345."
LARGEST = Decimal("9999999999.99")
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
    version: int | None = None
    is_annulled: bool = False
    interest: Decimal | None = None
    interest_on: date | None = None
    decision_no: str = ""
    decision_served_on: date | None = None


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


def _grosze(value: str, *, may_be_nothing: bool) -> Decimal:
    text = value.strip()
    if not text:
        raise Refused("amount_empty", "Brakuje kwoty.", mend=GROSZE)
    try:
        amount = from_grosze(text)
    except Refused as refusal:
        raise Refused("amount_unreadable", refusal.message, mend=GROSZE) from refusal
    if amount > LARGEST:
        raise Refused("amount_too_large", "Kwota jest za duża (najwięcej 9 999 999 999,99 zł).", mend="Popraw kwotę.")
    if amount < 0:
        raise Refused("amount_negative", "Kwota nie może być ujemna.", mend=GROSZE)
    if not amount and not may_be_nothing:
        raise Refused("amount_not_positive", "Kwota musi być większa od zera.", mend="Popraw przypis.")
    return amount


def _day(value: str, *, what: str, first: int = 1990) -> date:
    day = parse_date(value)
    if not first <= day.year <= 2100:
        raise Refused("date_far", f"{what} spoza lat {first}–2100.", mend="Popraw rok.")
    return day


def _term(value: str) -> date:
    return _day(value, what="Termin")


def _optional(reader: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda cell: reader(cell) if cell.strip() else None


def _version(value: str) -> int:
    text = value.strip()
    if not (text.isascii() and text.isdigit()) or int(text) > LARGEST_VERSION:
        raise Refused("version", "Wersja to liczba całkowita, która rośnie z każdą zmianą wiersza.", mend="Popraw ją.")
    return int(text)


def _status(value: str) -> bool:
    code = value.strip().upper() or STATUSES[0]
    if code not in STATUSES:
        raise Refused("status", "Nieznany stan.", mend=f"Dozwolone: {', '.join(STATUSES)}.")
    return code == ANNULLED


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


def shown(column: str, cell: str) -> str:
    """What a report of faults may show of *cell*."""
    text = CONTROL.sub("\ufffd", cell.strip())
    is_private = column == "identyfikator" or PESEL.fullmatch(text)
    return (mask_number(text) if is_private else text)[:200]


class RowReader:
    """Reads the rows of one file. *kinds* are the known codes of kinds of due, *on* is today.

    With *source* the rows are those of the neutral exchange of that source, by *kinds* the regime of each kind too.
    """

    def __init__(self, *, kinds: Mapping[str, str], on: date, source: str | None = None) -> None:
        """Readers of the columns, in the order of COLUMNS and EXTRAS."""
        is_neutral = source is not None
        readers: tuple[Callable[[str], object], ...] = (
            lambda cell: _text("id", cell),
            lambda cell: read_identity(cell, on=on),
            lambda cell: _text("nazwa", cell),
            lambda cell: _kind(cell, kinds),
            lambda cell: _text("tytul", cell),
            lambda cell: _whole_number(cell, least=1990, most=on.year + 2, what="Rok"),
            lambda cell: _whole_number(cell, least=1, most=400, what="Numer raty"),
            _term,
            (lambda cell: _grosze(cell, may_be_nothing=False)) if is_neutral else _assessed,
            (lambda cell: _grosze(cell, may_be_nothing=True) if cell.strip() else NOTHING) if is_neutral else _paid,
            parse_nrb,
        )
        if is_neutral:
            readers += (
                *(_optional(_version), _status, _optional(lambda cell: _grosze(cell, may_be_nothing=True))),
                _optional(lambda cell: _day(cell, what="Dzień odsetek")),
                lambda cell: _text("decision_no", cell) if cell.strip() else "",
                _optional(lambda cell: _day(cell, what="Dzień doręczenia")),
            )
        self.columns = (*NEUTRAL, *EXTRAS) if is_neutral else COLUMNS
        self.known = tuple(_Known(reader) for reader in readers)
        self._kinds, self._source = kinds, source

    def read(self, line: int, cells: Sequence[str]) -> DueRow | tuple[RowProblem, ...]:
        """The checked row, or every fault that it has; *cells* are in the order of `columns`."""
        try:
            row = DueRow(line, *map(getitem, self.known, cells))
        except Refused:
            return self.problems(line, cells)
        if row.paid > row.amount or (self._source is not None and any(cells[-2:])):
            return self.problems(line, cells) or row
        return row

    def problems(self, line: int, cells: Sequence[str]) -> tuple[RowProblem, ...]:
        """Every fault of a row; none of a good one."""
        problems, read = [], dict[str, Any]()
        for place, (known, cell) in enumerate(zip(self.known, cells, strict=False)):
            try:
                read[KEYS[place]] = known[cell]
            except Refused as refusal:
                problems.append(RowProblem(line, self.columns[place], shown(KEYS[place], cell), str(refusal)))
            if KEYS[place] == "zaplacono" and read.get("zaplacono", NOTHING) > read.get("kwota", ANY):
                problems.append(RowProblem(line, self.columns[place], shown("zaplacono", cell), OVERPAID))
        if self._source is not None:
            problems += self._contradictions(line, cells, read)
        return tuple(problems)

    def _contradictions(self, line: int, cells: Sequence[str], read: Mapping[str, Any]) -> list[RowProblem]:
        """What a row says of its regime and its source, where that is not what is known."""
        found = []
        regime, source = cells[-2].strip().lower(), cells[-1].strip()
        if regime and "rodzaj" in read and regime != self._kinds[read["rodzaj"]]:
            words = f"Rodzaj {read['rodzaj']} ma tu reżim „{self._kinds[read['rodzaj']]}”. Uzgodnij rodzaj albo reżim."
            found.append(RowProblem(line, "regime", shown("regime", cells[-2]), words))
        if source and source != self._source:
            words = f"Wiersz jest z innego systemu niż plik („{self._source}”). Wyślij go osobno."
            found.append(RowProblem(line, "source_system", shown("source_system", cells[-1]), words))
        return found
