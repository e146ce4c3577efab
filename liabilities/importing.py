"""A dues file into the ledger: read, check, stage, apply; good rows go in beside bad ones (docs/formats/dues.md)."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.bulk import copy_rows
from core.csvfile import read_rows
from core.errors import Refused
from liabilities import staging
from liabilities.actions import about_instalment
from liabilities.due_row import COLUMNS, DueRow, RowProblem, RowReader
from liabilities.figures import figures
from liabilities.models import DueKind, ImportProblem, ImportRun
from liabilities.regimes import Regime
from notifications.actions import withdraw_messages
from residents.actions import register_payers
from residents.identity import IdentityNumber, mask_number

WIDTH = "Wiersz ma inną liczbę kolumn niż nagłówek. Sprawdź średniki i cudzysłowy."
REPEATED = (
    "Ten klucz (id) powtarza się w pliku; wczytano tylko pierwszy wiersz, {first}. Nadaj każdej racie własny klucz."
)
ANOTHER_ID = "Nadaj nowej należności nowy klucz."
REWRITES = {
    "identyfikator": f"Ten klucz (id) należał dotąd do innego płatnika. {ANOTHER_ID}",
    "rodzaj": f"Ten klucz (id) miał dotąd inny rodzaj należności. {ANOTHER_ID}",
    "rata": f"Ten klucz (id) miał dotąd inny numer raty. {ANOTHER_ID}",
    "kwota": "Kwota jest mniejsza niż to, co już wpłacono: zmieniłaby historię. Zwrot lub nadpłatę wykaż osobno.",
    "zaplacono": "Wpłata jest mniejsza niż podana wcześniej: zmieniłaby historię. Wycofanie wpłaty wykaż jako storno.",
}
STRANGER = "Nikt w rejestrze nie ma tego numeru nadanego przez gminę. Zarejestruj najpierw tę osobę."
WITHDRAWN_AT_ONCE = 5_000
ANALYZED_FROM = 1_000
EARLIEST = 1990


@dataclass(frozen=True)
class ImportReport:
    """What came of a file. `accepted` = created + updated + unchanged; with `rejected` it makes `rows`.

    A preview has no `run_id`.
    """

    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    errors: tuple[RowProblem, ...]
    run_id: int | None

    @property
    def accepted(self) -> int:
        """Rows that went in or were known already."""
        return self.rows - self.rejected


def import_dues(
    content: bytes, *, file_name: str, source: str, as_of: datetime, on: date, by: Actor, at: datetime | None = None
) -> ImportReport:
    """Apply a dues file that *source* knew *as_of* a moment; *on* is today, *at* the moment of the import.

    All good rows go in by one transaction, each bad row is kept as ImportProblem with its line, column and reason. The
    same file again changes nothing. Rows older than what is known of their instalment are passed over as unchanged.
    What the source says was paid is booked *as_of*: so a later file counts it as known, and payments made here after
    that moment stay on top of it. Imports of one source wait for each other.
    Raises Refused for a file that is none (core/csvfile.py: nothing changes), `as_of_future` and `as_of_far`.
    """
    if as_of.year < EARLIEST:
        raise Refused("as_of_far", "Stan na (--as-of) leży w zbyt dawnej przeszłości.", mend="Popraw rok.")
    if timezone.localdate(as_of) > on or (at is not None and as_of > at):
        raise Refused("as_of_future", "Stan na (--as-of) leży w przyszłości.", mend="Podaj chwilę, z której są dane.")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import_dues {source}"])
        reading = _Reading(content, on)
        staging.stage(reading.rows())
        numbers = reading.payer_numbers
        payers = register_payers(reading.names, by=by)
        staging.stage_payers({payer_no: payers[number] for number, payer_no in numbers.items() if number in payers})
        reading.refuse_strangers(numbers.keys() - payers.keys())
        run = ImportRun.objects.create(
            source=source,
            file_name=file_name[-200:],
            file_sha256=hashlib.sha256(content).hexdigest(),
            as_of=as_of,
            ran_by_id=by.account_id,
        )
        applied = staging.apply(source=source, as_of=as_of, on=timezone.localdate(as_of), run=run.pk)
        reading.refuse(applied.rewrites)
        report = _finish(run, reading, applied)
        _withdraw(applied.closed, at=at or as_of)
        audit.record(
            "import_dues", f"import:{run.pk}", by=by, source=source, rows=report.rows, rejected=report.rejected
        )
    if report.created + report.updated >= ANALYZED_FROM:
        staging.analyze()
    return report


def preview_dues(
    content: bytes, *, file_name: str, source: str, as_of: datetime, on: date, by: Actor, at: datetime | None = None
) -> ImportReport:
    """What `import_dues` would do: it is done, counted and rolled back."""
    with transaction.atomic():
        report = import_dues(content, file_name=file_name, source=source, as_of=as_of, on=on, by=by, at=at)
        transaction.set_rollback(True)
    return replace(report, run_id=None)


class _Reading:
    """One pass over a file: good rows on their way to the staging table, bad ones kept, payers counted."""

    def __init__(self, content: bytes, on: date) -> None:
        self.count = 0
        self.problems: dict[int, tuple[RowProblem, ...]] = {}
        self.payer_numbers: dict[IdentityNumber, int] = {}
        self.names: dict[IdentityNumber, str] = {}
        self._lines = read_rows(content, COLUMNS)
        self._regimes = {code: Regime(regime) for code, regime in DueKind.objects.values_list("code", "regime")}
        self._reader = RowReader(kinds=self._regimes, on=on)
        self._first_lines: dict[str, int] = {}
        self._moved: dict[tuple[date, str], date] = {}
        self._law = figures()

    def rows(self) -> Iterator[Sequence[object]]:
        """The good rows, with the cells of staging.COLUMNS."""
        read, first_lines = self._reader.read, self._first_lines
        for line, cells in self._lines:
            self.count += 1
            if cells is None:
                self.problems[line] = (RowProblem(line, "", "", WIDTH),)
                continue
            row = read(line, cells)
            if not isinstance(row, DueRow):
                self.problems[line] = row
            elif (first := first_lines.setdefault(row.external_id, line)) != line:
                self.problems[line] = (RowProblem(line, "id", row.external_id, REPEATED.format(first=first)),)
            else:
                yield self._staged(row)

    def _staged(self, row: DueRow) -> Sequence[object]:
        line, external_id, identity, name, kind_code, title, year, number, due_on, amount, paid, account = row
        payer_no = self.payer_numbers.get(identity)
        if payer_no is None:
            payer_no = self.payer_numbers[identity] = len(self.payer_numbers)
            self.names[identity] = name
        payable_by = self._moved.get((due_on, kind_code))
        if payable_by is None:
            payable_by = self._law.moved(due_on, regime=self._regimes[kind_code]).payable_by
            self._moved[due_on, kind_code] = payable_by
        return line, external_id, payer_no, kind_code, title, year, number, due_on, payable_by, amount, paid, account

    def refuse_strangers(self, numbers: Collection[IdentityNumber]) -> None:
        """Keep the rows of numbers that the town gave to nobody: a payer needs more than such a number."""
        bearers = {self.payer_numbers[number]: number for number in numbers}
        for line, payer_no in staging.lines_of(bearers):
            value = mask_number(bearers[payer_no].value)
            self.problems[line] = (RowProblem(line, "identyfikator", value, STRANGER),)

    def refuse(self, rewrites: Sequence[staging.Rewrite]) -> None:
        """Keep rows that the ledger refused among the problems."""
        bearers = {payer_no: number for number, payer_no in self.payer_numbers.items()} if rewrites else {}
        for row in rewrites:
            value = mask_number(bearers[row.payer_no].value) if row.column == "identyfikator" else row.value
            self.problems[row.line] = (RowProblem(row.line, row.column, value, REWRITES[row.column]),)


def _finish(run: ImportRun, reading: _Reading, applied: staging.Applied) -> ImportReport:
    errors = tuple(problem for line in sorted(reading.problems) for problem in reading.problems[line])
    run.rows, run.rejected = reading.count, len(reading.problems)
    run.created, run.updated = applied.created, applied.updated
    run.unchanged = run.rows - run.rejected - run.created - run.updated
    run.save(update_fields=["rows", "created", "updated", "unchanged", "rejected"])
    copy_rows(
        ImportProblem._meta.db_table,
        ("run_id", "line", "column", "value", "message"),
        ((run.pk, error.line, error.column, error.value, error.message[:500]) for error in errors),
    )
    return ImportReport(run.rows, run.created, run.updated, run.unchanged, run.rejected, errors, run.pk)


def _withdraw(closed: Sequence[int], *, at: datetime) -> None:
    for start in range(0, len(closed), WITHDRAWN_AT_ONCE):
        about = [about_instalment(key) for key in closed[start : start + WITHDRAWN_AT_ONCE]]
        withdraw_messages(about=about, reason="należność opłacona", at=at)
