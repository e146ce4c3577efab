"""A code for an address: made by the consents floor, carried there by a service letter."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from consents.address_codes import CODE_MINUTES, ask_code
from consents.models import Channel
from core.actor import Actor
from notifications.service_letters import queue_letter
from residents.models import Account

CHANNELS = {"phone": Channel.SMS, "email": Channel.EMAIL}
SUBJECT = "Kod potwierdzenia adresu e-mail"
SMS = "{town}: kod {code}. Wpisz go na stronie zgód w ciągu {minutes} minut. Nikomu go nie podawaj."
EMAIL = (
    "Dzień dobry,\n\nkod potwierdzenia tego adresu: {code}\n\nWpisz go na stronie zgód w ciągu {minutes} minut. Nikomu "
    "go nie podawaj.\n\nJeśli nie prosisz o powiadomienia urzędu, zignoruj tę wiadomość: bez kodu nic więcej tu nie "
    "wyślemy."
)


def send_address_code(payer_id: int, account: Account, *, kind: str, address: str, by: Actor, at: datetime) -> None:
    """Send a new code to *address* («phone» or «email»). Raises Refused `too_many_codes`."""
    with transaction.atomic():
        code = ask_code(payer_id, account, kind=kind, address=address, by=by, at=at)
        body = EMAIL if kind == "email" else SMS
        queue_letter(
            channel=CHANNELS[kind],
            address=address,
            subject=SUBJECT if kind == "email" else "",
            body=body.format(town=settings.TOWN["short_name"], code=code, minutes=CODE_MINUTES),
            key=f"code:{payer_id}:{kind}:{at.isoformat()}",
            at=at,
            expires_at=at + timedelta(minutes=CODE_MINUTES),
        )
