"""The set-based half of an import: temporary tables of checked rows, and statements that bring them into the ledger.

Everything runs inside the caller's transaction; the tables are gone at its end. New rows and rows that change what is
known go two ways:

- New rows get their keys beforehand; their entries go into the ledger first and their instalments after them, with the
  sums of these entries. So the trigger that keeps the sums finds nothing to do: a third of a first import's time.
- Rows that differ from what is known are locked first (liabilities/locking.py), then judged, then entered; the trigger
  keeps their sums as it always does.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from core.bulk import copy_rows
from liabilities.locking import lock_many

COLUMNS = (
    *("line", "external_id", "payer_no", "kind_id", "title", "year"),
    *("number", "due_on", "payable_by", "amount", "paid", "account"),
)
TABLES = """
DROP TABLE IF EXISTS due_row, due_payer, due_new, due_other, due_verdict;
CREATE TEMPORARY TABLE due_row (
    line integer, external_id varchar(64), payer_no integer, kind_id varchar(30), title varchar(200), year smallint,
    number smallint, due_on date, payable_by date, amount numeric(12,2), paid numeric(12,2), account varchar(26)
) ON COMMIT DROP;
CREATE TEMPORARY TABLE due_payer (payer_no integer, payer_id bigint) ON COMMIT DROP
"""
NEW = """
CREATE TEMPORARY TABLE due_new ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('liabilities_instalment', 'id')) AS id, fresh.* FROM (
    SELECT s.*, p.payer_id FROM due_row AS s JOIN due_payer AS p ON p.payer_no = s.payer_no
    WHERE NOT EXISTS (SELECT FROM liabilities_instalment AS i
        WHERE i.source = %(source)s AND i.external_id = s.external_id)
    ORDER BY s.line
) AS fresh
"""
OTHER = """
CREATE TEMPORARY TABLE due_other ON COMMIT DROP AS
SELECT s.*, p.payer_id, i.id, l.payer_id AS owner_id
FROM due_row AS s
JOIN due_payer AS p ON p.payer_no = s.payer_no
JOIN liabilities_instalment AS i ON i.source = %(source)s AND i.external_id = s.external_id
JOIN liabilities_liability AS l ON l.id = i.liability_id
WHERE i.as_of <= %(as_of)s
    AND ROW(l.payer_id, l.kind_id, l.title, l.year, i.number, i.due_on, i.payable_by, i.account, i.assessed,
        i.source_paid)
    <> ROW(p.payer_id, s.kind_id, s.title, s.year, s.number, s.due_on, s.payable_by, s.account, s.amount, s.paid)
"""
# `change` is of the assessment, against what the source assessed itself: a write-off made here stays. `delta` is what
# of `zaplacono` is not in the ledger yet: neither as a payment of any origin that the source could know by then, nor as
# what it told earlier and went to the payer's credit.
VERDICT = """
CREATE TEMPORARY TABLE due_verdict ON COMMIT DROP AS
SELECT j.*,
    CASE WHEN j.owner_id <> j.payer_id THEN 'identyfikator'
        WHEN j.known_kind_id <> j.kind_id THEN 'rodzaj'
        WHEN j.known_number <> j.number THEN 'rata'
        WHEN j.paid < j.source_paid THEN 'zaplacono'
        WHEN j.outstanding + j.change < 0 THEN 'kwota'
        ELSE '' END AS blame,
    LEAST(j.delta, j.outstanding + j.change) AS to_principal,
    j.delta - LEAST(j.delta, j.outstanding + j.change) AS to_credit
FROM (
    SELECT o.*, l.kind_id AS known_kind_id, i.number AS known_number, i.source_paid, i.outstanding,
        i.liability_id AS known_liability_id,
        CASE WHEN o.amount = i.assessed THEN 0 ELSE o.amount - told.assessed END AS change,
        CASE WHEN o.paid = i.source_paid THEN 0
            ELSE GREATEST(o.paid - told.paid - credited.paid, 0) END AS delta,
        ROW(l.title, l.year, i.due_on, i.payable_by, i.account, i.source_paid)
            <> ROW(o.title, o.year, o.due_on, o.payable_by, o.account, o.paid) AS differs
    FROM due_other AS o
    JOIN liabilities_instalment AS i ON i.id = o.id
    JOIN liabilities_liability AS l ON l.id = i.liability_id
    CROSS JOIN LATERAL (
        SELECT COALESCE(sum(e.amount) FILTER (
                WHERE e.kind IN ('assessment', 'write_off') AND e.reference LIKE 'import:%%'), 0) AS assessed,
            COALESCE(-sum(e.amount) FILTER (
                WHERE COALESCE(r.kind, e.kind) IN ('payment', 'transfer') AND e.booked_at <= %(as_of)s), 0) AS paid
        FROM liabilities_ledgerentry AS e LEFT JOIN liabilities_ledgerentry AS r ON r.id = e.reverses_id
        WHERE e.instalment_id = i.id AND e.account = 'principal'
    ) AS told
    CROSS JOIN LATERAL (
        SELECT COALESCE(-sum(e.amount), 0) AS paid FROM liabilities_ledgerentry AS e
        WHERE e.payer_id IN (SELECT l.payer_id
                UNION ALL SELECT p.id FROM residents_payer AS p WHERE p.merged_into_id = l.payer_id)
            AND e.account = 'credit' AND e.reference LIKE 'import:%%:' || i.id
    ) AS credited
) AS j
"""
LIABILITIES = """
INSERT INTO liabilities_liability (payer_id, kind_id, title, year, source)
SELECT payer_id, kind_id, title, year, %(source)s FROM due_new
UNION
SELECT payer_id, kind_id, title, year, %(source)s FROM due_verdict WHERE blame = ''
ON CONFLICT DO NOTHING
"""
NEW_ENTRIES = """
INSERT INTO liabilities_ledgerentry (payer_id, instalment_id, kind, account, amount, value_on, booked_at, reference)
SELECT n.payer_id, n.id, v.kind, 'principal', v.amount, %(on)s, %(as_of)s, %(reference)s
FROM due_new AS n CROSS JOIN LATERAL (VALUES ('assessment', n.amount), ('payment', -n.paid)) AS v(kind, amount)
WHERE v.amount <> 0
"""
NEW_INSTALMENTS = """
INSERT INTO liabilities_instalment (id, liability_id, source, external_id, number, due_on, payable_by, account,
    assessed, outstanding, costs, source_paid, as_of, changed_in_id)
SELECT n.id, l.id, %(source)s, n.external_id, n.number, n.due_on, n.payable_by, n.account,
    n.amount, n.amount - n.paid, 0, n.paid, %(as_of)s, %(run)s
FROM due_new AS n
JOIN liabilities_liability AS l ON l.payer_id = n.payer_id AND l.kind_id = n.kind_id AND l.year = n.year
    AND l.title = n.title AND l.source = %(source)s
"""
OTHER_ENTRIES = """
INSERT INTO liabilities_ledgerentry (payer_id, instalment_id, kind, account, amount, value_on, booked_at, reference)
SELECT c.payer_id, v.instalment_id, v.kind, v.account, v.amount, %(on)s, %(as_of)s, v.reference
FROM due_verdict AS c CROSS JOIN LATERAL (VALUES
    (c.id, CASE WHEN c.change < 0 THEN 'write_off' ELSE 'assessment' END, 'principal', c.change, %(reference)s),
    (c.id, 'payment', 'principal', -c.to_principal, %(reference)s),
    (NULL, 'payment', 'credit', -c.to_credit, %(reference)s || ':' || c.id)
) AS v(instalment_id, kind, account, amount, reference)
WHERE c.blame = '' AND v.amount <> 0
"""
OTHER_INSTALMENTS = """
UPDATE liabilities_instalment AS i
SET liability_id = l.id, due_on = c.due_on, payable_by = c.payable_by, account = c.account, source_paid = c.paid,
    changed_in_id = %(run)s, as_of = %(as_of)s
FROM due_verdict AS c
JOIN liabilities_liability AS l ON l.payer_id = c.payer_id AND l.kind_id = c.kind_id AND l.year = c.year
    AND l.title = c.title AND l.source = %(source)s
WHERE i.id = c.id AND c.blame = '' AND (c.differs OR c.change <> 0)
RETURNING i.id, i.outstanding = 0 AND i.costs = 0
"""
EMPTIED_LIABILITIES = """
DELETE FROM liabilities_liability AS l USING due_verdict AS c
WHERE l.id = c.known_liability_id AND c.blame = ''
    AND NOT EXISTS (SELECT FROM liabilities_instalment AS i WHERE i.liability_id = l.id)
"""
# A row that somebody is paying at this moment keeps the older time: that does no harm, and nobody waits.
SEEN = """
UPDATE liabilities_instalment AS i SET as_of = %(as_of)s
FROM (
    SELECT i.id FROM due_row AS s
    JOIN liabilities_instalment AS i ON i.source = %(source)s AND i.external_id = s.external_id
    WHERE i.as_of < %(as_of)s AND NOT EXISTS (SELECT FROM due_verdict AS c WHERE c.id = i.id AND c.blame <> '')
    FOR NO KEY UPDATE OF i SKIP LOCKED
) AS known WHERE i.id = known.id
"""
ANALYZE = """
ANALYZE liabilities_liability (payer_id, kind_id), liabilities_ledgerentry (payer_id, instalment_id, account),
    liabilities_instalment (liability_id, source, external_id, payable_by, outstanding, costs)
"""


@dataclass(frozen=True)
class Rewrite:
    """A row that would rewrite history: its line, the column to blame and what stands there («» for a number)."""

    line: int
    column: str
    value: str
    payer_no: int


@dataclass(frozen=True)
class Applied:
    """How many rows made an instalment, changed one; which were refused; which known ones are now paid whole."""

    created: int
    updated: int
    rewrites: tuple[Rewrite, ...]
    closed: tuple[int, ...]


def stage(rows: Iterable[Sequence[object]]) -> None:
    """Put checked rows into the temporary table; each has the cells of COLUMNS."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    copy_rows("due_row", COLUMNS, rows)


def stage_payers(payers: Mapping[int, int]) -> None:
    """Say which payer each `payer_no` of the staged rows is."""
    copy_rows("due_payer", ("payer_no", "payer_id"), payers.items())


def lines_of(payer_nos: Collection[int]) -> list[tuple[int, int]]:
    """The staged rows of these payers: line and `payer_no`."""
    if not payer_nos:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT line, payer_no FROM due_row WHERE payer_no = ANY(%s)", [list(payer_nos)])
        return list(cursor.fetchall())


def apply(*, source: str, as_of: datetime, on: date, run: int) -> Applied:
    """Bring the staged rows into liabilities, instalments and the ledger; rows that would rewrite history stay out."""
    values: dict[str, str | int | date] = {
        "source": source,
        "as_of": as_of,
        "on": on,
        "run": run,
        "reference": f"import:{run}",
    }
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE due_row (payer_no, external_id), due_payer (payer_no)")
        cursor.execute(NEW, values)
        cursor.execute(OTHER, values)
        cursor.execute("SELECT owner_id, id FROM due_other")
        touched = cursor.fetchall()
        lock_many({payer for payer, _ in touched}, [instalment for _, instalment in touched])
        cursor.execute(VERDICT, values)
        cursor.execute("ANALYZE due_new (payer_id, kind_id, year), due_verdict (payer_id)")
        cursor.execute(LIABILITIES, values)
        cursor.execute(NEW_ENTRIES, values)
        cursor.execute(NEW_INSTALMENTS, values)
        created = cursor.rowcount
        cursor.execute(OTHER_ENTRIES, values)
        cursor.execute(OTHER_INSTALMENTS, values)
        changed = cursor.fetchall()
        cursor.execute(EMPTIED_LIABILITIES)
        cursor.execute(SEEN, values)
    return Applied(created, len(changed), _rewrites(), tuple(key for key, is_closed in changed if is_closed))


def analyze() -> None:
    """Tell the planner at once what a large import changed: by guesses, it would read a whole table for one payer."""
    with connection.cursor() as cursor:
        cursor.execute(ANALYZE)


def _rewrites() -> tuple[Rewrite, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line, blame, CASE blame WHEN 'kwota' THEN amount::text WHEN 'zaplacono' THEN paid::text"
            " WHEN 'rata' THEN number::text WHEN 'rodzaj' THEN kind_id ELSE '' END, payer_no"
            " FROM due_verdict WHERE blame <> '' ORDER BY line"
        )
        return tuple(Rewrite(*row) for row in cursor.fetchall())
