"""The set-based half of an import: temporary tables of checked rows, and statements that bring them into the ledger.

Everything runs inside the caller's transaction; the tables are gone at its end. New rows and rows that change what is
known go two ways:

- New rows get their keys beforehand; their entries go into the ledger first and their instalments after them, with the
  sums of these entries. So the trigger that keeps the sums finds nothing to do: a third of a first import's time. They
  go in by slices, and the keys that they name are checked slice by slice, so that the server needs little memory.
- Rows that differ from what is known are locked first (liabilities/locking.py), then judged, then entered; the trigger
  keeps their sums as it always does.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from core.bulk import copy_lines, copy_rows
from core.errors import Refused
from liabilities import staging_sql
from liabilities.locking import lock_named_by

SLICE = 100_000
FROM_MANY = 10_000
FEWEST_TWINS = 10
RENUMBERED = (
    "{twins} z {fresh} nowych wierszy to raty, które znamy pod innymi kluczami (ten sam płatnik, rodzaj, rok, tytuł, "
    "rata, termin i kwota), a ich dotychczasowych kluczy w pliku nie ma. Wygląda na to, że system źródłowy nadał "
    "kluczom nowe numery; wczytanie zdwoiłoby te należności. Nic nie zmieniono."
)


@dataclass(frozen=True)
class Telling:
    """Of whom and when a file tells: its source, the moment that it knew, whether its layout is the neutral one.

    `heard` is the moment by which it took over what the portal entered, by its own word if it `tells`; else it may not
    have for as long as `unsure` before. With `postings` it booked the exports up to that number, whatever the moment.
    `keys_changed` says that a person confirmed that the source gave its rows new keys.
    """

    source: str
    as_of: datetime
    on: date
    run: int
    is_neutral: bool
    heard: datetime
    unsure: timedelta
    tells: bool
    postings: int | None = None
    keys_changed: bool = False


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A row that would rewrite history: its line, the column to blame and what stands there («» for a number)."""

    line: int
    column: str
    value: str


@dataclass(frozen=True)
class Repeated:
    """A row whose key stands further up: its line, the key, the first line, its due in złoty."""

    line: int
    external_id: str
    first: int
    amount: Decimal


@dataclass(frozen=True)
class Applied:
    """How many rows made an instalment, changed one; which were refused; which known ones are now paid whole."""

    created: int
    updated: int
    rewrites: tuple[Rewrite, ...]
    closed: tuple[int, ...]
    missing: int = 0


def begin() -> None:
    """Make the temporary tables."""
    with connection.cursor() as cursor:
        cursor.execute(staging_sql.TABLES)


def stage(lines: Iterable[str], *, is_neutral: bool) -> None:
    """Put checked rows into the temporary table: lines in COPY's format, the cells of COLUMNS and the payer's number.

    In the neutral layout those of EXTRAS stand between.
    """
    extras = staging_sql.EXTRAS if is_neutral else ()
    copy_lines("due_row", (*staging_sql.COLUMNS, *extras, "payer_no"), lines)


def stage_payers(payers: Mapping[int, int]) -> None:
    """Say which payer each `payer_no` of the staged rows is."""
    copy_rows("due_payer", ("payer_no", "payer_id"), payers.items())


def stage_refused(keys: Collection[str]) -> None:
    """Say which keys the file named in rows that did not go in: they are not missing from it."""
    copy_rows("due_refused", ("external_id",), ((key,) for key in keys))


def drop_repeated() -> list[Repeated]:
    """Take out every row whose key stands further up."""
    with connection.cursor() as cursor:
        cursor.execute(staging_sql.REPEATED)
        return [Repeated(*row) for row in cursor.fetchall()]


def staged_total() -> Decimal:
    """What the staged rows add up to, in złoty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(sum(amount), 0) FROM due_row")
        return Decimal(cursor.fetchone()[0])


def lines_of(payer_nos: Collection[int]) -> list[int]:
    """The lines of the staged rows of these payers."""
    if not payer_nos:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT line FROM due_row WHERE payer_no = ANY(%s) ORDER BY line", [list(payer_nos)])
        return [line for (line,) in cursor.fetchall()]


def apply(telling: Telling, *, is_full: bool) -> Applied:
    """Bring the staged rows into liabilities, instalments and the ledger; rows that would rewrite history stay out.

    Of a full file (*is_full*) the open instalments that it does not name are listed for a decision.
    Raises Refused `keys_renumbered` when the source seems to have given its rows new keys.
    """
    values: dict[str, Any] = {
        "source": telling.source,
        "as_of": telling.as_of,
        "heard": telling.heard,
        "unsure": telling.unsure,
        "tells": telling.tells,
        "postings": telling.postings,
        "on": telling.on,
        "run": telling.run,
        "reference": f"import:{telling.run}",
        "neutral": telling.is_neutral,
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE due_row (payer_no, external_id), due_payer (payer_no)")
        cursor.execute(staging_sql.LATER, values)
        values["later"] = cursor.fetchone()[0]
        first, last = _new(cursor, values, telling)
        cursor.execute(staging_sql.OTHER, values)
        # However the planner errs about the ledger's tables, it never has to search this one row by row.
        cursor.execute("CREATE INDEX ON due_other (id); ANALYZE due_other (id, owner_id, payer_id)")
        touched = lock_named_by("due_other")
        cursor.execute(staging_sql.VERDICT, values)
        cursor.execute("ANALYZE due_new (id, payer_id, kind_id, year)")
        cursor.execute("ANALYZE due_verdict (id, payer_id, blame, changes, annuls)")
        cursor.execute(staging_sql.LIABILITIES, values)
        created = _enter_new(cursor, values, first, last)
        _join_sets(cursor, is_large=touched >= FROM_MANY)
        updated, closed, rewrites = _enter_other(cursor, values) if touched else (0, [], ())
        _join_sets(cursor, is_large=False)
        cursor.execute(staging_sql.RUN, values)
        missing = 0
        if is_full:
            cursor.execute(staging_sql.MISSING, values)
            missing = cursor.rowcount
        cursor.execute(staging_sql.CAME_BACK, values)
    return Applied(created, updated, rewrites, tuple(closed), missing)


def _new(cursor: Any, values: dict[str, Any], telling: Telling) -> tuple[int, int]:
    """Tell the new rows apart and give them keys; returns the first and the last key."""
    cursor.execute(staging_sql.KEYS)
    values["keys"] = cursor.fetchone()[0]
    cursor.execute(staging_sql.NEW, values)
    cursor.execute("SELECT count(*), COALESCE(min(id), 0), COALESCE(max(id), -1) FROM due_new")
    count, first, last = cursor.fetchone()
    if count < FEWEST_TWINS:
        return first, last
    cursor.execute("SELECT EXISTS (SELECT FROM liabilities_instalment WHERE source = %(source)s)", values)
    if not cursor.fetchone()[0]:
        return first, last
    cursor.execute("ANALYZE due_new (payer_id, kind_id, year)")
    cursor.execute(staging_sql.TWINS, values)
    cursor.execute("SELECT count(*) FROM due_twin")
    twins = cursor.fetchone()[0]
    if twins < FEWEST_TWINS or twins * 2 < count:
        return first, last
    if not telling.keys_changed:
        raise Refused(
            "keys_renumbered",
            RENUMBERED.format(twins=twins, fresh=count),
            mend="Sprawdź eksport. Jeśli klucze zmieniono celowo, potwierdź zmianę kluczy: raty dostaną nowe klucze.",
        )
    cursor.execute(staging_sql.REKEYED, values)
    cursor.execute(staging_sql.NEW, values)
    cursor.execute("SELECT COALESCE(min(id), 0), COALESCE(max(id), -1) FROM due_new")
    again: tuple[int, int] = cursor.fetchone()
    return again


def _enter_new(cursor: Any, values: dict[str, Any], first: int, last: int) -> int:
    created = 0
    if last - first >= SLICE:
        cursor.execute("CREATE INDEX ON due_new (id)")
    _join_sets(cursor, is_large=last - first >= FROM_MANY)
    for start in range(first, last + 1, SLICE):
        part = {**values, "first": start, "last": start + SLICE - 1}
        cursor.execute(staging_sql.NEW_ENTRIES, part)
        cursor.execute(staging_sql.NEW_INSTALMENTS, part)
        created += cursor.rowcount
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    _join_sets(cursor, is_large=False)
    return created


def _join_sets(cursor: Any, *, is_large: bool) -> None:
    """Of large sets the planner knows too little and would join row with row: let it join them whole."""
    cursor.execute(f"SET LOCAL enable_nestloop = {'off' if is_large else 'on'}")


def _enter_other(cursor: Any, values: dict[str, Any]) -> tuple[int, list[int], tuple[Rewrite, ...]]:
    """Enter the rows that differ from what is known: how many changed, which are paid whole now, what was refused."""
    cursor.execute(staging_sql.OTHER_ENTRIES, values)
    cursor.execute(staging_sql.ANNULLED_ENTRIES, values)
    updated, closed = 0, []
    for statement in (staging_sql.ANNULLED_INSTALMENTS, staging_sql.OTHER_INSTALMENTS):
        ((count, keys),) = _returned(cursor, statement, values)
        updated += count
        closed += keys
    cursor.execute(staging_sql.CHANGES, values)
    cursor.execute(staging_sql.BEARERS)
    cursor.execute(staging_sql.EMPTIED_LIABILITIES)
    return updated, closed, tuple(Rewrite(*row) for row in _returned(cursor, staging_sql.REWRITES, values))


def _returned(cursor: Any, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    cursor.execute(statement, values)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def outcomes() -> dict[int, str]:
    """What came of each staged row that was new or differed, by its line, in the import that was just applied."""
    with connection.cursor() as cursor:
        cursor.execute(staging_sql.OUTCOMES)
        return dict(cursor.fetchall())


def analyze() -> None:
    """Tell the planner at once what a large import changed: by guesses, it would read a whole table for one payer."""
    with connection.cursor() as cursor:
        cursor.execute(staging_sql.ANALYZE)
