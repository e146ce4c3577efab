"""A dues file into the ledger: read, check, stage, apply; good rows go in beside bad ones (docs/formats/dues.md)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import BinaryIO

from django.db import connection, transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from liabilities import staging
from liabilities.actions import about_instalment
from liabilities.control_record import Control
from liabilities.due_row import RowProblem
from liabilities.dues_formats import DuesFile, SentRows
from liabilities.models import DueSource, ImportKind, ImportProblem, ImportRun
from liabilities.plan import PORTAL_SOURCE
from liabilities.posting_export import check_given_out
from liabilities.reading import Reading
from notifications.actions import withdraw_messages

ANOTHER_ID = "Nadaj nowej należności nowy klucz."
REWRITES = {
    "identyfikator": f"Ten klucz (id) należał dotąd do innego płatnika. {ANOTHER_ID}",
    "rodzaj": f"Ten klucz (id) miał dotąd inny rodzaj należności. {ANOTHER_ID}",
    "rata": f"Ten klucz (id) miał dotąd inny numer raty. {ANOTHER_ID}",
    "kwota": "Kwota jest mniejsza niż to, co już wpłacono: zmieniłaby historię. Zwrot lub nadpłatę wykaż osobno.",
    "zaplacono": "Wpłata jest mniejsza niż podana wcześniej: zmieniłaby historię. Wycofanie wpłaty wykaż jako storno.",
    "version": "Treść wiersza jest inna, a jego wersja ta sama. Podnieś wersję z każdą zmianą.",
    "status": (
        "Na tej racie zaksięgowano w portalu wpłatę, odpis lub koszty albo nadpłatę z importu: nie można jej anulować. "
        "Najpierw wystornuj lub przeksięguj te wpisy."
    ),
}
WITHDRAWN_AT_ONCE = 5_000
ANALYZED_FROM = 1_000
MOST_TOLD = 10_000
EARLIEST = 1990


@dataclass(frozen=True)
class ImportReport:
    """What came of a file. `accepted` = created + updated + unchanged; with `rejected` it makes `rows`.

    `errors` holds the first 10,000 faults; all of them are kept with the run. `missing` counts open instalments that a
    full file does not name. `outcomes` says what came of single rows, where that was asked for. A preview has no
    `run_id`.
    """

    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    errors: tuple[RowProblem, ...]
    run_id: int | None
    missing: int = 0
    outcomes: dict[int, str] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        """Rows that went in or were known already."""
        return self.rows - self.rejected


@dataclass(frozen=True)
class HowToImport:
    """What the caller knows beside the file.

    `kind` says what it holds where its control record does not; `keys_changed` that a person confirmed new keys;
    `waits` whether to wait for another import of the same source; `tells_rows` whether to say what came of each row.
    """

    kind: str = ImportKind.DELTA
    keys_changed: bool = False
    waits: bool = True
    tells_rows: bool = False


DEFAULT = HowToImport()


def import_dues(
    content: bytes | BinaryIO | DuesFile | SentRows,
    *,
    file_name: str,
    source: str,
    as_of: datetime,
    on: date,
    by: Actor,
    at: datetime | None = None,
    how: HowToImport = DEFAULT,
) -> ImportReport:
    """Apply a dues file that *source* knew *as_of* a moment; *on* is today, *at* the moment of the import.

    All good rows go in by one transaction, each bad row is kept with its line, column and reason. The same file again
    changes nothing. Rows older than what is known of their instalment are passed over as unchanged. What the source
    says was paid is booked *as_of*: so a later file counts it as known, and payments made here after that moment stay
    on top of it. Imports of one source wait for each other. An import that is killed leaves nothing.
    Raises Refused for a file that is none or is not whole (liabilities/dues_formats.py, control_record.py: nothing
    changes), `as_of_future`, `as_of_far`, `control_missing`, `import_running`, `keys_renumbered`.
    """
    if source == PORTAL_SOURCE:
        raise Refused("source_reserved", f"Nazwa {PORTAL_SOURCE} jest zajęta.", mend="Nazwij system źródłowy inaczej.")
    if as_of.year < EARLIEST:
        raise Refused("as_of_far", "Stan na (--as-of) leży w zbyt dawnej przeszłości.", mend="Popraw rok.")
    if timezone.localdate(as_of) > on or (at is not None and as_of > at):
        raise Refused("as_of_future", "Stan na (--as-of) leży w przyszłości.", mend="Podaj chwilę, z której są dane.")
    file = content if isinstance(content, DuesFile | SentRows) else DuesFile(content)
    _check_control(file, source)
    with transaction.atomic():
        take_turn(source, waits=how.waits)
        run = ImportRun.objects.create(
            source=source,
            file_name=file_name[-200:],
            file_sha256=file.sha256,
            kind=file.control.kind or how.kind,
            layout=file.layout,
            as_of=as_of,
            ran_by_id=by.account_id,
        )
        reading = Reading(file, run, on=on, by=by)
        reading.stage()
        telling = _telling(run, file.control, is_neutral=reading.is_neutral, keys_changed=how.keys_changed)
        applied = staging.apply(telling, is_full=run.kind == ImportKind.FULL)
        reading.refuse(applied.rewrites, REWRITES)
        reading.join()
        report = _finish(run, reading, applied)
        if how.tells_rows:
            report = replace(report, outcomes=staging.outcomes())
        _withdraw(applied.closed, at=at or as_of)
        audit.record(
            "import_dues", f"import:{run.pk}", by=by, source=source, rows=report.rows, rejected=report.rejected
        )
    if report.created + report.updated >= ANALYZED_FROM:
        staging.analyze()
    return report


def preview_dues(
    content: bytes | BinaryIO,
    *,
    file_name: str,
    source: str,
    as_of: datetime,
    on: date,
    by: Actor,
    at: datetime | None = None,
    how: HowToImport = DEFAULT,
) -> ImportReport:
    """What `import_dues` would do: it is done, counted and rolled back."""
    with transaction.atomic():
        report = import_dues(content, file_name=file_name, source=source, as_of=as_of, on=on, by=by, at=at, how=how)
        transaction.set_rollback(True)
    return replace(report, run_id=None)


def _telling(run: ImportRun, control: Control, *, is_neutral: bool, keys_changed: bool) -> staging.Telling:
    """What the file tells of; one that does not say how far its source heard of the portal heard all by its moment,
    but of what was undone in the days that were agreed perhaps not yet.
    """
    agreed = DueSource.objects.filter(pk=run.source).first() or DueSource(name=run.source)
    if control.postings is not None:
        check_given_out(control.postings)
    return staging.Telling(
        source=run.source,
        as_of=run.as_of,
        on=timezone.localdate(run.as_of),
        run=run.pk,
        is_neutral=is_neutral,
        heard=min(run.as_of, control.posted_until or run.as_of),
        unsure=timedelta(days=agreed.posts_within),
        tells=control.posted_until is not None or control.postings is not None,
        postings=control.postings,
        keys_changed=keys_changed,
    )


def _check_control(file: DuesFile | SentRows, source: str) -> None:
    agreed = DueSource.objects.filter(pk=source, needs_control=True).exists()
    if agreed and (file.control.rows is None or file.control.total is None):
        raise Refused(
            "control_missing",
            "Z tym systemem uzgodniono rekord kontrolny, a plik go nie ma: mógł zostać ucięty. Nic nie wczytano.",
            mend="Wyeksportuj plik jeszcze raz, razem z rekordem kontrolnym (rows, sum_gr).",
        )


def take_turn(source: str, *, waits: bool) -> None:
    """Imports of one source go one after another, until the transaction ends; raises Refused `import_running`."""
    name = f"import_dues {source}"
    with connection.cursor() as cursor:
        if waits:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
            return
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        if not cursor.fetchone()[0]:
            raise Refused(
                "import_running",
                f"Właśnie trwa inny import z systemu „{source}”. Nic nie wczytano.",
                mend="Spróbuj za chwilę.",
            )


def _finish(run: ImportRun, reading: Reading, applied: staging.Applied) -> ImportReport:
    run.rows, run.rejected = reading.count, reading.rejected
    run.created, run.updated = applied.created, applied.updated
    run.unchanged = run.rows - run.rejected - run.created - run.updated
    run.save(update_fields=["rows", "created", "updated", "unchanged", "rejected"])
    problems = ImportProblem.objects.filter(run=run).order_by("line", "pk")
    told = problems.values_list("line", "column", "value", "message")[:MOST_TOLD]
    errors = tuple(RowProblem(*problem) for problem in told)
    counts = (run.rows, run.created, run.updated, run.unchanged, run.rejected)
    return ImportReport(*counts, errors, run.pk, applied.missing)


def _withdraw(closed: Sequence[int], *, at: datetime) -> None:
    for start in range(0, len(closed), WITHDRAWN_AT_ONCE):
        about = [about_instalment(key) for key in closed[start : start + WITHDRAWN_AT_ONCE]]
        withdraw_messages(about=about, reason="należność opłacona", at=at)
