"""A consent taken back by the way the message came, and the answer that it was done."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from consents.actions import withdraw_by_phone, withdraw_consent
from consents.models import Channel, Topic
from core.actor import Actor
from notifications.service_letters import queue_letter
from residents.queries import contacts_of

ANSWERED_WITHIN = timedelta(days=2)
UNSUBSCRIBED = (
    "Dzień dobry,\n\nnie będziemy już wysyłać e-mailem powiadomień: {topic}.\n\nZgodę możesz dać ponownie w portalu: "
    "{link}"
)
STOPPED = "{town}: nie wyślemy więcej powiadomień SMS na ten numer. Zgodę można dać ponownie w portalu lub w urzędzie."


def unsubscribe(payer_id: int, topic: Topic, *, by: Actor, at: datetime) -> int:
    """Take back the consent to *topic* by e-mail, and tell so by e-mail; returns how many consents ended (0 or 1)."""
    with transaction.atomic():
        address = contacts_of(payer_id).get("email", "")
        ended = withdraw_consent(
            payer_id,
            topic=topic.code,
            channel=Channel.EMAIL,
            way="email_link",
            evidence={"address": by.address} if by.address else {},
            by=by,
            at=at,
        )
        if ended and address:
            queue_letter(
                channel=Channel.EMAIL,
                address=address,
                subject="Zgoda wycofana",
                body=UNSUBSCRIBED.format(topic=topic.name, link=f"{settings.BASE_URL}/zgody/"),
                key=f"unsubscribed:{payer_id}:{topic.code}:{at.isoformat()}",
                at=at,
                expires_at=at + ANSWERED_WITHIN,
            )
    return ended


def stop_sms(phone: str, *, event: int, by: Actor, at: datetime) -> int:
    """Take back every consent by SMS to *phone* (E.164), as inbound *event* asked; answer once. For how many people."""
    with transaction.atomic():
        people = withdraw_by_phone(phone, evidence={"event": str(event)}, by=by, at=at)
        if people:
            queue_letter(
                channel=Channel.SMS,
                address=phone,
                subject="",
                body=STOPPED.format(town=settings.TOWN["short_name"]),
                key=f"stopped:{event}",
                at=at,
                expires_at=at + ANSWERED_WITHIN,
            )
    return people
