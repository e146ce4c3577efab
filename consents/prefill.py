"""What the town knows of a payer, to open the registration already filled and to print into their form."""

from datetime import datetime

from consents.application_pdf import Known
from consents.queries import consents_in_force
from consents.replacement import Choice
from residents.models import Payer
from residents.queries import contacts_of


def choices_in_force(payer_id: int, *, at: datetime) -> frozenset[Choice]:
    """The boxes whose consents hold *at*, of the kinds that are in use."""
    holding = consents_in_force(payer_id, at=at)
    return frozenset(Choice(one.topic.code, one.channel) for one in holding if one.topic.is_active)


def known_of(payer: Payer, *, at: datetime) -> Known:
    """Number, name, contacts and consents in force *at*."""
    contacts = contacts_of(payer.pk)
    return Known(
        number=payer.identity_number,
        name=payer.name,
        phone=contacts.get("phone", ""),
        email=contacts.get("email", ""),
        ticked=choices_in_force(payer.pk, at=at),
    )
