"""Somebody has proved who they are: the payer is theirs, unless another account already is that payer.

Then nobody is let in: the claim waits, the first owner is told, and a clerk decides.
"""

from datetime import datetime, timedelta

from django.db import transaction

from core import audit
from core.actor import Actor
from core.errors import Refused
from residents.mandates import grant_mandate, lock_mandates
from residents.models import Account, Claim, Mandate, Payer
from residents.models.claim import ClaimState
from residents.models.mandate import Basis, Scope
from residents.models.payer import Kind
from residents.notices import tell

REFUSED_FOR = timedelta(days=30)


def claim_payer(
    account: Account, payer: Payer, *, how: str, by: Actor, at: datetime, anew: bool = False
) -> Mandate | Claim:
    """*account*'s owner has proved to be *payer* by *how* («login.gov.pl», «kod z urzędu»): the mandate, or a claim.

    Who has the mandate already gets it back. When the payer's own account is another one, nothing is granted: the
    answer is a Claim that waits for a clerk, and the first owner is told. A claim that was refused stands for 30 days
    and is the answer again, unless *anew* says that the office itself asked for this proof since.
    Bodies have no own account: their mandate is a representative's, and there may be several.
    """
    basis = Basis.REPRESENTATIVE if payer.kind == Kind.COMPANY else Basis.SELF
    with transaction.atomic():
        lock_mandates(payer, at=at)
        mine = payer.mandates.filter(account=account, revoked_at__isnull=True).first()
        if mine is not None and mine.basis == basis:
            return mine
        owner = own_account_of(payer) if basis == Basis.SELF else None
        if owner is not None:
            return _queue(account, payer, owner, how=how, by=by, at=at, anew=anew)
        if mine is not None:  # acted for the payer as somebody else until now
            mine.revoked_at = at
            mine.save(update_fields=["revoked_at"])
        return grant_mandate(
            account=account, payer=payer, basis=basis, scope=Scope.ALL, confirmed_how=how, by=by, at=at
        )


def own_account_of(payer: Payer) -> Account | None:
    """The account whose owner is *payer*, None when there is none."""
    own = payer.mandates.filter(basis=Basis.SELF, revoked_at__isnull=True).select_related("account").first()
    return own.account if own is not None else None


def _queue(account: Account, payer: Payer, owner: Account, *, how: str, by: Actor, at: datetime, anew: bool) -> Claim:
    waiting = Claim.objects.filter(account=account, payer=payer, state=ClaimState.WAITING).first()
    if waiting is not None:
        return waiting
    refused = Claim.objects.filter(
        account=account, payer=payer, state=ClaimState.REFUSED, decided_at__gt=at - REFUSED_FOR
    ).first()
    if refused is not None and not anew:
        return refused
    claim = Claim.objects.create(account=account, payer=payer, first_owner=owner, how=how, claimed_at=at)
    tell(owner, "claim_made", payer=payer.name, how=how)
    audit.record("claim_payer", f"payer:{payer.pk}", by=by, account=account.pk, owner=owner.pk, how=how)
    return claim


def grant_claim(claim: Claim, *, reason: str, by: Actor, at: datetime) -> Mandate:
    """The second account is the payer's: the first loses its mandate, both are told.

    Raises Refused `claim_decided` when somebody decided it before.
    """
    with transaction.atomic():
        kept = _open(claim, at)
        owner = own_account_of(kept.payer)
        kept.payer.mandates.filter(basis=Basis.SELF, revoked_at__isnull=True).update(revoked_at=at)
        if owner is not None:
            audit.record("revoke_mandate", f"payer:{kept.payer_id}", by=by, account=owner.pk, claim=kept.pk)
            tell(owner, "claim_lost", payer=kept.payer.name)
        kept.payer.mandates.filter(account=kept.account, revoked_at__isnull=True).update(revoked_at=at)
        mandate = grant_mandate(
            account=kept.account,
            payer=kept.payer,
            basis=Basis.SELF,
            scope=Scope.ALL,
            confirmed_how=kept.how,
            by=by,
            at=at,
        )
        _decide(kept, ClaimState.GRANTED, reason=reason, by=by, at=at)
        tell(kept.account, "claim_granted", payer=kept.payer.name)
    return mandate


def refuse_claim(claim: Claim, *, reason: str, by: Actor, at: datetime) -> None:
    """The first account stays the payer's; both are told.

    Raises Refused `claim_decided` when somebody decided it before.
    """
    with transaction.atomic():
        kept = _open(claim, at)
        _decide(kept, ClaimState.REFUSED, reason=reason, by=by, at=at)
        tell(kept.account, "claim_refused", payer=kept.payer.name)
        if (owner := own_account_of(kept.payer)) is not None:
            tell(owner, "claim_dismissed", payer=kept.payer.name)


def dismiss_claims(account: Account, *, by: Actor, at: datetime) -> None:
    """Refuse what *account*, which is about to be closed, waits for."""
    for claim in account.claims.filter(state=ClaimState.WAITING).select_related("payer").order_by("pk"):
        refuse_claim(claim, reason="konto zamknięto", by=by, at=at)


def _open(claim: Claim, at: datetime) -> Claim:
    lock_mandates(claim.payer, at=at)
    kept = Claim.objects.select_for_update(of=("self",)).select_related("account", "payer").get(pk=claim.pk)
    if kept.state != ClaimState.WAITING:
        raise Refused("claim_decided", f"To zgłoszenie jest już rozstrzygnięte: {kept.get_state_display()}.")
    return kept


def _decide(claim: Claim, state: ClaimState, *, reason: str, by: Actor, at: datetime) -> None:
    claim.state, claim.reason, claim.decided_at, claim.decided_by = state, reason, at, by.name
    claim.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    verb = "grant_claim" if state == ClaimState.GRANTED else "refuse_claim"
    audit.record(verb, f"payer:{claim.payer_id}", by=by, claim=claim.pk, account=claim.account_id, reason=reason)
