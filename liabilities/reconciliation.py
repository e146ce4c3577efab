"""The portal against a finance system: what is left of each due here and there, and what explains a difference.

A source says of a due what is assessed and what is paid of it (principal alone); the rest is its balance. What was
entered here and the source cannot have taken over yet – booked after the moment of which it told last, or so shortly
before as was agreed (`DueSource.posts_within`) – is on its way and explains as much of a difference. So does principal
that a decision here moved to instalments of the portal's own. What is left is for the treasurer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from liabilities.models import DueSource, ImportRun, MissingDecision, MissingDue
from liabilities.plan import PORTAL_SOURCE

# How each due of a source stands: the sums that both keep tell at once which differ, entries are read of those alone.
COMPARED = """
WITH apart AS (
    SELECT i.id, i.external_id, i.number, i.liability_id, i.source_assessed - i.source_paid AS there,
        i.outstanding AS here, i.outstanding - (i.source_assessed - i.source_paid) AS difference,
        GREATEST(i.as_of, COALESCE((SELECT max(r.as_of) FROM liabilities_importrun AS r WHERE r.source = i.source
            AND r.undone_at IS NULL AND r.as_of > i.as_of AND i.id <@ r.seen), i.as_of)) AS known
    FROM liabilities_instalment AS i
    WHERE i.source = %(source)s AND i.outstanding <> i.source_assessed - i.source_paid
), told AS (
    SELECT a.*, s.moved, s.less, s.more FROM apart AS a CROSS JOIN LATERAL (
        SELECT COALESCE(sum(e.amount) FILTER (WHERE COALESCE(r.kind, e.kind) = 'transfer'), 0.00) AS moved,
            COALESCE(sum(e.amount) FILTER (WHERE e.amount < 0 AND COALESCE(r.kind, e.kind) <> 'transfer'
                AND e.booked_at > a.known - %(within)s), 0.00) AS less,
            COALESCE(sum(e.amount) FILTER (WHERE e.amount > 0 AND COALESCE(r.kind, e.kind) <> 'transfer'
                AND e.booked_at > a.known - %(within)s), 0.00) AS more
        FROM liabilities_ledgerentry AS e LEFT JOIN liabilities_ledgerentry AS r ON r.id = e.reverses_id
        WHERE e.instalment_id = a.id AND e.account = 'principal' AND e.reference NOT LIKE 'import:%%'
    ) AS s
), explained AS (
    SELECT t.*, CASE WHEN difference < 0 THEN GREATEST(difference, LEAST(0.00, moved))
        ELSE LEAST(difference, GREATEST(0.00, moved)) END AS by_decision FROM told AS t
), split AS (
    SELECT e.*, GREATEST(less, LEAST(more, difference - by_decision)) AS in_transit FROM explained AS e
), compared AS (
    SELECT s.*, difference - by_decision - in_transit AS unexplained FROM split AS s
)
"""
ROWS = """
SELECT c.id, c.external_id, l.title, l.year, c.number, c.there, c.here, c.difference, c.by_decision, c.in_transit,
    c.unexplained, c.known
FROM compared AS c JOIN liabilities_liability AS l ON l.id = c.liability_id
ORDER BY abs(c.unexplained) DESC, abs(c.difference) DESC, c.external_id
"""
SUMS = """
SELECT count(*), count(*) FILTER (WHERE unexplained <> 0), COALESCE(sum(difference), 0), COALESCE(sum(by_decision), 0),
    COALESCE(sum(in_transit), 0), COALESCE(sum(unexplained), 0) FROM compared
"""
TOTALS = """
SELECT count(*), COALESCE(sum(source_assessed - source_paid), 0), COALESCE(sum(outstanding), 0)
FROM liabilities_instalment WHERE source = %(source)s
"""
AT_ONCE = 1_000
LESS_HERE = "W systemie nie ma wpłaty, odpisu albo umorzenia, które zaksięgowano w portalu."
MORE_HERE = "System nie przejął storna z portalu albo jego wpłatę lub odpis odrzucono przy imporcie."


@dataclass(frozen=True)
class Difference:
    """A due of which the source and the portal say other things; amounts of principal in złoty.

    `difference` = `here` - `there` = `by_decision` + `in_transit` + `unexplained`; `known` is the newest moment of
    which the source told of the due.
    """

    instalment_id: int
    external_id: str
    title: str
    year: int
    number: int
    there: Decimal
    here: Decimal
    difference: Decimal
    by_decision: Decimal
    in_transit: Decimal
    unexplained: Decimal
    known: datetime

    @property
    def words(self) -> str:
        """What to look for; '' where all is explained."""
        return (LESS_HERE if self.unexplained < 0 else MORE_HERE) if self.unexplained else ""


@dataclass(frozen=True)
class Reconciliation:
    """A source's dues and the portal's together. `apart` counts dues that differ, `open_questions` those unexplained.

    `missing` counts dues that a full file did not name and nobody decided about, `rejected` the rows of the newest
    import that did not go in.
    """

    source: str
    known: datetime | None
    dues: int
    there: Decimal
    here: Decimal
    apart: int
    open_questions: int
    difference: Decimal
    by_decision: Decimal
    in_transit: Decimal
    unexplained: Decimal
    missing: int
    rejected: int
    newest_run: int | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to ask about."""
        return not (self.open_questions or self.missing or self.rejected)


def sources() -> list[str]:
    """The finance systems that sent dues or were agreed with, by name."""
    sent = ImportRun.objects.order_by().values_list("source", flat=True).distinct()
    return sorted({*sent, *DueSource.objects.values_list("pk", flat=True)} - {PORTAL_SOURCE})


def _values(source: str) -> dict[str, Any]:
    agreed = DueSource.objects.filter(pk=source).first() or DueSource(name=source)
    return {"source": source, "within": timedelta(days=agreed.posts_within)}


def reconcile(source: str) -> Reconciliation:
    """The sums of *source* against the portal's, by what the source said last."""
    values = _values(source)
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, values)
        dues, there, here = cursor.fetchone()
        cursor.execute(COMPARED + SUMS, values)
        compared = cursor.fetchone()
    newest = ImportRun.objects.filter(source=source, undone_at__isnull=True).defer("made", "seen")
    run = newest.order_by("-as_of", "-pk").first()
    missing = MissingDue.objects.filter(instalment__source=source, decision=MissingDecision.WAITS).count()
    apart, questions, difference, by_decision, in_transit, unexplained = compared
    return Reconciliation(
        source=source,
        known=run.as_of if run else None,
        dues=dues,
        there=there,
        here=here,
        apart=apart,
        open_questions=questions,
        difference=difference,
        by_decision=by_decision,
        in_transit=in_transit,
        unexplained=unexplained,
        missing=missing,
        rejected=run.rejected if run else 0,
        newest_run=run.pk if run else None,
    )


def differences(source: str, *, start: int = 0, most: int | None = None) -> Iterator[Difference]:
    """The dues of *source* that differ, those that nothing explains first, the largest before the others.

    From the *start*-th on, at most *most* of them; read as they are asked for.
    """
    limit = "LIMIT %(most)s OFFSET %(start)s"
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"{COMPARED}{ROWS}{limit}", {**_values(source), "most": most, "start": start})
        while rows := cursor.fetchmany(AT_ONCE):
            yield from (Difference(*row) for row in rows)
