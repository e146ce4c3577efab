"""What one import did: the dues it made and changed, a page at a time, and its rejected rows to be mended."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef

from core.dates import format_date_short
from core.money import format_pln
from core.nrb import format_nrb
from liabilities.due_row import COLUMNS, EXTRAS, NEUTRAL
from liabilities.dues_formats import BASE, JOINT, OPTIONAL, POLISH
from liabilities.models import ImportChange, ImportRun, Instalment, RejectedRow

PAGE = 50
NAMES = {
    "external_id": "klucz",
    "title": "tytuł",
    "year": "rok",
    "due_on": "termin",
    "payable_by": "płatne do",
    "account": "rachunek",
    "assessed": "przypis",
    "source_assessed": "przypis według systemu",
    "source_paid": "wpłacono według systemu",
    "version": "wersja",
    "is_annulled": "anulowana",
    "source_interest": "odsetki według systemu",
    "source_interest_on": "odsetki na dzień",
    "decision_no": "numer decyzji",
    "decision_served_on": "decyzję doręczono",
}
MONEY = frozenset({"assessed", "source_assessed", "source_paid", "source_interest"})
DAYS = frozenset({"due_on", "payable_by", "source_interest_on", "decision_served_on"})
PESEL, NIP = 11, 10  # digits


@dataclass(frozen=True)
class Difference:
    """One column of one instalment, before and after; '–' where nothing stood."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class ChangedDue:
    """An instalment that an import made (without differences) or changed."""

    instalment: Instalment
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class HistoryPage:
    """A page of them in the order of their keys; `next_from` is where the next one begins, 0 for none."""

    dues: tuple[ChangedDue, ...]
    next_from: int


def made_in(run: ImportRun, *, after: int = 0) -> HistoryPage:
    """The instalments that *run* made, with keys above *after*."""
    made = Exists(ImportRun.objects.filter(pk=run.pk, made__holds=OuterRef("pk")))
    found = Instalment.objects.filter(made, source=run.source, pk__gt=after)
    rows = list(found.select_related("liability__payer", "liability__kind").order_by("pk")[: PAGE + 1])
    return _page([ChangedDue(due) for due in rows])


def changed_in(run: ImportRun, *, after: int = 0) -> HistoryPage:
    """The instalments that *run* changed, with keys above *after*, and what of them."""
    found = ImportChange.objects.filter(run=run, instalment_id__gt=after).order_by("instalment_id")
    rows = found.select_related("instalment__liability__payer", "instalment__liability__kind")[: PAGE + 1]
    return _page([ChangedDue(row.instalment, _differences(row.before, row.after)) for row in rows])


def _page(dues: Sequence[ChangedDue]) -> HistoryPage:
    shown = tuple(dues[:PAGE])
    return HistoryPage(shown, shown[-1].instalment.pk if len(dues) > PAGE else 0)


def _differences(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Difference, ...]:
    return tuple(
        Difference(name, _shown(key, before.get(key)), _shown(key, after.get(key)))
        for key, name in NAMES.items()
        if before.get(key) != after.get(key)
    )


def _shown(key: str, value: object) -> str:
    if value is None or value == "":
        return "–"
    if key in MONEY:
        return format_pln(Decimal(str(value)))
    if key in DAYS:
        return format_date_short(date.fromisoformat(str(value)))
    if key == "account":
        return format_nrb(str(value))
    if isinstance(value, bool):
        return "tak" if value else "nie"
    return str(value)


def rows_to_mend(run: ImportRun) -> Iterator[Sequence[str]]:
    """The rejected rows of *run* as a file to mend and to read again: a header, then each row with what is wrong.

    The last two columns, `wiersz` and `co_poprawic`, are passed over by an import.
    """
    columns = COLUMNS if run.layout == POLISH else (*BASE, *OPTIONAL)
    yield [*columns, "wiersz", "co_poprawic"]
    words: dict[int, list[str]] = {}
    for line, column, message in run.problems.order_by("line", "pk").values_list("line", "column", "message"):
        words.setdefault(line, []).append(f"{column}: {message}" if column else message)
    for row in RejectedRow.objects.filter(run=run).order_by("line").iterator(chunk_size=1_000):
        cells = json.loads(row.cells)
        if run.layout != POLISH:
            cells = _by_name(cells)
        yield [*cells, str(row.line), " ".join(words.pop(row.line, []))]
    for line, left in words.items():  # rows of which nothing could be read
        yield [*("" for _ in columns), str(line), " ".join(left)]


def _by_name(cells: Sequence[str]) -> list[str]:
    """A neutral row's cells in the order in which its file names them."""
    said = dict(zip((*NEUTRAL, *EXTRAS, JOINT), cells, strict=False))  # a co-owner's row has one more
    number = said.pop("pesel|nip|regon")
    digits = sum(sign.isdigit() for sign in number)
    said["pesel" if digits == PESEL else "nip" if digits == NIP else "regon"] = number
    return [said.get(name, "") for name in (*BASE, *OPTIONAL)]
