"""What may happen to payers, their contacts, codes and mandates."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from core import audit
from core.actor import Actor
from core.encryption import fingerprint
from core.errors import Refused
from residents.identity import IdentityNumber, NumberKind
from residents.many_payers import find_payers, insert_payers, keys_of
from residents.models import Account, ConfirmationCode, Contact, Mandate, Payer
from residents.models.mandate import Basis, Scope
from residents.models.payer import Kind
from residents.queries import find_payer

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0, 1: read aloud and typed from paper
CODE_DAYS = 30


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


def _digest(payer_id: int, code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(f"{payer_id}:{fingerprint(plain)}".encode()).hexdigest()


def issue_code(payer: Payer, *, by: Actor, at: datetime) -> str:
    """A new confirmation code for *payer*, «ABCD-EFGH», told once: only its digest is kept. Earlier unused ones end."""
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    with transaction.atomic():
        ConfirmationCode.objects.filter(payer=payer, used_at__isnull=True, expires_at__gt=at).update(expires_at=at)
        ConfirmationCode.objects.create(
            payer=payer,
            digest=_digest(payer.pk, code),
            issued_by_id=by.account_id,
            expires_at=at + timedelta(days=CODE_DAYS),
        )
        audit.record("issue_code", f"payer:{payer.pk}", by=by)
    return f"{code[:4]}-{code[4:]}"


WRONG = "Numer albo kod się nie zgadza."
WRONG_MEND = "Sprawdź obie wartości. Kod jest ważny 30 dni i można go wpisać błędnie najwyżej pięć razy."


def confirm_identity(account: Account, *, number: IdentityNumber, code: str, by: Actor, at: datetime) -> Mandate:
    """Tie *account* to the payer who bears *number*, by a code from the office: one use, 30 days, five tries.

    Raises Refused `code_wrong` (also for an unknown number and for a wrong code that has no tries left: nothing tells
    whether the town knows the number), and to who holds the right code `code_expired`, `code_spent`, `payer_taken`
    (the payer has an account already; a clerk decides) or `already_confirmed`.
    """
    payer = find_payer(number)
    newest = ConfirmationCode.objects.filter(payer=payer).order_by("-issued_at").first() if payer else None
    if payer is None or newest is None:
        raise Refused("code_wrong", WRONG, where="code", mend=WRONG_MEND)
    refusal = None
    with transaction.atomic():
        kept = ConfirmationCode.objects.select_for_update(of=("self",)).get(pk=newest.pk)
        refusal = _code_refusal(kept, payer, code, at)
        if refusal is None:
            return _tie(account, payer, kept, by=by, at=at)
        if refusal.code == "code_wrong":
            ConfirmationCode.objects.filter(pk=kept.pk, tries_left__gt=0).update(tries_left=F("tries_left") - 1)
            audit.record("code_wrong", f"payer:{payer.pk}", by=by)
    raise refusal


def _code_refusal(kept: ConfirmationCode, payer: Payer, code: str, at: datetime) -> Refused | None:
    if not secrets.compare_digest(kept.digest, _digest(payer.pk, code)):
        return Refused("code_wrong", WRONG, where="code", mend=WRONG_MEND)
    if kept.used_at is not None or kept.tries_left < 1:
        return Refused("code_spent", "Ten kod został już zużyty.", where="code", mend="Poproś w urzędzie o nowy kod.")
    if kept.expires_at <= at:
        return Refused("code_expired", "Ten kod stracił ważność.", where="code", mend="Poproś w urzędzie o nowy kod.")
    return None


def _tie(account: Account, payer: Payer, kept: ConfirmationCode, *, by: Actor, at: datetime) -> Mandate:
    basis = Basis.SELF if payer.kind == Kind.PERSON else Basis.REPRESENTATIVE
    mandate = grant_mandate(
        account=account, payer=payer, basis=basis, scope=Scope.ALL, confirmed_how="kod z urzędu", by=by, at=at
    )
    kept.used_at, kept.used_by = at, account
    kept.save(update_fields=["used_at", "used_by"])
    return mandate


def grant_mandate(
    *,
    account: Account,
    payer: Payer,
    basis: str,
    scope: str,
    confirmed_how: str,
    by: Actor,
    at: datetime,
    valid_until: datetime | None = None,
) -> Mandate:
    """Let *account* act for *payer* from *at* on.

    Raises Refused `already_confirmed` when it may already, `payer_taken` when the payer has an own account,
    `ends_before_it_begins`.
    """
    if valid_until is not None and valid_until <= at:
        raise Refused("ends_before_it_begins", "Ten dzień już minął.", where="valid_until", mend="Podaj późniejszy.")
    with transaction.atomic():
        Payer.objects.select_for_update(of=("self",)).get(pk=payer.pk)
        # One that ran out by itself must not stand in the way of its renewal.
        payer.mandates.filter(revoked_at__isnull=True, valid_until__lte=at).update(revoked_at=F("valid_until"))
        if Mandate.objects.filter(account=account, payer=payer, revoked_at__isnull=True).exists():
            raise Refused("already_confirmed", "To konto już działa w imieniu tego płatnika.")
        if basis == Basis.SELF and payer.mandates.filter(basis=Basis.SELF, revoked_at__isnull=True).exists():
            raise Refused(
                "payer_taken",
                "Te dane są już połączone z innym kontem.",
                mend="Zgłoś się do urzędu z dowodem tożsamości: sprawdzimy to razem.",
            )
        mandate = Mandate.objects.create(
            account=account,
            payer=payer,
            basis=basis,
            scope=scope,
            valid_from=at,
            valid_until=valid_until,
            confirmed_how=confirmed_how,
        )
        audit.record("grant_mandate", f"payer:{payer.pk}", by=by, account=account.pk, basis=basis, scope=scope)
    return mandate


def revoke_mandate(mandate: Mandate, *, by: Actor, at: datetime) -> None:
    """End a mandate now; a second time changes nothing."""
    with transaction.atomic():
        if Mandate.objects.filter(pk=mandate.pk, revoked_at__isnull=True).update(revoked_at=at):
            audit.record("revoke_mandate", f"payer:{mandate.payer_id}", by=by, account=mandate.account_id)
