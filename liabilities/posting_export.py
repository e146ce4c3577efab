"""Postings for the finance system: taken once, numbered without gaps, signed off, answered line by line.

What exports up to N tell counts as known to the finance system once an import says that it booked them (`postings=N` in
the control record), but for lines that it refused: so nothing is counted twice, and nothing is lost.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Sum

from core import audit
from core.actor import Actor
from core.errors import Refused
from liabilities.models import LedgerEntry, PostingExport, PostingLine
from liabilities.money_ways import ways_of
from liabilities.posting_files import PostingRow, csv_file, shown_amount, shown_day, shown_moment, xml_file

MOST_ROWS = 50_000
# Not the payer's sealed columns: nothing of them goes out, and opening each takes time.
NEEDED = (
    *("reference", "kind", "account", "amount", "value_on", "booked_at", "reverses_id", "due_kind_id"),
    *("instalment__source", "instalment__external_id", "instalment__liability__kind_id", "payer__merged_into_id"),
)


@dataclass(frozen=True)
class LineAnswer:
    """What the finance system says of one line: taken under its own number, or refused and why."""

    line: int
    is_accepted: bool
    reference: str
    answer: str


@dataclass(frozen=True)
class Waiting:
    """How many entries no export holds, and what they add up to, in złoty."""

    entries: int
    total: Decimal


def _unexported() -> "QuerySet[LedgerEntry]":
    """What imports brought is the finance system's own and never goes back."""
    return LedgerEntry.objects.filter(posting_line__isnull=True).exclude(reference__startswith="import:")


def waiting_entries() -> Waiting:
    """What the next exports will hold."""
    found = _unexported().aggregate(entries=Count("pk"), total=Sum("amount"))
    return Waiting(found["entries"], found["total"] or Decimal("0.00"))


def make_export(*, by: Actor, at: datetime) -> PostingExport:
    """Put every entry of the portal that no export holds into a new one: the oldest, at most 50,000.

    One that is committed later, though entered before, goes into the next one. Raises Refused `nothing_to_export`.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:  # one at a time: numbers without gaps
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('postings export', 0))")
        waiting = _unexported().select_related("instalment__liability", "payer").only(*NEEDED)
        entries = list(waiting.order_by("booked_at", "pk")[:MOST_ROWS])
        if not entries:
            raise Refused("nothing_to_export", "Nie ma nowych księgowań do przekazania.")
        until = entries[-1].booked_at
        number = (PostingExport.objects.order_by("-number").values_list("number", flat=True).first() or 0) + 1
        ways = ways_of([entry.pk for entry in entries])
        rows = [_row(place, entry, ways.get(entry.pk, "")) for place, entry in enumerate(entries, start=1)]
        total = sum((entry.amount for entry in entries), Decimal("0.00"))
        plain, marked = csv_file(number, rows), xml_file(number, rows, until=until, total=total)
        export = PostingExport.objects.create(
            number=number,
            until=until,
            entries=len(rows),
            total=total,
            csv=plain,
            xml=marked,
            csv_sha256=hashlib.sha256(plain).hexdigest(),
            xml_sha256=hashlib.sha256(marked).hexdigest(),
            made_at=at,
            made_by_id=by.account_id,
        )
        PostingLine.objects.bulk_create(
            [PostingLine(export=export, line=row.line, entry_id=row.entry) for row in rows], batch_size=5_000
        )
        audit.record("make_export", f"posting_export:{number}", by=by, rows=len(rows), total=str(total))
    return export


def _row(line: int, entry: LedgerEntry, way: str) -> PostingRow:
    due = entry.instalment
    kind = due.liability.kind_id if due is not None else entry.due_kind_id
    return PostingRow(
        line=line,
        entry=entry.pk,
        reference=entry.reference,
        kind=entry.kind,
        account=entry.account,
        source=due.source if due is not None else "",
        external_id=due.external_id if due is not None else "",
        payer=f"P-{entry.payer.kept_id:06d}",
        due_kind=kind or "",
        way=way,
        amount=shown_amount(entry.amount),
        value_on=shown_day(entry.value_on),
        booked_at=shown_moment(entry.booked_at),
        reverses=str(entry.reverses_id or ""),
    )


def sign_export(number: int, *, by: Actor, at: datetime) -> PostingExport:
    """Sign an export off by name: from then on the finance system is given it. Twice is once; in order of numbers.

    Raises Refused `signed_by_nobody`, `no_such_export`, `earlier_unsigned`.
    """
    if by.account_id is None:
        raise Refused("signed_by_nobody", "Eksport podpisuje zalogowany pracownik.")
    with transaction.atomic():
        export = PostingExport.objects.select_for_update(of=("self",)).filter(number=number).first()
        if export is None:
            raise Refused("no_such_export", "Nie ma takiego eksportu.")
        earlier = PostingExport.objects.filter(number__lt=number, signed_at__isnull=True).order_by("number")
        if first := earlier.values_list("number", flat=True).first():
            raise Refused(
                "earlier_unsigned", f"Eksport {first} czeka na podpis.", mend="Podpisz eksporty w kolejności numerów."
            )
        if export.signed_at is None:
            export.signed_at, export.signed_by_id = at, by.account_id
            export.save(update_fields=["signed_at", "signed_by"])
            audit.record("sign_export", f"posting_export:{number}", by=by, sha256=export.csv_sha256)
    return export


def signed_export(number: int) -> PostingExport:
    """The signed export of that number. Raises Refused `no_such_export`."""
    export = PostingExport.objects.filter(number=number, signed_at__isnull=False).first()
    if export is None:
        raise Refused("no_such_export", "Nie ma takiego eksportu albo nikt go jeszcze nie podpisał.")
    return export


def acknowledge(number: int, answers: Collection[LineAnswer], *, by: Actor, at: datetime) -> PostingExport:
    """Keep what the finance system says of lines of a signed export; the same again changes nothing.

    One that was refused may be taken later; what was taken stays taken under its number. Raises Refused
    `no_such_export`, `no_such_line`, `answered_otherwise`; nothing is kept then.
    """
    with transaction.atomic():
        export = PostingExport.objects.select_for_update(of=("self",)).get(pk=signed_export(number).pk)
        wanted = {one.line: one for one in answers}
        lines = {one.line: one for one in export.lines.filter(line__in=wanted)}
        if strange := sorted(wanted.keys() - lines.keys()):
            raise Refused("no_such_line", f"Eksport {number} nie ma wiersza {strange[0]}.", where="line")
        changed = []
        for key, told in wanted.items():
            line = lines[key]
            if line.is_accepted and (not told.is_accepted or told.reference != line.reference):
                raise Refused("answered_otherwise", f"Wiersz {key} przyjęto już jako {line.reference}.", where="line")
            if (line.is_accepted, line.reference, line.answer) != (told.is_accepted, told.reference, told.answer):
                line.is_accepted, line.reference, line.answer = told.is_accepted, told.reference, told.answer
                line.answered_at = at
                changed.append(line)
        PostingLine.objects.bulk_update(
            changed, ["is_accepted", "reference", "answer", "answered_at"], batch_size=1_000
        )
        if export.acknowledged_at is None and not export.lines.exclude(is_accepted=True).exists():
            export.acknowledged_at = at
            export.save(update_fields=["acknowledged_at"])
        if changed:
            audit.record("acknowledge_export", f"posting_export:{number}", by=by, lines=len(changed))
    return export


def check_given_out(number: int) -> None:
    """A source says that it booked exports up to *number*. Raises Refused `postings_unknown` of one not signed."""
    if not PostingExport.objects.filter(number=number, signed_at__isnull=False).exists():
        raise Refused(
            "postings_unknown",
            f"Rekord kontrolny mówi o eksporcie księgowań {number}, którego portal nie wydał. Nic nie wczytano.",
            mend="Popraw „postings” w systemie źródłowym.",
        )
