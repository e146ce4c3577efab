"""What this floor knows of a payer: dues, their instalments, and every entry of their account."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Max
from django.utils import timezone

from liabilities.models import Instalment, LedgerEntry
from liabilities.models.liability import InstalmentQuerySet
from liabilities.queries import open_dues
from residents.disclosure import Column, Kept, Section, Shape, Table
from residents.queries import same_person

LIMITATION_YEARS = 5  # Ordynacja podatkowa, art. 70 § 1


def _of_person(payer_id: int) -> InstalmentQuerySet:
    return Instalment.objects.filter(liability__payer_id__in=same_person(payer_id))


def _instalments(payer_id: int) -> Iterable[Sequence[object]]:
    found = _of_person(payer_id).select_related("liability__kind").order_by("payable_by", "pk")
    for rate in found.iterator(chunk_size=500):
        due = rate.liability
        yield (
            *(rate.pk, due.kind.name, due.title, due.year, rate.number, rate.due_on, rate.payable_by),
            *(rate.assessed, rate.outstanding, rate.costs, rate.account, rate.source, rate.as_of),
        )


def _interest(payer_id: int) -> Iterable[Sequence[object]]:
    """Interest as of today, with how it came about: it is computed, not stored, until it is paid."""
    for due in open_dues(payer_id, on=timezone.localdate()):
        if due.interest.amount:
            yield due.instalment_id, timezone.localdate(), due.interest.amount, due.interest.legal_basis


def _entries(payer_id: int) -> Iterable[Sequence[object]]:
    entries = LedgerEntry.objects.filter(payer_id__in=same_person(payer_id)).order_by("booked_at", "pk")
    for entry in entries.iterator(chunk_size=500):
        yield (
            *(entry.instalment_id, entry.get_kind_display(), entry.get_account_display(), entry.amount),
            *(entry.value_on, entry.booked_at, entry.reference),
        )


def _kept(payer_id: int, on: date) -> Iterable[Kept]:
    last = _of_person(payer_id).aggregate(last=Max("payable_by"))["last"]
    if last is None:
        return
    yield Kept(
        what="należności, odsetki i księga Twoich rozliczeń, razem z imieniem i nazwiskiem, numerem i adresem",
        basis="art. 17 ust. 3 lit. b RODO; art. 70 § 1 Ordynacji podatkowej; art. 74 ust. 2 ustawy o rachunkowości",
        why="zobowiązanie podatkowe przedawnia się po pięciu latach od końca roku, w którym minął termin płatności",
        until=date(max(last.year, on.year if _owes(payer_id) else last.year) + LIMITATION_YEARS, 12, 31),
        names_payer=True,
    )


def _owes(payer_id: int) -> bool:
    return _of_person(payer_id).open().exists()


SECTION = Section(
    code="liabilities",
    name="Należności i rozliczenia",
    tables=(
        Table(
            "instalments",
            "Należności i raty",
            (
                Column("instalment", "Nr raty w portalu", Shape.WHOLE),
                Column("kind", "Rodzaj"),
                Column("title", "Tytuł"),
                Column("year", "Rok", Shape.WHOLE),
                Column("number", "Rata", Shape.WHOLE),
                Column("due_on", "Termin", Shape.DAY),
                Column("payable_by", "Płatne do", Shape.DAY),
                Column("assessed", "Przypis", Shape.MONEY),
                Column("outstanding", "Pozostało", Shape.MONEY),
                Column("costs", "Koszty upomnień", Shape.MONEY),
                Column("account", "Rachunek"),
                Column("source", "System źródłowy"),
                Column("as_of", "Stan na", Shape.MOMENT),
            ),
            _instalments,
        ),
        Table(
            "interest",
            "Odsetki na dziś",
            (
                Column("instalment", "Nr raty w portalu", Shape.WHOLE),
                Column("on", "Na dzień", Shape.DAY),
                Column("amount", "Odsetki", Shape.MONEY),
                Column("basis", "Jak policzono"),
            ),
            _interest,
        ),
        Table(
            "entries",
            "Księga rozliczeń",
            (
                Column("instalment", "Nr raty w portalu", Shape.WHOLE),
                Column("kind", "Wpis"),
                Column("account", "Konto"),
                Column("amount", "Kwota", Shape.MONEY),
                Column("value_on", "Data wartości", Shape.DAY),
                Column("booked_at", "Zaksięgowano", Shape.MOMENT),
                Column("reference", "Podstawa"),
            ),
            _entries,
        ),
    ),
    kept=_kept,
)
