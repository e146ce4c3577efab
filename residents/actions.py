"""What may happen to payers and their contacts; the verbs on codes, claims and mandates stand in files of their own."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from core import audit
from core.actor import Actor
from core.encryption import fingerprint
from residents.claims import claim_payer, grant_claim, refuse_claim
from residents.confirming import CODE_DAYS, CODE_LETTERS, confirm_at_window, confirm_identity, issue_code
from residents.identity import IdentityNumber, NumberKind
from residents.mandates import grant_mandate, revoke_mandate
from residents.many_payers import find_payers, insert_payers, keys_of
from residents.models import Contact, Payer
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
    "refuse_claim",
    "register_payer",
    "register_payers",
    "revoke_mandate",
    "set_contact",
]


def _numbers(number: IdentityNumber | None) -> dict[str, str]:
    if number is None:
        return {}
    if number.kind == NumberKind.PESEL:
        return {"pesel": number.value, "pesel_fingerprint": fingerprint(number.value)}
    return {str(number.kind): number.value}


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
    """The payer who bears *number*, registered when there is none yet; a known payer's name is left as it is."""
    with transaction.atomic():
        if number is not None and (known := find_payer(number)) is not None:
            return known
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


def register_payers(people: Mapping[IdentityNumber, str], *, by: Actor) -> dict[IdentityNumber, int]:
    """Find or register the bearers of many numbers at once, for imports; number → payer id.

    A PESEL makes a natural person, NIP and REGON a body. Names of payers already known are left as they are.
    """
    with transaction.atomic():
        keys = keys_of(people)
        found = find_payers(keys)
        missing = {key: number for key, number in keys.items() if number not in found}
        if missing:
            found |= insert_payers(missing, people)
            # Somebody may have registered some of them between our look and our insert.
            found |= find_payers({key: number for key, number in missing.items() if number not in found})
            audit.record("register_payers", "payers", by=by, count=len(missing))
    return found


def correct_payer(payer: Payer, *, name: str, street: str, postal_code: str, city: str, by: Actor) -> Payer:
    """Mend a payer's name and address."""
    with transaction.atomic():
        payer.name, payer.street, payer.postal_code, payer.city = name, street, postal_code, city
        payer.save(update_fields=["name", "street", "postal_code", "city"])
        audit.record("correct_payer", f"payer:{payer.pk}", by=by)
    return payer


def set_contact(payer_id: int, *, kind: str, address: str, source: str, by: Actor, at: datetime) -> None:
    """Make *address* the payer's one contact of *kind*; the earlier one is gone. *source* says where it comes from."""
    with transaction.atomic():
        Contact.objects.update_or_create(
            payer_id=payer_id, kind=kind, defaults={"address": address, "source": source, "since": at}
        )
        audit.record("set_contact", f"payer:{payer_id}", by=by, kind=kind, source=source)


def drop_contact(payer_id: int, *, kind: str, by: Actor) -> None:
    """Forget the payer's contact of *kind*, if there is one."""
    with transaction.atomic():
        gone, _ = Contact.objects.filter(payer_id=payer_id, kind=kind).delete()
        if gone:
            audit.record("drop_contact", f"payer:{payer_id}", by=by, kind=kind)
