"""One pass over a dues file: good rows into the staging table, bad ones kept as they came, payers registered."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice

from core.actor import Actor
from core.bulk import copy_rows
from core.encryption import seal
from core.errors import Refused
from liabilities import staging
from liabilities.control_record import check_rows, check_total
from liabilities.due_row import KEYS, RowProblem, RowReader, shown
from liabilities.dues_formats import POLISH, CoOwner, DuesFile, Row, RowFault, SentRows
from liabilities.figures import figures
from liabilities.joint_rows import STRANGER, JointRows
from liabilities.models import DueKind, DueSource, ImportProblem, ImportRun, InterestBy, RejectedRow
from liabilities.regimes import Regime
from liabilities.row_lines import RowLines
from residents.actions import register_payers
from residents.identity import IdentityNumber

AT_ONCE = 20_000
REPEATED = (
    "Ten klucz (id) powtarza się w pliku; wczytano tylko pierwszy wiersz, {first}. Nadaj każdej racie własny klucz."
)
NOTHING = Decimal(0)
NUMBER = KEYS.index("identyfikator")
DUE = KEYS.index("kwota")


class Reading:
    """Reads *file* for *run*: counts its rows, keeps its faults, stages the rest."""

    def __init__(self, file: DuesFile | SentRows, run: ImportRun, *, on: date, by: Actor) -> None:
        """What the rows are judged by."""
        self.count = self.rejected = 0
        self._file, self._run, self._by = file, run, by
        source = DueSource.objects.filter(pk=run.source).first()
        self._regimes = {code: Regime(regime) for code, regime in DueKind.objects.values_list("code", "regime")}
        self.is_neutral = file.layout != POLISH
        self._reader = RowReader(kinds=self._regimes, on=on, source=run.source if self.is_neutral else None)
        self._law = figures()
        tells_interest = source is not None and source.interest_by == InterestBy.SOURCE
        self._lines = RowLines(self._reader, moved=self._moved, tells_interest=tells_interest)
        self._joint = JointRows(self._reader)
        self._strangers: list[int] = []
        self._problems: list[RowProblem] = []
        self._rejects: dict[int, Sequence[str]] = {}
        self._refused_total: Decimal | None = NOTHING

    def _moved(self, due_on: date, kind_code: str) -> date:
        return self._law.moved(due_on, regime=self._regimes[kind_code]).payable_by

    def stage(self) -> None:
        """Read the whole file. Raises Refused for one that breaks off, or is not what its control record says."""
        staging.begin()
        rows = self._file.rows()
        while some := list(islice(rows, AT_ONCE)):
            staging.stage(self._good(some), is_neutral=self.is_neutral)
            self._register()
            self._keep()
        check_rows(self._file.control, rows=self.count)
        if self._refused_total is not None:
            check_total(self._file.control, total=staging.staged_total() + self._refused_total)
        self._refuse_late(self._repeated() | self._unknown())

    def _good(self, rows: Iterable[Row]) -> Iterator[str]:
        make = self._lines.line
        for number, cells in rows:
            self.count += 1
            if isinstance(cells, RowFault):
                self._reject(number, (), (RowProblem(number, cells.column, cells.value, cells.message),))
                continue
            if isinstance(cells, CoOwner):
                self._reject_joint(number, cells, self._joint.read(number, cells))
                continue
            line = make(number, cells)
            if isinstance(line, str):
                yield line
            else:
                self._reject(number, cells, line)

    def _reject(self, number: int, cells: Sequence[str], problems: Iterable[RowProblem]) -> None:
        self.rejected += 1
        self._problems += problems
        if cells:
            self._rejects[number] = cells
        if self._refused_total is None:
            return
        try:
            self._refused_total += self._reader.known[DUE][cells[DUE]]
        except (Refused, IndexError):
            self._refused_total = None

    def _reject_joint(self, number: int, row: CoOwner, problems: Collection[RowProblem]) -> None:
        """Keep a co-owner's row that has faults; it bears no sum."""
        if problems:
            self.rejected += 1
            self._problems += problems
            self._rejects[number] = row.cells

    def join(self) -> None:
        """Once the dues are in: who else owes them, by the rows that say so."""
        self._refuse_late(self._joint.apply(self._run, by=self._by))

    def _register(self) -> None:
        """The payers of these rows, found or registered; a number that the town gave to nobody is a stranger's."""
        taken = self._lines.take_new_payers()
        names: dict[IdentityNumber, str] = {}
        for number, name in taken.values():
            names.setdefault(number, name)
        payers = register_payers(names, by=self._by)
        staging.stage_payers({place: payers[number] for place, (number, _) in taken.items() if number in payers})
        self._strangers += [place for place, (number, _) in taken.items() if number not in payers]

    def _keep(self) -> None:
        """Write down what was found wrong so far."""
        copy_rows(
            ImportProblem._meta.db_table,
            ("run_id", "line", "column", "value", "message"),
            ((self._run.pk, one.line, one.column, one.value, one.message[:500]) for one in self._problems),
        )
        copy_rows(
            RejectedRow._meta.db_table,
            ("run_id", "line", "cells"),
            (
                (self._run.pk, line, seal(json.dumps(list(cells), ensure_ascii=False)))
                for line, cells in self._rejects.items()
            ),
        )
        staging.stage_refused([cells[0].strip().replace("\x00", "")[:100] for cells in self._rejects.values()])
        self._problems, self._rejects = [], {}

    def _repeated(self) -> dict[int, tuple[str, str, str]]:
        return {one.line: ("id", one.external_id, REPEATED.format(first=one.first)) for one in staging.drop_repeated()}

    def _unknown(self) -> dict[int, tuple[str, str, str]]:
        return dict.fromkeys(staging.lines_of(self._strangers), ("identyfikator", "", STRANGER))

    def refuse(self, rewrites: Collection[staging.Rewrite], words: Mapping[str, str]) -> None:
        """Keep rows that the ledger refused among the rejected ones; *words* say why, by the column to blame."""
        self._refuse_late({row.line: (row.column, row.value, words[row.column]) for row in rewrites})

    def _refuse_late(self, found: Mapping[int, tuple[str, str, str]]) -> None:
        """Keep staged rows that were found wrong later: the file is read once more for what stands in them."""
        left = len(found)
        rows = self._file.rows() if left else iter(())
        for number, cells in rows:
            if number not in found or isinstance(cells, RowFault):
                continue
            column, value, message = found[number]
            if isinstance(cells, CoOwner):
                cells = cells.cells
            if column == "identyfikator":
                value = shown(column, cells[NUMBER])
            named = self._reader.columns[KEYS.index(column)]
            self.rejected += 1
            self._problems.append(RowProblem(number, named, value, message))
            self._rejects[number] = cells
            if len(self._rejects) >= AT_ONCE:
                self._keep()
            left -= 1
            if not left:
                break
        self._keep()
