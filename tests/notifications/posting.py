"""Residents, messages to them, and what became of these: what the tests of notifications do over and over."""

from collections.abc import Collection
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from notifications.actions import queue_message
from notifications.dispatch import dispatch
from notifications.models import Message, message_reference
from notifications.wishes import set_wishes
from residents.models import Payer
from tests import make

PAYMENT = {
    "amount_pln": "123.45",
    "paid_on": "2026-05-14",
    "reference": "SPM-000012",
    "balance_text": "wszystko opłacone",
    "town": "Dolina",
    "link": "https://portal.example/platnosci/",
}
REMINDER = {
    "title": "Podatek od nieruchomości",
    "instalment": "2",
    "year": "2026",
    "amount_pln": "1234.50",
    "payable_on": "2026-05-15",
    "town": "Dolina",
    "link": "https://portal.example/naleznosci/",
}


def resident(
    serial: int = 1,
    *,
    phone: str = "+48500100200",
    email: str = "anna@example.com",
    channels: Collection[str] = ("sms", "email"),
    topics: Collection[str] = ("property_tax", "payments"),
    is_fuller: bool = False,
    language: str = "pl",
) -> Payer:
    """A payer who agreed to be told of *topics* by *channels*; *is_fuller* lets SMS name sums."""
    number = make.pesel(serial)
    whom = make.payer(number, "Anna Nowak")
    make.consent(number, phone=phone, email=email, topics=topics, channels=channels)
    if is_fuller or language != "pl":
        set_wishes(whom.pk, language=language, is_fuller=is_fuller, by_topic={}, by=make.BY, at=make.now())
    return whom


def confirm(whom: Payer, key: str = "1", *, at: datetime, **facts: str) -> int:
    """Queue the confirmation of a payment, a kind for any hour; returns how many messages that makes."""
    return queue_message(
        kind="payment_posted",
        payer_id=whom.pk,
        topic="payments",
        about=f"payment:{key}",
        facts=PAYMENT | facts,
        dedupe_key=f"payment:{key}:{whom.pk}",
        at=at,
    )


def remind(whom: Payer, key: str = "1", *, at: datetime, expires_at: datetime | None = None) -> int:
    """Queue a reminder, a kind that keeps the sending hours; returns how many messages that makes."""
    return queue_message(
        kind="due_approaching",
        payer_id=whom.pk,
        topic="property_tax",
        about=f"instalment:{key}",
        facts=REMINDER,
        dedupe_key=f"instalment:{key}:{whom.pk}",
        at=at,
        expires_at=expires_at,
    )


def send(at: datetime, *, worker: str = "test") -> dict[str, int]:
    """One run of dispatch at that moment; returns counts by state."""
    return dispatch(clock=lambda: at, worker=worker).told()


def only(**wanted: object) -> Message:
    """The only message (of those *wanted*), fresh from the database."""
    return Message.objects.get(**wanted)


def states(**wanted: object) -> list[str]:
    """The states of the messages, oldest first."""
    return list(Message.objects.filter(**wanted).order_by("pk").values_list("state", flat=True))


def idx(message: Message) -> str:
    """How the gateway knows *message*."""
    return message_reference(message.pk)


def later(at: datetime, **by: float) -> datetime:
    """*at* moved on."""
    return at + timedelta(**by)


def hook(secret: str | None = None) -> str:
    """The address for reports."""
    return f"/hooks/sms/{settings.SMSAPI['report_secret'] if secret is None else secret}/"


def report(*messages: Message, status: str = "DELIVERED", secret: str | None = None, **fields: str) -> HttpResponse:
    """One call of SMSAPI's, with a report on each of *messages*."""
    told = {
        "MsgId": ",".join(message.gateway_id for message in messages),
        "status_name": ",".join([status] * len(messages)),
        "idx": ",".join(idx(message) for message in messages),
        "to": ",".join(["48500100200"] * len(messages)),
        **fields,
    }
    return Client().get(f"{hook(secret)}?{urlencode(told)}")
