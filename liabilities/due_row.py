"""One row of a dues file (docs/formats/dues.md): a checked value, or what is wrong with it in Polish."""

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from core.dates import parse_date
from core.errors import Refused
from core.money import parse_pln
from core.nrb import parse_nrb
from residents.identity import IdentityNumber, mask_number, read_identity

COLUMNS = (
    *("id", "identyfikator", "nazwa", "rodzaj", "tytul", "rok"),
    *("rata", "termin", "kwota", "zaplacono", "konto"),
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
LONGEST = {"id": 64, "nazwa": 200, "tytul": 200}
LARGEST = Decimal("9999999999.99")
NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class DueRow:
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
    text = value.strip()
    if not text:
        raise Refused("empty", f"Kolumna „{column}” jest pusta.", mend="Uzupełnij ją.")
    if len(text) > LONGEST[column]:
        raise Refused("too_long", f"Więcej niż {LONGEST[column]} znaków.", mend="Skróć tekst.")
    return text


def _whole_number(value: str, *, least: int, most: int, what: str) -> int:
    text = value.strip()
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
        raise Refused("number", f"{what} to liczba od {least} do {most}.", mend="Popraw wartość.")
    return int(text)


@lru_cache(maxsize=65_536)
def _amount(value: str) -> Decimal:
    amount = parse_pln(value)
    if amount > LARGEST:
        raise Refused("amount_too_large", "Kwota jest za duża (najwięcej 9 999 999 999,99).", mend="Popraw kwotę.")
    return amount


def _assessed(value: str) -> Decimal:
    amount = _amount(value)
    if amount <= 0:
        raise Refused("amount_not_positive", "Kwota musi być większa od zera.", mend="Popraw przypis.")
    return amount


def _paid(value: str) -> Decimal:
    amount = _amount(value) if value.strip() else NOTHING
    if amount < 0:
        raise Refused("paid_negative", "Wpłata nie może być ujemna.", mend="Podaj sumę wpłat jako liczbę dodatnią.")
    return amount


@lru_cache(maxsize=8192)
def _term(value: str) -> date:
    day = parse_date(value)
    if not 1990 <= day.year <= 2100:
        raise Refused("date_far", "Termin spoza lat 1990–2100.", mend="Popraw rok.")
    return day


def _kind(value: str, kinds: Collection[str]) -> str:
    code = value.strip().upper()
    if code in kinds:
        return code
    near = difflib.get_close_matches(code, kinds, n=2, cutoff=0.5)
    mend = f"Może chodzi o {' lub '.join(near)}?" if near else f"Dozwolone: {', '.join(sorted(kinds))}."
    raise Refused("kind_unknown", "Nieznany rodzaj należności.", mend=mend)


def read_row(
    line: int, cells: Mapping[str, str], *, kinds: Collection[str], on: date
) -> DueRow | tuple[RowProblem, ...]:
    """The checked row, or every fault that it has. *kinds* are the known codes, *on* is today."""
    readers: dict[str, Callable[[str], object]] = {
        "id": lambda value: _text("id", value),
        "identyfikator": lambda value: read_identity(value, on=on),
        "nazwa": lambda value: _text("nazwa", value),
        "rodzaj": lambda value: _kind(value, kinds),
        "tytul": lambda value: _text("tytul", value),
        "rok": lambda value: _whole_number(value, least=1990, most=on.year + 2, what="Rok"),
        "rata": lambda value: _whole_number(value, least=1, most=400, what="Numer raty"),
        "termin": _term,
        "kwota": _assessed,
        "zaplacono": _paid,
        "konto": parse_nrb,
    }
    return _read(line, cells, readers)


def _read(
    line: int, cells: Mapping[str, str], readers: Mapping[str, Callable[[str], object]]
) -> DueRow | tuple[RowProblem, ...]:
    values: list[object] = []
    problems = []
    for column, reader in readers.items():
        cell = cells[column]
        try:
            if CONTROL.search(cell):
                raise Refused("control_character", "Niedozwolony znak sterujący.", mend="Usuń go.")
            values.append(reader(cell))
        except Refused as refusal:
            shown = mask_number(cell.strip()) if column == "identyfikator" else CONTROL.sub("�", cell.strip())
            problems.append(RowProblem(line, column, shown[:200], str(refusal)))
    if problems:
        return tuple(problems)
    row = DueRow(line, *values)  # type: ignore[arg-type]
    if row.paid > row.amount:
        return (
            RowProblem(
                line,
                "zaplacono",
                cells["zaplacono"].strip()[:200],
                "Wpłata jest większa niż kwota należności. Nadpłatę wykaż w systemie źródłowym osobno.",
            ),
        )
    return row
