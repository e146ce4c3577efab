"""Erasing what names a person on this floor: contacts, accounts, at the very end the payer's own name and number."""

from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import Q, QuerySet

from core import audit
from core.actor import Actor
from residents.actions import drop_contact, revoke_mandate
from residents.attorney import drop_requests
from residents.claims import dismiss_claims
from residents.models import (
    Account,
    AttorneyRequest,
    ConfirmationCode,
    Contact,
    DataRequest,
    KnownDevice,
    Mandate,
    Notice,
    Payer,
)
from residents.models.mandate import Basis
from residents.models.payer import Kind
from residents.models.rodo import RequestKind, RequestState
from residents.queries import same_person
from residents.sessions import end_sessions

ERASED_NAME = "dane usunięte"
CLOSED_NAME = "konto zamknięte"
FORGOTTEN_NAME = "konto usunięte"  # closed, and its address is gone
CLOSED_DOMAIN = "usuniete.invalid"  # RFC 2606: no mail ever leaves for it
BLANK = ("pesel", "pesel_fingerprint", "nip", "regon", "krs", "street", "postal_code", "city")
NO_BIRTH_DATE = date(1900, 1, 1)  # the database wants one of a foreigner
WAITS_FOR_MAIL = timedelta(days=30)


def forget_contacts(payer_id: int, *, by: Actor) -> int:
    """Forget the payer's phone and e-mail; returns how many there were."""
    known = list(Contact.objects.filter(payer_id__in=same_person(payer_id)).values_list("payer_id", "kind"))
    for record_id, kind in known:
        drop_contact(record_id, kind=kind, by=by)
    return len(known)


def close_accounts(payer_id: int, *, by: Actor, at: datetime) -> int:
    """End every mandate for the payer and every unused code, and close the payer's own account.

    Returns how many accounts were closed. One that acts for somebody else as well, or is a clerk's, stays: only its
    mandate ends. A closed account is signed out everywhere at once (Django lets no inactive account in) and has neither
    password, second factor nor tie to a provider. Its address goes when the confirmation was sent (`forget_closed`).
    """
    records = same_person(payer_id)
    ConfirmationCode.objects.filter(payer_id__in=records, used_at__isnull=True).delete()
    drop_requests(AttorneyRequest.objects.filter(payer_id__in=records))
    closed = 0
    ending = Mandate.objects.filter(payer_id__in=records, revoked_at__isnull=True).order_by("pk")
    for mandate in ending.select_related("account", "payer"):
        revoke_mandate(mandate, by=by, at=at)
        account = mandate.account
        if mandate.basis == Basis.SELF and not account.is_staff and not _acts_for_others(account, at):
            close_account(account, by=by, at=at)
            closed += 1
    return closed


def _acts_for_others(account: Account, at: datetime) -> bool:
    return account.mandates.in_force(at).exists()


def close_account(account: Account, *, by: Actor, at: datetime) -> None:
    """Close an account in the caller's transaction: what waits goes, and so does every way in."""
    dismiss_claims(account, by=by, at=at)
    account.is_active = False
    account.full_name = CLOSED_NAME
    account.set_unusable_password()
    account.save(update_fields=["is_active", "full_name", "password"])
    Authenticator.objects.filter(user=account).delete()
    SocialAccount.objects.filter(user=account).delete()
    KnownDevice.objects.filter(account=account).delete()
    drop_requests(account.attorney_requests.all())
    end_sessions(account, by=by)
    Notice.objects.filter(account=account, sent_at__isnull=True).delete()  # the one about the erasure says it all
    audit.record("close_account", f"account:{account.pk}", by=by)


def erase_payer_identity(payer: Payer, *, by: Actor) -> None:
    """Take the payer's name, numbers and address out of the register; where nothing kept by law needs them.

    A foreigner's record must have a number of the town's own and a birth date: it gets ones that say nothing.
    """
    for record in Payer.objects.same_as(payer.pk):
        record.name = ERASED_NAME
        for field in BLANK:
            setattr(record, field, "")
        if record.kind == Kind.FOREIGNER:
            record.town_number, record.birth_date = f"X-{record.pk}", NO_BIRTH_DATE
        else:
            record.birth_date = None
        record.deceased_on = None
        record.save(update_fields=["name", *BLANK, "town_number", "birth_date", "deceased_on"])
    audit.record("erase_payer_identity", f"payer:{payer.pk}", by=by)


def _closed(before: datetime) -> "QuerySet[Account]":
    """Accounts closed before *before*, by an erasure or by their owner, that bear an address and are owed no e-mail."""
    erased = DataRequest.objects.filter(
        kind=RequestKind.ERASURE, state=RequestState.ACCEPTED, decided_at__lt=before
    ).values("payer_id")
    owed = Notice.objects.filter(sent_at__isnull=True, made_at__gt=before - WAITS_FOR_MAIL).values("account_id")
    own = Q(mandates__payer_id__in=erased, mandates__basis=Basis.SELF)
    own |= Q(notices__kind="account_closed", notices__made_at__lt=before)
    closed = Account.objects.filter(own, is_active=False, full_name=CLOSED_NAME)
    return closed.exclude(pk__in=owed).distinct()


def forget_closed(before: datetime, most: int) -> int:
    """Take the address off at most *most* closed accounts; the row stays because records of who did what name it."""
    some = list(_closed(before).order_by("pk")[:most])
    for account in some:
        account.email = f"konto-{account.pk}@{CLOSED_DOMAIN}"
        account.full_name = FORGOTTEN_NAME
        account.last_login = None
        account.save(update_fields=["email", "full_name", "last_login"])
    EmailAddress.objects.filter(user__in=some).delete()
    Notice.objects.filter(account__in=some).delete()
    return len(some)


def count_closed(before: datetime) -> int:
    """How many closed accounts still bear an address."""
    return _closed(before).count()
