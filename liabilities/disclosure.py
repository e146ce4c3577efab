"""What this floor knows of a payer: dues, their instalments, and every entry of their account."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db.models import Max
from django.utils import timezone

from core.actor import Actor
from liabilities.account_card import booked
from liabilities.bearers import joint_with
from liabilities.calendar_links import forget_links
from liabilities.models import CalendarLink, DunningLetter, InformationAction, Instalment
from liabilities.models.liability import InstalmentQuerySet
from liabilities.queries import open_dues
from residents.disclosure import Column, Kept, Section, Shape, Table
from residents.queries import same_person

LIMITATION_YEARS = 5  # Ordynacja podatkowa, art. 70 § 1


def _of_person(payer_id: int) -> InstalmentQuerySet:
    return Instalment.objects.borne_by(same_person(payer_id))


def _instalments(payer_id: int) -> Iterable[Sequence[object]]:
    found = _of_person(payer_id).select_related("liability__kind").order_by("payable_by", "pk")
    joint = joint_with(found.values_list("liability_id", flat=True))
    for rate in found.iterator(chunk_size=500):
        due = rate.liability
        yield (
            *(rate.pk, due.kind.name, due.title, due.year, rate.number, rate.due_on, rate.payable_by),
            *(rate.assessed, rate.outstanding, rate.costs, rate.account, rate.source, rate.as_of),
            joint.get(due.pk, 0),
        )


def _interest(payer_id: int) -> Iterable[Sequence[object]]:
    """Interest as of today, with how it came about: it is computed, not stored, until it is paid."""
    for due in open_dues(payer_id, on=timezone.localdate()):
        if due.interest.amount:
            yield due.instalment_id, timezone.localdate(), due.interest.amount, due.interest.legal_basis


def _entries(payer_id: int) -> Iterable[Sequence[object]]:
    entries = booked(payer_id).order_by("booked_at", "pk")
    for entry in entries.iterator(chunk_size=500):
        yield (
            *(entry.instalment_id, entry.get_kind_display(), entry.get_account_display(), entry.amount),
            *(entry.value_on, entry.booked_at, entry.reference),
        )


def _information(payer_id: int) -> Iterable[Sequence[object]]:
    for one in InformationAction.objects.filter(payer_id__in=same_person(payer_id)).order_by("on", "pk"):
        yield one.instalment_id, one.get_form_display(), one.on, one.person, one.outcome


def _letters(payer_id: int) -> Iterable[Sequence[object]]:
    letters = DunningLetter.objects.filter(payer_id__in=same_person(payer_id)).order_by("year", "number")
    for letter in letters.defer("content"):
        yield (
            *(letter.sign, letter.issued_on, letter.principal, letter.interest, letter.cost),
            *(letter.get_way_display(), letter.get_outcome_display(), letter.outcome_on),
        )


def _links(payer_id: int) -> Iterable[Sequence[object]]:
    links = CalendarLink.objects.filter(payer_id__in=same_person(payer_id)).select_related("account").order_by("pk")
    for link in links:
        yield link.account.get_full_name(), link.made_at, link.read_at


def _erase(payer_id: int, by: Actor, at: datetime) -> Mapping[str, int]:
    """Links go; dues and the ledger stay, as the law wants."""
    return {"odnośniki do kalendarza": forget_links(list(same_person(payer_id)))}


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
                Column("joint_with", "Ilu innych odpowiada za nią razem z Tobą", Shape.WHOLE),
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
        Table(
            "information",
            "Rozmowy i pisma o zaległościach",
            (
                Column("instalment", "Numer raty", Shape.WHOLE),
                Column("form", "Forma"),
                Column("on", "Dzień", Shape.DAY),
                Column("person", "Kto"),
                Column("outcome", "Skutek"),
            ),
            _information,
        ),
        Table(
            "dunning_letters",
            "Upomnienia",
            (
                Column("sign", "Numer"),
                Column("issued_on", "Z dnia", Shape.DAY),
                Column("principal", "Należność główna", Shape.MONEY),
                Column("interest", "Odsetki", Shape.MONEY),
                Column("cost", "Koszty upomnienia", Shape.MONEY),
                Column("way", "Droga"),
                Column("outcome", "Co się z nim stało"),
                Column("outcome_on", "Dzień", Shape.DAY),
            ),
            _letters,
        ),
        Table(
            "calendar_links",
            "Odnośniki do kalendarza",
            (
                Column("account", "Kto utworzył"),
                Column("made_at", "Utworzono", Shape.MOMENT),
                Column("read_at", "Ostatnio odczytano", Shape.MOMENT),
            ),
            _links,
        ),
    ),
    kept=_kept,
    erased=("odnośniki, przez które kalendarze czytają terminy",),
    erase=_erase,
)
