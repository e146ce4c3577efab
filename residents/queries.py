"""Reads of floor 1 that more than one caller needs."""

import re
from datetime import date, datetime

from django.db.models import Case, IntegerField, QuerySet, When

from residents.identity import IdentityNumber, read_identity
from residents.models import AccessRecord, Account, Claim, Contact, DataRequest, Mandate, Payer
from residents.models.mandate import Basis

PUBLIC_NUMBER = re.compile(r"P[\s-]?([0-9]{1,18})")
OWN_FIRST = Case(
    *(When(basis=basis, then=place) for place, basis in enumerate(Basis.values)), output_field=IntegerField()
)


def find_payer(number: IdentityNumber) -> Payer | None:
    """The payer who bears *number*, by the keyed index for a PESEL; None when nobody does.

    The number of a record that was merged leads to the payer that was kept.
    """
    found = Payer.objects.with_number(number).select_related("merged_into").first()
    return found and (found.merged_into or found)


def find_record(text: str, *, on: date) -> Payer | None:
    """The record that bears the number in *text*, a merged one too: «P-000123» of its card, or an identity number.

    None when there is none. Raises Refused as `read_identity`.
    """
    public = PUBLIC_NUMBER.fullmatch(text.strip().upper())
    if public:
        return Payer.objects.filter(pk=int(public[1])).first()
    return Payer.objects.with_number(read_identity(text, on=on)).first()


def same_person(payer_id: int) -> "QuerySet[Payer, int]":
    """The ids of the payer's own record and of all that were merged into it, for `payer_id__in=…`."""
    return Payer.objects.same_as(payer_id).values_list("pk", flat=True)


def mandates_of(account: Account, *, at: datetime) -> "QuerySet[Mandate]":
    """The mandates of *account* in force *at*, with their payers, its own first."""
    return account.mandates.in_force(at).select_related("payer").order_by(OWN_FIRST, "payer__name")


def acting_for_payer(payer_id: int, *, at: datetime) -> "QuerySet[Mandate]":
    """Who acts, or will act, for the payer *at*: mandates not over and not revoked, with their accounts."""
    return (
        Mandate.objects.filter(payer_id=payer_id, revoked_at__isnull=True)
        .exclude(valid_until__lte=at)
        .select_related("account", "payer")
        .order_by(OWN_FIRST, "account__full_name", "pk")
    )


def claims_of(account: Account) -> "QuerySet[Claim]":
    """The account's claims to payers whose own account is another one, the newest first, with their payers."""
    return account.claims.select_related("payer").order_by("-claimed_at", "-pk")


def contacts_of(payer_id: int) -> dict[str, str]:
    """The payer's contacts in force: kind («phone», «email») → address."""
    return {contact.kind: contact.address for contact in Contact.objects.filter(payer_id=payer_id)}


def looks_at(payer_id: int) -> "QuerySet[AccessRecord]":
    """Every recorded look at the payer's data, also before records were merged, the newest first."""
    return AccessRecord.objects.filter(payer_id__in=same_person(payer_id)).order_by("-at", "-pk")


def requests_of(payer_id: int) -> "QuerySet[DataRequest]":
    """The payer's requests about their data, the newest first."""
    return DataRequest.objects.filter(payer_id__in=same_person(payer_id)).order_by("-asked_at", "-pk")
