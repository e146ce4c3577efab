"""Letting an account act for a payer, and ending it: by a clerk, by the one who acts, by the one who is acted for."""

from datetime import datetime

from django.core.files.base import File
from django.db import transaction
from django.db.models import F, QuerySet

from core import audit
from core.actor import Actor
from core.errors import Refused
from residents.models import Account, Mandate, Payer
from residents.models.mandate import PRINCIPALS, Basis, Scope
from residents.notices import tell


def lock_mandates(payer: Payer, *, at: datetime) -> Payer:
    """Let nobody else change who acts for *payer* until the caller's transaction ends; returns the payer as of now.

    One that ran out by itself must not stand in the way of its renewal: it is marked as ended when it did.
    """
    locked = Payer.objects.select_for_update(of=("self",)).get(pk=payer.pk)
    payer.mandates.filter(revoked_at__isnull=True, valid_until__lte=at).update(revoked_at=F("valid_until"))
    return locked


def _check_payer(payer: Payer) -> None:
    if payer.merged_into_id is not None:
        raise Refused("payer_merged", "Ten wpis połączono z innym.", mend="Otwórz płatnika, z którym go połączono.")
    if payer.deceased_on is not None:
        raise Refused(
            "payer_deceased",
            "Według rejestru ta osoba nie żyje: nikt nie może działać w jej imieniu.",
            mend="Jeśli to pomyłka, zgłoś się do urzędu z dowodem tożsamości.",
        )


def grant_mandate(
    *,
    account: Account,
    payer: Payer,
    basis: str,
    scope: str,
    confirmed_how: str,
    by: Actor,
    at: datetime,
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    scan: "File[bytes] | None" = None,
) -> Mandate:
    """Let *account* act for *payer* from *valid_from* (else from *at*) until *valid_until*; the payer's own are told.

    Raises Refused `already_confirmed` when it may already, `payer_taken` when the payer has an own account,
    `ends_before_it_begins`, `payer_merged`, `payer_deceased`.
    """
    begins = valid_from or at
    if valid_until is not None and valid_until <= at:
        raise Refused("ends_before_it_begins", "Ten dzień już minął.", where="valid_until", mend="Podaj późniejszy.")
    if valid_until is not None and valid_until <= begins:
        raise Refused(
            "ends_before_it_begins", "Ten dzień jest przed początkiem.", where="valid_until", mend="Podaj późniejszy."
        )
    with transaction.atomic():
        _check_payer(lock_mandates(payer, at=at))
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
            valid_from=begins,
            valid_until=valid_until,
            confirmed_how=confirmed_how,
            scan=scan or "",
        )
        audit.record("grant_mandate", f"payer:{payer.pk}", by=by, account=account.pk, basis=basis, scope=scope)
        for own in principals_of(payer, at=at).exclude(account=account):
            tell(
                own.account,
                "mandate_granted",
                who=account.get_full_name(),
                payer=payer.name,
                basis=mandate.get_basis_display(),
                scope=mandate.get_scope_display(),
            )
    return mandate


def principals_of(payer: Payer, *, at: datetime) -> "QuerySet[Mandate]":
    """The mandates of those who stand for *payer* themselves: their own account, a body's representatives."""
    return payer.mandates.in_force(at).filter(basis__in=PRINCIPALS, scope=Scope.ALL).select_related("account")


def may_revoke(mandate: Mandate, account: Account, *, at: datetime) -> bool:
    """Whether *account* may end *mandate*: as the one who acts, or as the payer for whom somebody else acts.

    Nobody ends their own account's tie to themselves, nor one representative another's: that is a clerk's matter.
    """
    if mandate.account_id == account.pk:
        return mandate.basis != Basis.SELF
    return mandate.basis not in PRINCIPALS and stands_for(account, mandate.payer, at=at)


def stands_for(account: Account, payer: Payer, *, at: datetime) -> bool:
    """Whether *account* is *payer*'s own, or their full representative's: these see who acts for the payer."""
    return principals_of(payer, at=at).filter(account=account).exists()


def revoke_mandate(mandate: Mandate, *, by: Actor, at: datetime) -> None:
    """End a mandate now; both sides but the one who did it are told. A second time changes nothing."""
    with transaction.atomic():
        lock_mandates(mandate.payer, at=at)
        principals = [own.account for own in principals_of(mandate.payer, at=at)]
        ended = Mandate.objects.filter(pk=mandate.pk, revoked_at__isnull=True)
        if not ended.update(revoked_at=at, revoked_by=by.name):
            return
        audit.record(
            "revoke_mandate",
            f"payer:{mandate.payer_id}",
            by=by,
            account=mandate.account_id,
            basis=mandate.basis,
        )
        for account in {own.pk: own for own in [mandate.account, *principals]}.values():
            if account.pk != by.account_id:
                tell(account, "mandate_ended", who=mandate.account.get_full_name(), payer=mandate.payer.name)


def revoke_own_side(mandate: Mandate, *, account: Account, by: Actor, at: datetime) -> None:
    """End a mandate by one of its two sides. Raises Refused `not_yours_to_revoke`, `already_ended`."""
    if not may_revoke(mandate, account, at=at):
        raise Refused("not_yours_to_revoke", "Tego umocowania nie odwołasz w portalu.", mend="Zgłoś to w urzędzie.")
    with transaction.atomic():
        if not Mandate.objects.filter(pk=mandate.pk, revoked_at__isnull=True).exists():
            raise Refused("already_ended", "To umocowanie już się skończyło.")
        revoke_mandate(mandate, by=by, at=at)
