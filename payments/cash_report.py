"""The daily cash report: what the ledger took in on a day by kind and way, and how the clearing account moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection

from core.dates import midnight
from liabilities.models import DueKind
from liabilities.posting import NOTHING
from payments.report_tables import Column, Report, Table
from payments.ways import JOINED, WAY, way_name

# Money that is posted anew after a storno (liabilities/repost.py, payments/clearing.py) came before: its name tells.
ANEW = "o.reference ~ '^(payment:.*/|bank:[0-9]+:([2-9]|[0-9]{2,})$)'"
# Payments and refunds that were entered, and stornos of either, which stand with the way of what they take back.
TAKEN = f"""
SELECT COALESCE(l.kind_id, e.due_kind_id, '') AS due_kind, {WAY} AS way,
    COALESCE(-sum(e.amount) FILTER (WHERE e.kind = 'payment' AND NOT {ANEW}), 0),
    COALESCE(-sum(e.amount) FILTER (WHERE o.kind = 'payment' AND (e.kind = 'correction' OR {ANEW})), 0),
    COALESCE(-sum(e.amount) FILTER (WHERE o.kind = 'refund'), 0)
FROM liabilities_ledgerentry AS e
{JOINED}
LEFT JOIN liabilities_instalment AS i ON i.id = e.instalment_id
LEFT JOIN liabilities_liability AS l ON l.id = i.liability_id
WHERE e.booked_at >= %(start)s AND e.booked_at < %(end)s AND o.kind IN ('payment', 'refund')
GROUP BY 1, 2 ORDER BY 1, 2
"""
# What came from statements until a moment, and where it went: posted (less storno), explained, taken back by the bank.
MOVED = """
SELECT
    (SELECT COALESCE(sum(b.amount), 0) FROM payments_bankentry AS b
        JOIN payments_bankstatement AS s ON s.id = b.statement_id JOIN payments_statementfile AS f ON f.id = s.file_id
        WHERE b.mark IN ('C', 'RD') AND b.state <> 'rejected' AND s.currency = 'PLN' AND f.received_at < %(until)s),
    (SELECT COALESCE(-sum(e.amount), 0) FROM liabilities_ledgerentry AS e
        LEFT JOIN liabilities_ledgerentry AS r ON r.id = e.reverses_id
        WHERE COALESCE(r.reference, e.reference) LIKE 'bank:%%' AND COALESCE(r.kind, e.kind) = 'payment'
            AND e.booked_at < %(until)s),
    (SELECT COALESCE(sum(b.amount), 0) FROM payments_bankentry AS b
        JOIN payments_bankstatement AS s ON s.id = b.statement_id
        WHERE b.mark IN ('C', 'RD') AND b.state = 'explained' AND s.currency = 'PLN' AND b.settled_at < %(until)s),
    (SELECT COALESCE(sum(b.amount), 0) FROM payments_bankentry AS b
        WHERE b.mark IN ('D', 'RC') AND b.state = 'posted' AND b.settled_at < %(until)s)
"""


@dataclass(frozen=True)
class Taken:
    """What came in on a day for one kind of due by one way, in złoty: paid; taken back and posted anew; given back."""

    kind_code: str
    way: str
    paid: Decimal
    undone: Decimal
    given_back: Decimal

    @property
    def total(self) -> Decimal:
        """What is left of the day."""
        return self.paid + self.undone + self.given_back


@dataclass(frozen=True)
class Clearing:
    """The clearing account on a day, in złoty; `reversed` is what the bank took back of what was posted."""

    opening: Decimal
    came: Decimal
    posted: Decimal
    explained: Decimal
    reversed: Decimal

    @property
    def closing(self) -> Decimal:
        """What is on nobody's account at the end of the day."""
        return self.opening + self.came - self.posted - self.explained - self.reversed


def taken_on(day: date) -> list[Taken]:
    """What the ledger took in on a *day* of posting, by kind of due and way. The days add up to its payments."""
    start, end = _bounds(day)
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, {"start": start, "end": end})
        return [Taken(*row) for row in cursor.fetchall()]


def clearing_on(day: date) -> Clearing:
    """How the clearing account moved on a *day*; what it closes with is what the next day opens with.

    An entry that was explained and opened again counts as waiting from the day on which it came.
    """
    before, after = (_moved(until) for until in _bounds(day))
    opening = before[0] - before[1] - before[2] - before[3]
    return Clearing(opening, *(later - earlier for earlier, later in zip(before, after, strict=True)))


def _moved(until: datetime) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    with connection.cursor() as cursor:
        cursor.execute(MOVED, {"until": until})
        came, posted, explained, gone = cursor.fetchone()
    return came, posted, explained, gone


def _bounds(day: date) -> tuple[datetime, datetime]:
    return midnight(day), midnight(day + timedelta(days=1))


def cash_report(day: date) -> Report:
    """«Raport kasowy dzienny» of a day of posting."""
    rows, names = taken_on(day), {kind.pk: kind.name for kind in DueKind.objects.all()}
    clearing = clearing_on(day)
    sums = [Column("Wpłaty", is_number=True), Column("Storna i ponowne księgowania", is_number=True)]
    sums += [Column("Zwroty", is_number=True), Column("Razem", is_number=True)]
    detail = [(names.get(row.kind_code, "nadpłata bez rodzaju"), way_name(row.way), *_sums([row])) for row in rows]
    by_way = {way: [row for row in rows if row.way == way] for way in sorted({row.way for row in rows})}
    ways = [(way_name(way), *_sums(some)) for way, some in by_way.items()]
    return Report(
        title=f"Raport kasowy dzienny, {day:%d.%m.%Y}",
        code=f"raport-kasowy-{day.isoformat()}",
        facts=[("Dzień księgowania", day), ("Razem w księdze", _sums(rows)[3])],
        tables=[
            Table("Według rodzaju i sposobu", [Column("Rodzaj"), Column("Sposób"), *sums], detail, _total(rows, 2)),
            Table("Według sposobu", [Column("Sposób"), *sums], ways, _total(rows, 1)),
            Table(
                "Konto rozliczeniowe",
                [Column("Co"), Column("Kwota", is_number=True)],
                [
                    ("Stan na początek dnia", clearing.opening),
                    ("Wpłynęło z wyciągów", clearing.came),
                    ("Zaksięgowano płatnikom", -clearing.posted),
                    ("Wyjaśniono inaczej", -clearing.explained),
                    ("Cofnął bank", -clearing.reversed),
                ],
                ("Stan na koniec dnia", clearing.closing),
            ),
        ],
        notes=[
            "Dzień księgowania to dzień wpisu w księdze, nie dzień zapłaty, od którego liczą się odsetki.",
            "Suma raportów wszystkich dni to suma wpłat w księdze, po stornach i zwrotach.",
        ],
    )


def _sums(rows: Iterable[Taken]) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    told = list(rows)
    return (
        sum((row.paid for row in told), NOTHING),
        sum((row.undone for row in told), NOTHING),
        sum((row.given_back for row in told), NOTHING),
        sum((row.total for row in told), NOTHING),
    )


def _total(rows: Iterable[Taken], labels: int) -> tuple[str | Decimal, ...]:
    return ("Razem", *[""] * (labels - 1), *_sums(rows))
