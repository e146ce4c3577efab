"""Erasing what names a person on this floor: contacts, accounts, at the very end the payer's own name and number."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet

from core import audit
from core.actor import Actor
from residents.actions import drop_contact, revoke_mandate
from residents.models import Account, ConfirmationCode, Contact, DataRequest, Mandate, Notice, Payer
from residents.models.mandate import Basis
from residents.models.rodo import RequestKind, RequestState

ERASED_NAME = "dane usunięte"
CLOSED_NAME = "konto zamknięte"
CLOSED_DOMAIN = "usuniete.invalid"  # RFC 2606: no mail ever leaves for it
WAITS_FOR_MAIL = timedelta(days=30)


def forget_contacts(payer_id: int, *, by: Actor) -> int:
    """Forget the payer's phone and e-mail; returns how many there were."""
    kinds = list(Contact.objects.filter(payer_id=payer_id).values_list("kind", flat=True))
    for kind in kinds:
        drop_contact(payer_id, kind=kind, by=by)
    return len(kinds)


def close_accounts(payer_id: int, *, by: Actor, at: datetime) -> int:
    """End every mandate for the payer and every unused code, and close the payer's own account.

    Returns how many accounts were closed. One that acts for somebody else as well, or is a clerk's, stays: only its
    mandate ends. A closed account is signed out everywhere at once (Django lets no inactive account in) and has neither
    password nor second factor; its address goes when the confirmation has been sent (`forget_closed`).
    """
    ConfirmationCode.objects.filter(payer_id=payer_id, used_at__isnull=True).delete()
    closed = 0
    for mandate in Mandate.objects.filter(payer_id=payer_id, revoked_at__isnull=True).select_related("account"):
        revoke_mandate(mandate, by=by, at=at)
        account = mandate.account
        if mandate.basis == Basis.SELF and not account.is_staff and not _acts_for_others(account, at):
            _close(account, by=by)
            closed += 1
    return closed


def _acts_for_others(account: Account, at: datetime) -> bool:
    return account.mandates.in_force(at).exists()


def _close(account: Account, *, by: Actor) -> None:
    account.is_active = False
    account.full_name = CLOSED_NAME
    account.set_unusable_password()
    account.save(update_fields=["is_active", "full_name", "password"])
    Authenticator.objects.filter(user=account).delete()
    audit.record("close_account", f"account:{account.pk}", by=by)


def erase_payer_identity(payer: Payer, *, by: Actor) -> None:
    """Take the payer's name, numbers and address out of the register; where nothing kept by law needs them."""
    payer.name = ERASED_NAME
    blank = ("pesel", "pesel_fingerprint", "nip", "regon", "street", "postal_code", "city")
    for field in blank:
        setattr(payer, field, "")
    payer.save(update_fields=["name", *blank])
    audit.record("erase_payer_identity", f"payer:{payer.pk}", by=by)


def _closed(before: datetime) -> "QuerySet[Account]":
    """Accounts closed by an erasure before *before* that still bear an address and are owed no e-mail."""
    erased = DataRequest.objects.filter(
        kind=RequestKind.ERASURE, state=RequestState.ACCEPTED, decided_at__lt=before
    ).values("payer_id")
    owed = Notice.objects.filter(sent_at__isnull=True, made_at__gt=before - WAITS_FOR_MAIL).values("account_id")
    own = Q(mandates__payer_id__in=erased, mandates__basis=Basis.SELF)
    closed = Account.objects.filter(own, is_active=False, full_name=CLOSED_NAME)
    return closed.exclude(email__endswith=f"@{CLOSED_DOMAIN}").exclude(pk__in=owed).distinct()


def forget_closed(before: datetime, most: int) -> int:
    """Take the address off at most *most* closed accounts; the row stays because records of who did what name it."""
    some = list(_closed(before).order_by("pk")[:most])
    for account in some:
        account.email = f"konto-{account.pk}@{CLOSED_DOMAIN}"
        account.last_login = None
        account.save(update_fields=["email", "last_login"])
    EmailAddress.objects.filter(user__in=some).delete()
    Notice.objects.filter(account__in=some).delete()
    return len(some)


def count_closed(before: datetime) -> int:
    """How many closed accounts still bear an address."""
    return _closed(before).count()
