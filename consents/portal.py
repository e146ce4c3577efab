"""Giving consents in the portal: an application like a paper one, signed by proving once more who one is."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consents.actions import accept_application, register_application
from consents.address_codes import how_confirmed
from consents.models import ArrivalWay, ConsentApplication
from consents.paper import address_faults, read_phone
from consents.preparing import Prepared
from consents.replacement import Choice
from consents.signature import Proof
from core.actor import Actor
from core.dates import format_date
from core.errors import Refused
from residents.identity import IdentityNumber, NumberKind
from residents.models import Account, Mandate, Payer
from residents.models.payer import NUMBER_FIELDS


@dataclass(frozen=True)
class Signer:
    """Who signs: the account, the mandate by which it acts, and the proof of who they are."""

    account: Account
    mandate: Mandate
    proof: Proof


def contacts_to_prepare(choices: frozenset[Choice], *, phone: str, email: str) -> tuple[str, str]:
    """Phone and e-mail as they are kept. Raises Refused as the paper does (consents/paper.py)."""
    for fault in address_faults(choices, phone=phone, email=email):
        raise fault
    return read_phone(phone, choices), email.strip()


def unconfirmed_addresses(choice: Prepared, account: Account, *, at: datetime) -> list[tuple[str, str]]:
    """Kind and address of what must still be confirmed by a code before the choice can be signed."""
    return [
        (kind, address)
        for kind, address in choice.addresses
        if not how_confirmed(choice.payer_id, account, kind=kind, address=address, at=at)
    ]


def sign_in_portal(choice: Prepared, payer: Payer, *, signer: Signer, by: Actor, at: datetime) -> ConsentApplication:
    """Register and accept *choice* as an application of *payer*, signed now; it replaces the whole earlier choice.

    Raises Refused `address_unconfirmed`, `no_number`, and as `register_application`.
    """
    if unconfirmed_addresses(choice, signer.account, at=at):
        raise Refused("address_unconfirmed", "Najpierw potwierdź telefon i e-mail kodem.")
    with transaction.atomic():
        application = register_application(
            number=_number_of(payer),
            name=payer.name,
            phone=choice.phone,
            email=choice.email,
            choices=choice.choices,
            signed_on=timezone.localdate(at),
            arrived_by=ArrivalWay.PORTAL,
            received_on=timezone.localdate(at),
            scan=None,
            by=by,
            at=at,
            signed_at=at,
            evidence=_evidence(choice, signer, by, at),
        )
        return accept_application(application, by=by, at=at)


def _number_of(payer: Payer) -> IdentityNumber:
    if payer.pesel:
        return IdentityNumber(NumberKind.PESEL, payer.pesel)
    for kind, field in NUMBER_FIELDS.items():
        if value := getattr(payer, field):
            return IdentityNumber(kind, value)
    raise Refused(
        "no_number",
        "W rejestrze nie ma Twojego numeru PESEL ani NIP, więc nie można podpisać wniosku w portalu.",
        mend="Złóż wniosek na papierze.",
    )


def _evidence(choice: Prepared, signer: Signer, by: Actor, at: datetime) -> dict[str, str]:
    moment = timezone.localtime(signer.proof.at)
    known = {
        kind: how_confirmed(choice.payer_id, signer.account, kind=kind, address=address, at=at)
        for kind, address in choice.addresses
    }
    return {
        "signer": signer.account.get_full_name(),
        "basis": signer.mandate.get_basis_display(),
        "identified": signer.mandate.confirmed_how,
        "signature": f"w portalu: {signer.proof.how}",
        "authenticated_at": f"{format_date(moment.date())}, godz. {moment:%H:%M:%S}",
        "address": by.address,
        **known,
    }
