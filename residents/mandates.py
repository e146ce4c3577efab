"""Letting an account act for a payer, and ending it: by the clerk, by the one who acts, by the one who is acted for."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from core import audit
from core.actor import Actor
from core.errors import Refused
from residents.models import Account, Mandate, Payer
from residents.models.mandate import Basis


def lock_mandates(payer: Payer, *, at: datetime) -> None:
    """Let nobody else change who acts for *payer* until the caller's transaction ends.

    One that ran out by itself must not stand in the way of its renewal: it is marked as ended when it did.
    """
    Payer.objects.select_for_update(of=("self",)).get(pk=payer.pk)
    payer.mandates.filter(revoked_at__isnull=True, valid_until__lte=at).update(revoked_at=F("valid_until"))


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
        lock_mandates(payer, at=at)
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
