"""Undoing the newest import of a source: by counter-entries, and only while nothing was built on it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from liabilities.actions import about_instalment
from liabilities.importing import WITHDRAWN_AT_ONCE, take_turn
from liabilities.locking import lock_many
from liabilities.models import ImportRun
from notifications.actions import withdraw_messages

MOST_NAMED = 5
# The run's entries on instalments, and its credits: what each of them stands for is in its reference.
TOUCHED = """
CREATE TEMPORARY TABLE undo_row ON COMMIT DROP AS
SELECT i.id, l.payer_id, i.liability_id, i.id <@ r.made AS was_made FROM liabilities_importrun AS r
JOIN liabilities_instalment AS i ON i.source = r.source AND (i.id <@ r.made OR EXISTS (
    SELECT FROM liabilities_importchange AS c WHERE c.run_id = r.id AND c.instalment_id = i.id))
JOIN liabilities_liability AS l ON l.id = i.liability_id
WHERE r.id = %(run)s;
CREATE TEMPORARY TABLE undo_entry ON COMMIT DROP AS
SELECT e.*, COALESCE(e.instalment_id, split_part(e.reference, ':', 3)::bigint) AS about
FROM liabilities_ledgerentry AS e
WHERE (e.reference = %(reference)s OR e.reference LIKE %(reference)s || ':%%')
    AND NOT EXISTS (SELECT FROM liabilities_ledgerentry AS r WHERE r.reverses_id = e.id);
ANALYZE undo_row, undo_entry
"""
# Entries of any other origin, or a decision that deferred a due or spread it, came after.
BUILT_ON = """
SELECT i.external_id FROM undo_entry AS u
JOIN liabilities_ledgerentry AS e ON e.instalment_id = u.instalment_id AND e.id > u.id
JOIN liabilities_instalment AS i ON i.id = u.instalment_id
WHERE e.reference NOT LIKE 'import:%%'
UNION SELECT i.external_id FROM undo_row AS t JOIN liabilities_instalment AS i ON i.id = t.id
WHERE i.decision_id IS NOT NULL
ORDER BY 1
"""
CREDIT_USED = """
SELECT i.external_id FROM undo_entry AS u JOIN liabilities_instalment AS i ON i.id = u.about
CROSS JOIN LATERAL (
    SELECT -COALESCE(sum(e.amount), 0) AS left_over FROM liabilities_ledgerentry AS e
    WHERE e.payer_id = u.payer_id AND e.account = 'credit' AND e.due_kind_id IS NOT DISTINCT FROM u.due_kind_id
) AS c
WHERE u.account = 'credit' AND -u.amount > c.left_over
ORDER BY i.external_id
"""
# What the run took back (a row that its source annulled) is entered again as it was, at its own time.
COUNTER_ENTRIES = """
INSERT INTO liabilities_ledgerentry (payer_id, instalment_id, kind, account, amount, value_on, booked_at, reference,
    due_kind_id, reverses_id)
SELECT COALESCE(t.payer_id, u.payer_id), u.instalment_id, COALESCE(r.kind, 'correction'), u.account, -u.amount,
    COALESCE(r.value_on, %(on)s), COALESCE(r.booked_at, %(at)s),
    %(reference)s || ':undo-' || u.id || CASE WHEN u.account = 'credit' THEN ':' || u.about ELSE '' END,
    u.due_kind_id, CASE WHEN u.kind = 'correction' THEN NULL ELSE u.id END
FROM undo_entry AS u
LEFT JOIN undo_row AS t ON t.id = u.instalment_id
LEFT JOIN liabilities_ledgerentry AS r ON r.id = u.reverses_id
"""
LIABILITIES = """
INSERT INTO liabilities_liability (payer_id, kind_id, title, year, source)
SELECT DISTINCT l.payer_id, l.kind_id, c.before ->> 'title', (c.before ->> 'year')::smallint, l.source
FROM liabilities_importchange AS c
JOIN undo_row AS t ON t.id = c.instalment_id
JOIN liabilities_liability AS l ON l.id = t.liability_id
WHERE c.run_id = %(run)s AND c.before ? 'title'
ON CONFLICT DO NOTHING
"""
RESTORED = """
UPDATE liabilities_instalment AS i SET
    external_id = COALESCE(c.before ->> 'external_id', i.external_id),
    liability_id = COALESCE(was.id, i.liability_id),
    due_on = COALESCE((c.before ->> 'due_on')::date, i.due_on),
    payable_by = COALESCE((c.before ->> 'payable_by')::date, i.payable_by),
    account = COALESCE(c.before ->> 'account', i.account),
    source_assessed = COALESCE((c.before ->> 'source_assessed')::numeric, (c.before ->> 'assessed')::numeric,
        i.source_assessed),
    source_paid = COALESCE((c.before ->> 'source_paid')::numeric, i.source_paid),
    is_annulled = COALESCE((c.before ->> 'is_annulled')::boolean, i.is_annulled),
    decision_no = COALESCE(c.before ->> 'decision_no', i.decision_no),
    as_of = COALESCE((c.before ->> 'as_of')::timestamptz, i.as_of),
    version = CASE WHEN c.before ? 'title' THEN (c.before ->> 'version')::bigint ELSE i.version END,
    source_interest = CASE WHEN c.before ? 'title' THEN (c.before ->> 'source_interest')::numeric
        ELSE i.source_interest END,
    source_interest_on = CASE WHEN c.before ? 'title' THEN (c.before ->> 'source_interest_on')::date
        ELSE i.source_interest_on END,
    decision_served_on = CASE WHEN c.before ? 'title' THEN (c.before ->> 'decision_served_on')::date
        ELSE i.decision_served_on END,
    changed_in_id = CASE WHEN c.before ? 'title' THEN (c.before ->> 'changed_in')::bigint ELSE i.changed_in_id END
FROM liabilities_importchange AS c
JOIN undo_row AS t ON t.id = c.instalment_id
JOIN liabilities_liability AS l ON l.id = t.liability_id
LEFT JOIN liabilities_liability AS was ON was.payer_id = l.payer_id AND was.kind_id = l.kind_id
    AND was.source = l.source AND was.title = c.before ->> 'title' AND was.year = (c.before ->> 'year')::smallint
WHERE c.run_id = %(run)s AND i.id = t.id
"""
BEARERS = """
INSERT INTO liabilities_liabilitybearer (liability_id, payer_id, since)
SELECT DISTINCT i.liability_id, b.payer_id, b.since
FROM undo_row AS t
JOIN liabilities_instalment AS i ON i.id = t.id AND i.liability_id <> t.liability_id
JOIN liabilities_liabilitybearer AS b ON b.liability_id = t.liability_id
ON CONFLICT DO NOTHING;
DELETE FROM liabilities_liabilitybearer AS b USING undo_row AS t
WHERE b.liability_id = t.liability_id
    AND NOT EXISTS (SELECT FROM liabilities_instalment AS i WHERE i.liability_id = b.liability_id);
DELETE FROM liabilities_liability AS l USING undo_row AS t
WHERE l.id = t.liability_id AND NOT EXISTS (SELECT FROM liabilities_instalment AS i WHERE i.liability_id = l.id)
"""
# What the run made stays as an annulled due of nothing: its entries cannot go. A later file may bring it back.
MADE = """
UPDATE liabilities_instalment AS i SET is_annulled = true, source_assessed = 0, source_paid = 0,
    version = NULL, as_of = COALESCE((
    SELECT max(r.as_of) FROM liabilities_importrun AS r
    WHERE r.source = i.source AND r.id <> %(run)s AND r.undone_at IS NULL), '1990-01-02T00:00:00Z')
FROM undo_row AS t WHERE t.id = i.id AND t.was_made
"""
SETTLED = """
SELECT i.id FROM undo_row AS t JOIN liabilities_instalment AS i ON i.id = t.id
WHERE i.outstanding = 0 AND i.costs = 0 ORDER BY i.id
"""


def undo_import(run: ImportRun, *, by: Actor, at: datetime) -> ImportRun:
    """Take back what *run* did: its entries by counter-entries, what it changed as it was before, all or nothing.

    What it made stays in the ledger as annulled dues of nothing. Rejected rows and differences stay to be looked at.
    Raises Refused `already_undone`, `not_newest` (a later import of the source stands), `built_on` (paid, written off
    or charged since), `credit_used`, `import_running`.
    """
    with transaction.atomic():
        take_turn(run.source, waits=False)
        run = ImportRun.objects.select_for_update().defer("made", "seen").get(pk=run.pk)
        _check_newest(run)
        values: dict[str, Any] = {
            "run": run.pk,
            "reference": f"import:{run.pk}",
            "on": timezone.localdate(at),
            "at": at,
        }
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS undo_row, undo_entry")
            cursor.execute(TOUCHED, values)
            touched = _all(cursor, "SELECT payer_id, id FROM undo_row", values)
            lock_many({payer for payer, _ in touched}, [key for _, key in touched])
            _refuse_built_on(cursor, values)
            for statement in (COUNTER_ENTRIES, LIABILITIES, RESTORED, BEARERS, MADE):
                cursor.execute(statement, values)
            settled = [key for (key,) in _all(cursor, SETTLED, values)]
        run.missing.filter(decision="waits").delete()
        run.undone_at, run.undone_by_id = at, by.account_id
        run.save(update_fields=["undone_at", "undone_by"])
        for start in range(0, len(settled), WITHDRAWN_AT_ONCE):
            about = [about_instalment(key) for key in settled[start : start + WITHDRAWN_AT_ONCE]]
            withdraw_messages(about=about, reason="import cofnięty", at=at)
        audit.record("undo_import", f"import:{run.pk}", by=by, source=run.source)
    return run


def _check_newest(run: ImportRun) -> None:
    if run.undone_at is not None:
        raise Refused("already_undone", "Ten import już cofnięto.")
    if ImportRun.objects.filter(source=run.source, undone_at__isnull=True, pk__gt=run.pk).exists():
        raise Refused(
            "not_newest",
            f"Po tym imporcie wczytano już nowszy z systemu „{run.source}”.",
            mend="Cofnij najpierw nowszy import.",
        )


def _refuse_built_on(cursor: Any, values: dict[str, Any]) -> None:
    if found := _keys(cursor, BUILT_ON, values):
        raise Refused(
            "built_on",
            f"Od tego importu na ratach z niego zaksięgowano wpłaty, odpisy, odsetki lub koszty "
            f"albo wydano decyzję: {_named(found)}.",
            mend="Wystornuj te wpisy albo popraw dane następnym plikiem.",
        )
    if found := _keys(cursor, CREDIT_USED, values):
        raise Refused(
            "credit_used",
            f"Nadpłatę, która powstała z tego importu, już wykorzystano: {_named(found)}.",
            mend="Popraw dane następnym plikiem.",
        )


def _all(cursor: Any, statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    cursor.execute(statement, values)
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _keys(cursor: Any, statement: str, values: dict[str, Any]) -> list[str]:
    return [key for (key,) in _all(cursor, statement, values)]


def _named(keys: Sequence[str]) -> str:
    """A few of the keys, and how many more there are."""
    rest = len(keys) - MOST_NAMED
    return ", ".join(keys[:MOST_NAMED]) + (f" i jeszcze {rest}" if rest > 0 else "")
