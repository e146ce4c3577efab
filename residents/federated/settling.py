"""What a proved identity means here: the payer who bears the PESEL is found or registered, and becomes the account's.

An account is for one person. When the payer already is another account's, the claim waits for a clerk.
"""

import json
from datetime import datetime

from django.db import transaction

from core import audit
from core.actor import Actor
from core.encryption import seal, unseal
from core.errors import Refused
from residents.actions import claim_payer, register_payer
from residents.federated.proven import Proven
from residents.models import Account, Claim, Mandate, Payer
from residents.models.mandate import Basis
from residents.models.payer import Kind
from residents.queries import find_payer


def sealed(proven: Proven) -> str:
    """*proven* as it may lie in a session: encrypted, since sessions are rows of the database."""
    return seal(json.dumps(proven.as_values()))


def opened(text: str) -> Proven:
    """What `sealed` was given."""
    return Proven(**json.loads(unseal(text)))


def _own_mandates(account: Account) -> list[Mandate]:
    return list(account.mandates.filter(basis=Basis.SELF, revoked_at__isnull=True))


def other_person() -> Refused:
    """The refusal of an identity other than the account's own."""
    return Refused(
        "other_person",
        "To konto należy już do innej osoby.",
        mend="Wyloguj się i zaloguj na swoje konto albo załóż nowe.",
    )


def check_same_person(account: Account, proven: Proven) -> None:
    """Raises Refused `other_person` when *account* is somebody else's than *proven*."""
    payer = find_payer(proven.number)
    if any(payer is None or mandate.payer_id != payer.pk for mandate in _own_mandates(account)):
        raise other_person()


def account_of_proof(proven: Proven, *, how: str) -> Account | None:
    """The account that was proved to be this person by the same provider already, None when there is none."""
    payer = find_payer(proven.number)
    if payer is None:
        return None
    own = (
        payer.mandates.filter(basis=Basis.SELF, revoked_at__isnull=True, confirmed_how=how)
        .select_related("account")
        .first()
    )
    return own.account if own is not None and own.account.is_active else None


def settle(account: Account, proven: Proven, *, how: str, by: Actor, at: datetime) -> Mandate | Claim:
    """*account*'s owner is *proven* by *how* («login.gov.pl»): the mandate for oneself, or a claim for a clerk.

    Raises Refused `other_person` when the account is another person's.
    """
    with transaction.atomic():
        payer = _payer(proven, by)
        check_same_person(account, proven)
        outcome = claim_payer(account, payer, how=how, by=by, at=at)
        audit.record("prove_identity", f"payer:{payer.pk}", by=by, account=account.pk, how=how, level=proven.level)
    return outcome


def _payer(proven: Proven, by: Actor) -> Payer:
    return register_payer(kind=Kind.PERSON, name=proven.name, number=proven.number, by=by)
