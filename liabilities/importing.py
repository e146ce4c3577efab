"""A dues file into the ledger: good rows beside bad rows still go in (docs/formats/dues.md)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from core import audit
from core.actor import Actor
from core.csvfile import read_rows
from core.errors import Refused
from liabilities import staging
from liabilities.actions import about_instalment
from liabilities.due_row import COLUMNS, DueRow, RowProblem, read_row
from liabilities.models import DueKind, ImportProblem, ImportRun
from notifications.actions import withdraw_messages
from residents.actions import register_payers

WIDTH = "Wiersz ma inną liczbę kolumn niż nagłówek. Sprawdź średniki i cudzysłowy."
REPEATED = (
    "Ten klucz (id) powtarza się w pliku; wczytano tylko pierwszy wiersz, {first}. Nadaj każdej racie własny klucz."
)


@dataclass(frozen=True)
class ImportReport:
    """What came of a file. `accepted` = created + updated + unchanged; with `rejected` it makes `rows`."""

    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    errors: tuple[RowProblem, ...]
    run_id: int

    @property
    def accepted(self) -> int:
        """Rows that went in or were known already."""
        return self.rows - self.rejected


class _Preview(Exception):
    """Carries a preview's report out of the transaction that is rolled back."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__()
        self.report = report


def import_dues(
    content: bytes, *, file_name: str, source: str, as_of: datetime, on: date, by: Actor, at: datetime | None = None
) -> ImportReport:
    """Apply a dues file that *source* knew *as_of* a moment; *on* is today, *at* the moment of posting.

    All good rows go in by one transaction, each bad row is kept as ImportProblem with its line, column and reason. The
    same file again changes nothing. Rows older than what is known of their instalment are passed over as unchanged.
    Raises Refused for a file that is none (core/csvfile.py: nothing changes) and `as_of_future`.
    """
    if as_of.date() > on and (at is None or as_of > at):
        raise Refused("as_of_future", "Stan na (--as-of) leży w przyszłości.", mend="Podaj chwilę, z której są dane.")
    kinds = dict(DueKind.objects.values_list("code", "regime"))
    good, problems, rows = _read(content, kinds, on)
    with transaction.atomic():
        return _apply(
            good,
            problems,
            rows=rows,
            kinds=kinds,
            run=ImportRun(
                source=source,
                file_name=file_name[-200:],
                file_sha256=hashlib.sha256(content).hexdigest(),
                as_of=as_of,
                ran_by_id=by.account_id,
            ),
            by=by,
            at=at or as_of,
        )


def preview_dues(
    content: bytes, *, file_name: str, source: str, as_of: datetime, on: date, by: Actor, at: datetime | None = None
) -> ImportReport:
    """What `import_dues` would do, with nothing changed."""
    try:
        with transaction.atomic():
            raise _Preview(import_dues(content, file_name=file_name, source=source, as_of=as_of, on=on, by=by, at=at))
    except _Preview as preview:
        return preview.report


def _read(
    content: bytes, kinds: Mapping[str, str], on: date
) -> tuple[list[DueRow], dict[int, tuple[RowProblem, ...]], int]:
    good: list[DueRow] = []
    problems: dict[int, tuple[RowProblem, ...]] = {}
    first_lines: dict[str, int] = {}
    rows = 0
    for line, cells in read_rows(content, COLUMNS):
        rows += 1
        if cells is None:
            problems[line] = (RowProblem(line, "", "", WIDTH),)
            continue
        row = read_row(line, cells, kinds=kinds, on=on)
        if not isinstance(row, DueRow):
            problems[line] = row
        elif (first := first_lines.setdefault(row.external_id, line)) != line:
            problems[line] = (RowProblem(line, "id", row.external_id, REPEATED.format(first=first)),)
        else:
            good.append(row)
    return good, problems, rows


def _apply(
    good: list[DueRow],
    problems: dict[int, tuple[RowProblem, ...]],
    *,
    rows: int,
    kinds: Mapping[str, str],
    run: ImportRun,
    by: Actor,
    at: datetime,
) -> ImportReport:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import_dues {run.source}"])
    payers = register_payers({row.identity: row.name for row in good}, by=by)
    staging.stage(good, payers, kinds)
    for rewrite in staging.take_out_rewrites(source=run.source, as_of=run.as_of):
        problems[rewrite.line] = (RowProblem(rewrite.line, rewrite.column, rewrite.value, rewrite.message),)
    run.rows, run.rejected, run.unchanged = rows, len(problems), rows - len(problems)
    run.save()
    applied = staging.apply(source=run.source, as_of=run.as_of, run=run.pk, at=at)
    run.created, run.updated = applied.created, applied.updated
    run.unchanged = rows - len(problems) - applied.created - applied.updated
    run.save(update_fields=["created", "updated", "unchanged"])
    errors = tuple(problem for line in sorted(problems) for problem in problems[line])
    ImportProblem.objects.bulk_create(
        [ImportProblem(run=run, line=e.line, column=e.column, value=e.value, message=e.message) for e in errors],
        batch_size=2000,
    )
    withdraw_messages(about=[about_instalment(key) for key in applied.closed], reason="należność opłacona", at=at)
    audit.record("import_dues", f"import:{run.pk}", by=by, source=run.source, rows=rows, rejected=run.rejected)
    return ImportReport(rows, run.created, run.updated, run.unchanged, run.rejected, errors, run.pk)
