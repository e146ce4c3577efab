"""The set-based half of an import: a temporary table of checked rows, and the statements that bring it into the ledger.

Everything runs inside the caller's transaction; the table is gone at its end.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from core.bulk import copy_rows
from liabilities.due_dates import moved_term
from liabilities.due_row import DueRow
from liabilities.regimes import Regime
from residents.identity import IdentityNumber

TABLE = "due_staging"
COLUMNS = (
    *("line", "external_id", "payer_id", "kind_id", "title", "year"),
    *("number", "due_on", "payable_by", "amount", "paid", "account"),
)
CREATE = f"""
CREATE TEMPORARY TABLE {TABLE} (
    line integer, external_id varchar(64), payer_id bigint, kind_id varchar(30), title varchar(200), year smallint,
    number smallint, due_on date, payable_by date, amount numeric(12,2), paid numeric(12,2), account varchar(26)
) ON COMMIT DROP
"""

# What a row would do to an instalment that is known already. Older than what is known: nothing at all.
REWRITES = f"""
DELETE FROM {TABLE} AS s USING liabilities_instalment AS i, liabilities_liability AS l
WHERE i.source = %(source)s AND i.external_id = s.external_id AND l.id = i.liability_id AND i.as_of <= %(as_of)s
  AND (l.payer_id <> s.payer_id OR l.kind_id <> s.kind_id OR i.number <> s.number
       OR s.amount < i.assessed - i.outstanding OR s.paid < i.source_paid)
RETURNING s.line, CASE
    WHEN l.payer_id <> s.payer_id THEN 'identyfikator' WHEN l.kind_id <> s.kind_id THEN 'rodzaj'
    WHEN i.number <> s.number THEN 'rata' WHEN s.amount < i.assessed - i.outstanding THEN 'kwota'
    ELSE 'zaplacono' END, s.amount::text, s.paid::text, s.number::text, s.kind_id
"""
STALE = f"""
DELETE FROM {TABLE} AS s USING liabilities_instalment AS i
WHERE i.source = %(source)s AND i.external_id = s.external_id AND i.as_of > %(as_of)s
"""
LIABILITIES = f"""
INSERT INTO liabilities_liability (payer_id, kind_id, title, year, source)
SELECT DISTINCT s.payer_id, s.kind_id, s.title, s.year, %(source)s FROM {TABLE} AS s
ON CONFLICT DO NOTHING
"""
JOINED = f"""
{TABLE} AS s
JOIN liabilities_liability AS l ON l.payer_id = s.payer_id AND l.kind_id = s.kind_id AND l.year = s.year
    AND l.title = s.title AND l.source = %(source)s
"""
INSTALMENTS = f"""
INSERT INTO liabilities_instalment (liability_id, source, external_id, number, due_on, payable_by, account,
    assessed, outstanding, costs, source_paid, as_of, changed_in_id)
SELECT l.id, %(source)s, s.external_id, s.number, s.due_on, s.payable_by, s.account, 0, 0, 0, s.paid, %(as_of)s, %(run)s
FROM {JOINED}
ON CONFLICT (source, external_id) DO NOTHING
"""
# One statement for assessments, payments and credits, so that the trigger which keeps the sums fires once.
# Of `zaplacono` is counted already what the source said earlier, or payments of any origin that it knew by then.
ENTRIES = f"""
WITH work AS (
    SELECT i.id, s.payer_id, s.amount - i.assessed AS assessed, i.outstanding + s.amount - i.assessed AS left_open,
        s.paid - CASE WHEN i.changed_in_id = %(run)s THEN 0 ELSE GREATEST(i.source_paid, COALESCE((
            SELECT -sum(e.amount) FROM liabilities_ledgerentry AS e
            WHERE e.instalment_id = i.id AND e.kind = 'payment' AND e.account = 'principal'
              AND e.booked_at <= %(as_of)s), 0)) END AS paid
    FROM {TABLE} AS s JOIN liabilities_instalment AS i ON i.source = %(source)s AND i.external_id = s.external_id
)
INSERT INTO liabilities_ledgerentry (payer_id, instalment_id, kind, account, amount, value_on, booked_at, reference)
SELECT w.payer_id, v.instalment_id, v.kind, v.account, v.amount, %(on)s, %(at)s, v.reference
FROM work AS w CROSS JOIN LATERAL (VALUES
    (w.id, CASE WHEN w.assessed < 0 THEN 'write_off' ELSE 'assessment' END, 'principal', w.assessed, %(reference)s),
    (w.id, 'payment', 'principal', -GREATEST(LEAST(w.paid, w.left_open), 0), %(reference)s),
    (NULL, 'payment', 'credit', -GREATEST(w.paid - GREATEST(w.left_open, 0), 0), %(reference)s || ':' || w.id)
) AS v(instalment_id, kind, account, amount, reference)
WHERE v.amount <> 0
"""
CHANGED = f"""
UPDATE liabilities_instalment AS i
SET liability_id = l.id, due_on = s.due_on, payable_by = s.payable_by, account = s.account, source_paid = s.paid,
    changed_in_id = %(run)s, as_of = %(as_of)s
FROM {JOINED}
WHERE i.source = %(source)s AND i.external_id = s.external_id AND i.changed_in_id <> %(run)s
  AND (i.liability_id <> l.id OR i.due_on <> s.due_on OR i.payable_by <> s.payable_by OR i.account <> s.account
       OR i.source_paid <> s.paid OR EXISTS (SELECT FROM liabilities_ledgerentry AS e
           WHERE e.instalment_id = i.id AND e.reference = %(reference)s))
RETURNING i.id, i.outstanding = 0 AND i.costs = 0
"""
SEEN = f"""
UPDATE liabilities_instalment AS i SET as_of = %(as_of)s FROM {TABLE} AS s
WHERE i.source = %(source)s AND i.external_id = s.external_id AND i.as_of < %(as_of)s
"""
SAID = {
    "identyfikator": "Ten klucz (id) należał dotąd do innego płatnika.",
    "rodzaj": "Ten klucz (id) miał dotąd inny rodzaj należności.",
    "rata": "Ten klucz (id) miał dotąd inny numer raty.",
    "kwota": "Kwota jest mniejsza niż to, co już wpłacono: zmieniłaby historię. Zwrot lub nadpłatę wykaż osobno.",
    "zaplacono": "Wpłata jest mniejsza niż podana wcześniej: zmieniłaby historię. Wycofanie wpłaty wykaż jako storno.",
}
ANOTHER_ID = " Nadaj nowej należności nowy klucz."


@dataclass(frozen=True)
class Rewrite:
    """A row that would rewrite history: its line, the column to blame, what stands there, and what to do."""

    line: int
    column: str
    value: str
    message: str


@dataclass(frozen=True)
class Applied:
    """How many rows made an instalment, changed one, and which known ones are now paid whole."""

    created: int
    updated: int
    closed: tuple[int, ...]


def stage(rows: Iterable[DueRow], payers: Mapping[IdentityNumber, int], regimes: Mapping[str, str]) -> None:
    """Put checked rows into the temporary table, each with its payer and the term as the law moves it."""
    moved: dict[tuple[date, str], date] = {}

    def payable_by(row: DueRow) -> date:
        key = (row.due_on, regimes[row.kind_code])
        if key not in moved:
            moved[key] = moved_term(row.due_on, regime=Regime(key[1])).payable_by
        return moved[key]

    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(CREATE)
    copy_rows(
        TABLE,
        COLUMNS,
        (
            (
                *(row.line, row.external_id, payers[row.identity], row.kind_code, row.title, row.year),
                *(row.instalment_no, row.due_on, payable_by(row), row.amount, row.paid, row.account),
            )
            for row in rows
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {TABLE}")


def take_out_rewrites(*, source: str, as_of: datetime) -> list[Rewrite]:
    """Take rows out of the staging that would rewrite history, and those older than what is known (silently)."""
    with connection.cursor() as cursor:
        cursor.execute(STALE, {"source": source, "as_of": as_of})
        cursor.execute(REWRITES, {"source": source, "as_of": as_of})
        found = cursor.fetchall()
    rewrites = []
    for line, column, amount, paid, number, kind in sorted(found):
        value = {"kwota": amount, "zaplacono": paid, "rata": number, "rodzaj": kind}.get(column, "")
        hint = ANOTHER_ID if column in {"identyfikator", "rodzaj", "rata"} else ""
        rewrites.append(Rewrite(line, column, value, SAID[column] + hint))
    return rewrites


def apply(*, source: str, as_of: datetime, run: int, at: datetime) -> Applied:
    """Bring the staged rows into liabilities, instalments and the ledger."""
    values = {
        "source": source,
        "as_of": as_of,
        "run": run,
        "at": at,
        "on": as_of.date(),
        "reference": f"import:{run}",
    }
    with connection.cursor() as cursor:
        cursor.execute(LIABILITIES, values)
        cursor.execute(INSTALMENTS, values)
        created = cursor.rowcount
        cursor.execute(ENTRIES, values)
        cursor.execute(CHANGED, values)
        changed = cursor.fetchall()
        cursor.execute(SEEN, values)
    return Applied(created, len(changed), tuple(key for key, is_closed in changed if is_closed))
