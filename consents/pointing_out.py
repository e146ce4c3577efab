"""What a clerk should see before accepting a paper, though nothing of it is wrong: notes, never refusals."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from consents.models import ApplicationState, ConsentApplication
from consents.queries import accepted_applications
from core.dates import format_date
from core.encryption import fingerprints
from core.errors import Refused
from core.phones import format_phone, parse_phone
from residents.identity import IdentityNumber, NumberKind, pesel_birth_date
from residents.models import Contact, Payer
from residents.models.payer import ContactKind
from residents.queries import contacts_of, same_person

KINDS = {
    NumberKind.PESEL: "PESEL",
    NumberKind.NIP: "NIP",
    NumberKind.REGON: "REGON",
    NumberKind.KRS: "KRS",
    NumberKind.TOWN: "Numer nadany przez gminę",
}
MOST_NAMED = 3


@dataclass(frozen=True)
class Note:
    """Words for the clerk beside a field of the registration."""

    field: str
    words: str


def told_number(number: IdentityNumber) -> str:
    """Which number it is: «PESEL, data urodzenia 17 maja 1980»."""
    kind = KINDS[number.kind]
    if number.kind == NumberKind.PESEL:
        return f"{kind}, data urodzenia {format_date(pesel_birth_date(number.value))}."
    return f"{kind}."


def notes_on(
    payer: Payer | None, *, phone: str, email: str, signed_on: date | None, on: date, draft_id: int | None = None
) -> Iterator[Note]:
    """What differs from what is in force, or stands somewhere else already. *payer* is None for whoever is new here."""
    held = contacts_of(payer.pk) if payer else {}
    own = list(same_person(payer.pk)) if payer else []
    if payer:
        yield Note("number", f"Płatnik: {payer.name} ({payer.number}).")
        yield from _papers(payer, signed_on=signed_on, draft_id=draft_id)
    for kind, address in ((ContactKind.PHONE, _readable(phone)), (ContactKind.EMAIL, email.strip())):
        if address:
            yield from _address(kind, address, held=held.get(kind, ""), own=own)
        elif kind in held:
            yield Note(kind, f"Dotąd: {_told(kind, held[kind])}. Po przyjęciu wniosku ten kontakt zostanie usunięty.")
    if signed_on and (on - signed_on).days > 365:
        yield Note("signed_on", "Podpis sprzed ponad roku: sprawdź rok.")


def _readable(phone: str) -> str:
    try:
        return parse_phone(phone) if phone.strip() else ""
    except Refused:
        return ""


def _told(kind: str, address: str) -> str:
    return format_phone(address) if kind == ContactKind.PHONE else address


def _address(kind: str, address: str, *, held: str, own: list[int]) -> Iterator[Note]:
    if held and held.casefold() != address.casefold():
        yield Note(kind, f"Zmiana. Dotąd: {_told(kind, held)}.")
    elsewhere = Contact.objects.filter(kind=kind, address_fingerprint__in=fingerprints(address))
    bearers = [one.payer for one in elsewhere.exclude(payer_id__in=own).select_related("payer")[: MOST_NAMED + 1]]
    if bearers:
        named = ", ".join(bearer.number for bearer in bearers[:MOST_NAMED])
        more = " i inni" if len(bearers) > MOST_NAMED else ""
        what = "Ten telefon" if kind == ContactKind.PHONE else "Ten adres"
        yield Note(kind, f"{what} ma już inny płatnik: {named}{more}. Jeśli to rodzina, wszystko w porządku.")


def _papers(payer: Payer, *, signed_on: date | None, draft_id: int | None) -> Iterator[Note]:
    waiting = ConsentApplication.objects.filter(payer_id__in=same_person(payer.pk), state=ApplicationState.DRAFT)
    if draft_id is not None:
        waiting = waiting.exclude(pk=draft_id)
    for draft in waiting.order_by("pk")[:MOST_NAMED]:
        yield Note("number", f"Ten płatnik ma już wniosek nr {draft.pk} do sprawdzenia.")
    ruling = accepted_applications(payer.pk).first()
    if ruling is None or signed_on is None:
        return
    if ruling.signed_on == signed_on:
        yield Note(
            "signed_on", f"Wniosek nr {ruling.pk} podpisano tego samego dnia. Sprawdź, czy to nie ten sam papier."
        )
    elif ruling.signed_on > signed_on:
        yield Note("signed_on", f"Obowiązuje wniosek nr {ruling.pk}, podpisany później: ten będzie tylko dowodem.")


def at_most_once(notes: Iterator[Note]) -> dict[str, list[str]]:
    """The notes by field, each once, in order."""
    found: dict[str, list[str]] = {}
    for note in notes:
        if note.words not in found.setdefault(note.field, []):
            found[note.field].append(note.words)
    return found
