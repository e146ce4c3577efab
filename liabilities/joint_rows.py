"""Rows of a neutral file that say who else owes a due: its bearers become what the file says (docs/formats/dues.md)."""

from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from django.db.models import Exists, OuterRef

from core.actor import Actor
from core.errors import Refused
from liabilities.bearers import set_bearers
from liabilities.due_row import RowProblem, RowReader, shown
from liabilities.dues_formats import CoOwner
from liabilities.models import ImportRun, Instalment
from residents.actions import register_payers
from residents.identity import IdentityNumber

AT_ONCE = 5_000
REASON = "plik z systemu {source}, import {run}"
UNKNOWN = "Nie znamy należności o tym kluczu albo jej wiersz odrzucono. Popraw klucz albo najpierw tamten wiersz."
STRANGER = "Nikt w rejestrze nie ma tego numeru nadanego przez gminę. Zarejestruj najpierw tę osobę."


class JointRows:
    """Gathers them while a file is read, and applies them once its dues are in."""

    def __init__(self, reader: RowReader) -> None:
        """*reader* reads keys, numbers and names as it does in every row."""
        self._ids, self._numbers, self._names = reader.known[:3]
        self._columns = reader.columns
        self._rows: dict[int, tuple[str, IdentityNumber | None]] = {}
        self._people: dict[IdentityNumber, str] = {}

    def read(self, line: int, row: CoOwner) -> tuple[RowProblem, ...]:
        """Keep a row, or say every fault that it has."""
        problems, read = [], []
        wanted = [(self._ids, row.external_id, 0, "id")]
        if not row.is_nobody:
            wanted += [(self._numbers, row.number, 1, "identyfikator"), (self._names, row.name, 2, "nazwa")]
        for known, cell, place, key in wanted:
            try:
                read.append(known[cell])
            except Refused as refusal:
                problems.append(RowProblem(line, self._columns[place], shown(key, cell), str(refusal)))
        if problems:
            return tuple(problems)
        number = None if row.is_nobody else read[1]
        self._rows[line] = read[0], number
        if number is not None:
            self._people.setdefault(number, read[2])
        return ()

    def apply(self, run: ImportRun, *, by: Actor) -> dict[int, tuple[str, str, str]]:
        """Say of the liabilities that the rows name who else owes them; what an older file than others says is passed
        over. Returns the rows that could not be used: by line the column, what stands there, and why.
        """
        if not self._rows:
            return {}
        keys = {key for key, _ in self._rows.values()}
        known = dict(_batched_liabilities(run, keys, newest=False))
        fresh = dict(_batched_liabilities(run, keys, newest=True))
        payers = register_payers(self._people, by=by)
        refused: dict[int, tuple[str, str, str]] = {}
        bearers: dict[int, set[int]] = {}
        for line, (key, number) in self._rows.items():
            if key not in known:
                refused[line] = "id", shown("id", key), UNKNOWN
            elif number is not None and number not in payers:
                refused[line] = "identyfikator", "", STRANGER
            elif key in fresh:
                others = bearers.setdefault(fresh[key], set())
                if number is not None:
                    others.add(payers[number])
        _set(bearers, reason=REASON.format(source=run.source, run=run.pk), by=by)
        return refused


def _batched_liabilities(run: ImportRun, keys: Collection[str], *, newest: bool) -> Iterator[tuple[str, int]]:
    """Key and liability of those of the instalments that are known, or of which *run* is the newest word."""
    found = Instalment.objects.filter(source=run.source)
    if newest:
        later = ImportRun.objects.filter(source=run.source, as_of__gt=run.as_of, undone_at__isnull=True)
        found = found.filter(~Exists(later.filter(seen__holds=OuterRef("pk"))), as_of__lte=run.as_of)
    left = iter(sorted(keys))
    while some := list(islice(left, AT_ONCE)):
        yield from found.filter(external_id__in=some).values_list("external_id", "liability_id")


def _set(bearers: Mapping[int, Collection[int]], *, reason: str, by: Actor) -> None:
    left = iter(sorted(bearers))
    while some := list(islice(left, AT_ONCE)):
        set_bearers({liability: bearers[liability] for liability in some}, reason=reason, by=by)
