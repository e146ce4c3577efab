"""Proving at the office who owns an account: by a code that it handed out, or by a document shown at the window."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import F

from core import audit
from core.actor import Actor
from core.encryption import fingerprints
from core.errors import Refused
from residents.claims import claim_payer
from residents.identity import IdentityNumber
from residents.models import Account, Claim, ConfirmationCode, Mandate, Payer
from residents.models.mandate import Basis
from residents.queries import find_payer, mandates_of, same_person

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0, 1: read aloud and typed from paper
CODE_DAYS = 30
BY_CODE = "kod z urzędu"
OWN = (Basis.SELF, Basis.REPRESENTATIVE)


def _digests(payer_id: int, code: str) -> list[str]:
    """What may be kept of *code*, by each index key in use; the first is what is kept now."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return [hashlib.sha256(f"{payer_id}:{mark}".encode()).hexdigest() for mark in fingerprints(plain)]


def issue_code(payer: Payer, *, by: Actor, at: datetime) -> str:
    """A new confirmation code for *payer*, «ABCD-EFGH», told once: only its digest is kept. Earlier unused ones end."""
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(8))
    with transaction.atomic():
        ConfirmationCode.objects.filter(payer=payer, used_at__isnull=True, expires_at__gt=at).update(expires_at=at)
        ConfirmationCode.objects.create(
            payer=payer,
            digest=_digests(payer.pk, code)[0],
            issued_by_id=by.account_id,
            expires_at=at + timedelta(days=CODE_DAYS),
        )
        audit.record("issue_code", f"payer:{payer.pk}", by=by)
    return f"{code[:4]}-{code[4:]}"


WRONG = "Numer albo kod się nie zgadza."
WRONG_MEND = "Sprawdź obie wartości. Kod jest ważny 30 dni i można go wpisać błędnie najwyżej pięć razy."


def confirm_identity(
    account: Account, *, number: IdentityNumber, code: str, by: Actor, at: datetime
) -> Mandate | Claim:
    """Tie *account* to the payer who bears *number*, by a code from the office: one use, 30 days, five tries.

    A Claim comes back, and the code is used up, when the payer is another account's already (residents/claims.py).
    Raises Refused `code_wrong` (also for an unknown number and for a wrong code that has no tries left: nothing tells
    whether the town knows the number), and to who holds the right code `code_expired`, `code_spent` or
    `already_confirmed`.
    """
    payer = find_payer(number)
    codes = ConfirmationCode.objects.filter(payer__in=same_person(payer.pk)) if payer else None
    newest = codes.order_by("-issued_at").first() if codes is not None else None
    if payer is None or newest is None:
        audit.record("code_wrong", f"account:{account.pk}", by=by)
        raise Refused("code_wrong", WRONG, where="code", mend=WRONG_MEND)
    with transaction.atomic():
        kept = ConfirmationCode.objects.select_for_update(of=("self",)).get(pk=newest.pk)
        refusal = _code_refusal(kept, code, at)
        if refusal is None:
            return _tie(account, payer, kept, by=by, at=at)
        if refusal.code == "code_wrong":
            ConfirmationCode.objects.filter(pk=kept.pk, tries_left__gt=0).update(tries_left=F("tries_left") - 1)
        audit.record(refusal.code, f"payer:{payer.pk}", by=by)
    raise refusal


def _code_refusal(kept: ConfirmationCode, code: str, at: datetime) -> Refused | None:
    if not any(secrets.compare_digest(kept.digest, digest) for digest in _digests(kept.payer_id, code)):
        return Refused("code_wrong", WRONG, where="code", mend=WRONG_MEND)
    if kept.used_at is not None or kept.tries_left < 1:
        return Refused("code_spent", "Ten kod został już zużyty.", where="code", mend="Poproś w urzędzie o nowy kod.")
    if kept.expires_at <= at:
        return Refused("code_expired", "Ten kod stracił ważność.", where="code", mend="Poproś w urzędzie o nowy kod.")
    return None


def _tie(account: Account, payer: Payer, kept: ConfirmationCode, *, by: Actor, at: datetime) -> Mandate | Claim:
    if mandates_of(account, at=at).filter(payer=payer, basis__in=OWN).exists():
        raise Refused("already_confirmed", "To konto już działa w imieniu tego płatnika.")
    outcome = claim_payer(account, payer, how=BY_CODE, by=by, at=at, anew=True)
    kept.used_at, kept.used_by = at, account
    kept.save(update_fields=["used_at", "used_by"])
    return outcome


class Document(models.TextChoices):
    """What a clerk may be shown. The kind is noted, the document's number never."""

    IDENTITY_CARD = "identity_card", "dowód osobisty"
    PASSPORT = "passport", "paszport"
    RESIDENCE_CARD = "residence_card", "karta pobytu"
    MOBYWATEL = "mobywatel", "mDowód w aplikacji mObywatel"


def confirm_at_window(
    account: Account, payer: Payer, *, document: Document, by: Actor, at: datetime
) -> Mandate | Claim:
    """A clerk saw *document* of the person who owns *account*: they are *payer*, a person or a body's representative.

    A Claim comes back when the payer is another account's already. Raises Refused `already_confirmed`, and `own_hand`
    when the clerk would confirm their own account.
    """
    if by.account_id == account.pk:
        raise Refused("own_hand", "Swojego konta nie potwierdza się samemu.", mend="Poproś drugą osobę z urzędu.")
    with transaction.atomic():
        if mandates_of(account, at=at).filter(payer=payer, basis__in=OWN).exists():
            raise Refused("already_confirmed", "To konto już działa w imieniu tego płatnika.")
        outcome = claim_payer(account, payer, how=f"w urzędzie: {document.label}", by=by, at=at, anew=True)
        audit.record("confirm_at_window", f"payer:{payer.pk}", by=by, account=account.pk, document=document.value)
    return outcome
