"""Confirming a phone or an e-mail address by a code, before anything else is sent there."""

import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from consents.models import AddressConfirmation
from core import audit
from core.actor import Actor
from core.dates import format_date
from core.encryption import fingerprints
from core.errors import Refused
from residents.models import Account, Contact
from residents.models.payer import ContactKind

CODE_MINUTES = 15
HOLDS = timedelta(days=30)  # a number changes hands: a confirmation is not worth more than that
# How many codes, in how long: to one address whoever asks, and for one account whatever the address.
TO_ADDRESS = ((3, timedelta(hours=1)), (6, timedelta(days=1)))
FOR_ACCOUNT = ((6, timedelta(hours=1)), (12, timedelta(days=1)))


def _digests(payer_id: int, kind: str, address: str, code: str) -> list[str]:
    """Under each key of the ring, the newest first: a code outlives a rotation of keys."""
    digits = "".join(sign for sign in code if sign.isdecimal())
    return fingerprints(f"{payer_id}:{kind}:{address}:{digits}")


def ask_code(payer_id: int, account: Account, *, kind: str, address: str, by: Actor, at: datetime) -> str:
    """A new code for *address*, six digits, told once, to be sent there; earlier ones end. Only its digest is kept.

    Raises Refused `too_many_codes`.
    """
    code = f"{secrets.randbelow(1_000_000):06d}"
    with transaction.atomic():
        Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
        _check_throttles(account, address, at)
        earlier = AddressConfirmation.objects.filter(payer_id=payer_id, kind=kind, confirmed_at__isnull=True)
        earlier.filter(expires_at__gt=at).update(tries_left=0)
        AddressConfirmation.objects.create(
            payer_id=payer_id,
            account=account,
            kind=kind,
            address=address,
            digest=_digests(payer_id, kind, address, code)[0],
            asked_at=at,
            expires_at=at + timedelta(minutes=CODE_MINUTES),
        )
        audit.record("ask_address_code", f"payer:{payer_id}", by=by, kind=kind)
    return code


def _check_throttles(account: Account, address: str, at: datetime) -> None:
    asked = (
        (AddressConfirmation.objects.filter(address_fingerprint__in=fingerprints(address)), TO_ADDRESS),
        (AddressConfirmation.objects.filter(account=account), FOR_ACCOUNT),
    )
    for rows, limits in asked:
        for most, span in limits:
            if rows.filter(asked_at__gt=at - span).count() >= most:
                raise Refused(
                    "too_many_codes",
                    "Wysłaliśmy już zbyt wiele kodów.",
                    mend="Spróbuj ponownie za godzinę, a gdy to nie pomoże – jutro.",
                )


def confirm_address(payer_id: int, *, kind: str, address: str, code: str, by: Actor, at: datetime) -> None:
    """Confirm *address* by the newest code that was sent to it.

    Raises Refused `code_wrong`, `code_expired`, `code_spent` (five wrong tries, or a newer code was sent).
    """
    mend = "Poproś o nowy kod."
    with transaction.atomic():
        rows = AddressConfirmation.objects.select_for_update(of=("self",)).filter(
            payer_id=payer_id, kind=kind, address_fingerprint__in=fingerprints(address)
        )
        asked = rows.order_by("-asked_at", "-pk").first()
        if asked is None or asked.expires_at <= at:
            refusal = Refused("code_expired", "Ten kod stracił ważność.", where="code", mend=mend)
        elif asked.confirmed_at is not None:
            return
        elif asked.tries_left < 1:
            refusal = Refused("code_spent", "Tego kodu nie można już użyć.", where="code", mend=mend)
        elif any(secrets.compare_digest(asked.digest, one) for one in _digests(payer_id, kind, address, code)):
            asked.confirmed_at = at
            asked.save(update_fields=["confirmed_at"])
            audit.record("confirm_address", f"payer:{payer_id}", by=by, kind=kind)
            return
        else:
            AddressConfirmation.objects.filter(pk=asked.pk).update(tries_left=F("tries_left") - 1)
            refusal = Refused(
                "code_wrong",
                "Kod się nie zgadza.",
                where="code",
                mend=f"Pozostało prób: {asked.tries_left - 1}." if asked.tries_left > 1 else mend,
            )
        audit.record(refusal.code, f"payer:{payer_id}", by=by, kind=kind)
    raise refusal


def how_confirmed(payer_id: int, account: Account, *, kind: str, address: str, at: datetime) -> str:
    """How it is known that *address* is the resident's, in words for the evidence; '' when it is not known.

    By a code in the last thirty days, by the application that made it the contact in force, or as the confirmed
    address of the account itself.
    """
    marks = fingerprints(address)
    coded = (
        AddressConfirmation.objects.filter(payer_id=payer_id, kind=kind, address_fingerprint__in=marks)
        .filter(confirmed_at__gt=at - HOLDS)
        .order_by("-confirmed_at")
        .first()
    )
    if coded is not None and coded.confirmed_at is not None:
        moment = timezone.localtime(coded.confirmed_at)
        return f"kodem, {format_date(moment.date())}, godz. {moment:%H:%M}"
    contact = Contact.objects.filter(payer_id=payer_id, kind=kind, address_fingerprint__in=marks).first()
    if contact is not None:
        return f"{contact.source}, od {format_date(timezone.localdate(contact.since))}"
    own = EmailAddress.objects.filter(user=account, email__iexact=address, verified=True)
    if kind == ContactKind.EMAIL and own.exists():
        return "potwierdzony adres konta w portalu"
    return ""


def is_code_sent(payer_id: int, *, kind: str, address: str, at: datetime) -> bool:
    """Whether a code that can still be used was sent to *address*."""
    asked = AddressConfirmation.objects.filter(
        payer_id=payer_id, kind=kind, address_fingerprint__in=fingerprints(address)
    )
    return asked.filter(Q(expires_at__gt=at) & Q(tries_left__gt=0) & Q(confirmed_at__isnull=True)).exists()


def forget_codes(before: datetime, most: int) -> int:
    """Delete at most *most* confirmations that were asked for before *before*; returns how many."""
    some = list(_forgettable(before).order_by("pk").values_list("pk", flat=True)[:most])
    return AddressConfirmation.objects.filter(pk__in=some).delete()[0]


def count_codes(before: datetime) -> int:
    """How many confirmations are past their term."""
    return _forgettable(before).count()


def _forgettable(before: datetime) -> "QuerySet[AddressConfirmation]":
    return AddressConfirmation.objects.filter(asked_at__lt=before)
