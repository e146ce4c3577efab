"""What may happen to payers and their contacts; the verbs on codes, claims and mandates stand in files of their own."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction

from core import audit
from core.actor import Actor
from core.bulk import copy_rows
from core.encryption import fingerprint, seal
from core.errors import Refused
from residents.claims import claim_payer, grant_claim, refuse_claim
from residents.confirming import CODE_DAYS, CODE_LETTERS, confirm_at_window, confirm_identity, issue_code
from residents.identity import IdentityNumber, NumberKind
from residents.mandates import grant_mandate, revoke_mandate
from residents.many_payers import Wanted, find_payers, insert_payers
from residents.models import Contact, Payer
from residents.models.payer import NUMBER_FIELDS, Kind
from residents.queries import find_payer

__all__ = [
    "CODE_DAYS",
    "CODE_LETTERS",
    "claim_payer",
    "confirm_at_window",
    "confirm_identity",
    "correct_payer",
    "drop_contact",
    "grant_claim",
    "grant_mandate",
    "issue_code",
    "record_death",
    "refuse_claim",
    "register_foreigner",
    "register_payer",
    "register_payers",
    "revoke_mandate",
    "set_contact",
]


def _numbers(number: IdentityNumber | None) -> dict[str, str]:
    if number is None:
        return {}
    if number.kind == NumberKind.PESEL:
        return {"pesel": number.value}
    return {NUMBER_FIELDS[number.kind]: number.value}


def register_payer(
    *,
    kind: str,
    name: str,
    number: IdentityNumber | None,
    by: Actor,
    street: str = "",
    postal_code: str = "",
    city: str = "",
) -> Payer:
    """The payer who bears *number*, registered when there is none yet; a known payer's name is left as it is.

    Raises Refused `town_number_unknown` for a number of the town's own that nobody bears: only `register_foreigner`
    gives one, since it asks for the date of birth.
    """
    with transaction.atomic():
        if number is not None and (known := find_payer(number)) is not None:
            return known
        if number is not None and number.kind == NumberKind.TOWN:
            raise town_number_unknown()
        try:
            with transaction.atomic():
                payer = Payer.objects.create(
                    kind=kind, name=name, street=street, postal_code=postal_code, city=city, **_numbers(number)
                )
        except IntegrityError:
            # Somebody registered the same number between our look and our insert: their row is the one.
            if number is None or (known := find_payer(number)) is None:
                raise
            return known
        audit.record("register_payer", f"payer:{payer.pk}", by=by)
    return payer


def town_number_unknown() -> Refused:
    """The refusal of a number that the town gave to nobody."""
    return Refused(
        "town_number_unknown",
        "Nikt w rejestrze nie ma tego numeru nadanego przez gminę.",
        where="number",
        mend="Zarejestruj najpierw tę osobę: potrzebna jest data urodzenia.",
    )


def register_foreigner(
    *,
    name: str,
    birth_date: date,
    number: IdentityNumber | None,
    on: date,
    by: Actor,
    street: str = "",
    postal_code: str = "",
    city: str = "",
) -> Payer:
    """Register a person without a PESEL under *number* of the town's own, or under the next free one («OB-000123»).

    Raises Refused `birth_date_future`, `not_town_number` and `number_taken`.
    """
    if birth_date > on:
        raise Refused("birth_date_future", "Data urodzenia jest w przyszłości.", where="birth_date", mend="Popraw ją.")
    if number is not None and number.kind != NumberKind.TOWN:
        raise Refused(
            "not_town_number",
            "To nie jest numer nadany przez gminę.",
            where="number",
            mend="Zostaw puste: nadamy następny wolny. Kto ma PESEL, jest osobą fizyczną.",
        )
    try:
        with transaction.atomic():
            payer = Payer.objects.create(
                kind=Kind.FOREIGNER,
                name=name,
                birth_date=birth_date,
                town_number=number.value if number is not None else _next_town_number(),
                street=street,
                postal_code=postal_code,
                city=city,
            )
            audit.record("register_foreigner", f"payer:{payer.pk}", by=by)
    except IntegrityError as error:
        raise Refused("number_taken", "Ten numer ma już ktoś inny.", where="number", mend="Podaj inny.") from error
    return payer


def _next_town_number() -> str:
    """The next number of the sequence that nobody was given by hand."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT nextval('residents_town_number')")
            number = f"OB-{cursor.fetchone()[0]:06d}"
            if not Payer.objects.filter(town_number=number).exists():
                return number


def register_payers(people: Mapping[IdentityNumber, str], *, by: Actor) -> dict[IdentityNumber, int]:
    """Find or register the bearers of many numbers at once, for imports; number → payer id.

    A PESEL makes a natural person, NIP, REGON and KRS a body. Names of payers already known are left as they are.
    Numbers of the town's own that nobody bears are missing from the answer: nobody is registered by them alone.
    """
    with transaction.atomic():
        wanted = Wanted(people)
        found = find_payers(wanted)
        missing = {
            number: name for number, name in people.items() if number not in found and number.kind != NumberKind.TOWN
        }
        if missing:
            found |= insert_payers(wanted, missing)
            # Somebody may have registered some of them between our look and our insert.
            found |= find_payers(wanted, among=missing.keys() - found.keys())
            audit.record("register_payers", "payers", by=by, count=len(missing))
    return found


def correct_payer(payer: Payer, *, name: str, street: str, postal_code: str, city: str, by: Actor) -> Payer:
    """Mend a payer's name and address."""
    with transaction.atomic():
        payer.name, payer.street, payer.postal_code, payer.city = name, street, postal_code, city
        payer.save(update_fields=["name", "street", "postal_code", "city"])
        audit.record("correct_payer", f"payer:{payer.pk}", by=by)
    return payer


def record_death(payer: Payer, *, deceased_on: date | None, on: date, by: Actor) -> Payer:
    """Note the day on which *payer* died; None takes a mistaken note back.

    From then on nobody is reminded at the payer's addresses (consents.PermittedContact) and nobody acts for the payer;
    what is owed stays, for the heirs. Raises Refused `death_future`, `death_before_birth`, `not_a_person`.
    """
    if deceased_on is not None and deceased_on > on:
        raise Refused("death_future", "Data śmierci jest w przyszłości.", where="deceased_on", mend="Popraw ją.")
    if deceased_on is not None and payer.kind == Kind.COMPANY:
        raise Refused("not_a_person", "Datę śmierci ma osoba, nie firma.", where="deceased_on")
    if deceased_on is not None and payer.birth_date is not None and deceased_on < payer.birth_date:
        raise Refused(
            "death_before_birth",
            "Data śmierci jest wcześniejsza niż urodzenie.",
            where="deceased_on",
            mend="Popraw ją.",
        )
    with transaction.atomic():
        payer.deceased_on = deceased_on
        payer.save(update_fields=["deceased_on"])
        verb = "record_death" if deceased_on is not None else "take_back_death"
        audit.record(verb, f"payer:{payer.pk}", by=by)
    return payer


def set_contact(payer_id: int, *, kind: str, address: str, source: str, by: Actor, at: datetime) -> None:
    """Make *address* the payer's one contact of *kind*; the earlier one is gone. *source* says where it comes from."""
    with transaction.atomic():
        Contact.objects.update_or_create(
            payer_id=payer_id, kind=kind, defaults={"address": address, "source": source, "since": at}
        )
        audit.record("set_contact", f"payer:{payer_id}", by=by, kind=kind, source=source)


def set_first_contacts(contacts: Sequence[tuple[int, str, str, str]], *, by: Actor, at: datetime) -> None:
    """Contacts of payers who had none, for imports: payer id, kind, address, source of each."""
    with transaction.atomic():
        copy_rows(
            Contact._meta.db_table,
            ("payer_id", "kind", "address", "address_fingerprint", "source", "since"),
            (
                (payer_id, kind, seal(address), fingerprint(address), source, at.isoformat())
                for payer_id, kind, address, source in contacts
            ),
        )
        audit.record_many(
            "set_contact",
            ((f"payer:{payer_id}", {"kind": kind, "source": source}) for payer_id, kind, _, source in contacts),
            by=by,
        )


def drop_contact(payer_id: int, *, kind: str, by: Actor) -> None:
    """Forget the payer's contact of *kind*, if there is one."""
    with transaction.atomic():
        gone, _ = Contact.objects.filter(payer_id=payer_id, kind=kind).delete()
        if gone:
            audit.record("drop_contact", f"payer:{payer_id}", by=by, kind=kind)
