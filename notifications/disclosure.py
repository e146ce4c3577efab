"""What this floor knows of a payer: every message to them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from consents.models import Topic
from core.actor import Actor
from notifications.kinds import KINDS
from notifications.models import Message, PushConsent, PushSubscription, TopicWish, Wish
from notifications.retention import forget_messages_of
from residents.disclosure import Column, Section, Shape, Table
from residents.queries import same_person


def _messages(payer_id: int) -> Iterable[Sequence[object]]:
    mine = Message.objects.filter(payer_id__in=same_person(payer_id)).order_by("-queued_at", "-pk")
    for message in mine.iterator(chunk_size=500):
        yield (
            *(KINDS[message.kind].name if message.kind in KINDS else "Wiadomość", message.get_channel_display()),
            *(message.address, message.get_state_display(), message.reason, message.queued_at, message.sent_at),
            *(message.subject, message.body),
        )


def _wishes(payer_id: int) -> Iterable[Sequence[object]]:
    names = dict(Topic.objects.values_list("code", "name"))
    for wish in Wish.objects.filter(payer_id__in=same_person(payer_id)).order_by("pk"):
        yield "wszystkie", wish.get_language_display(), "pełniejsza" if wish.is_fuller else "zwykła", "", None
    for one in TopicWish.objects.filter(payer_id__in=same_person(payer_id)).order_by("topic_code"):
        yield names.get(one.topic_code, one.topic_code), "", "", one.get_channel_display(), one.hour


def _browsers(payer_id: int) -> Iterable[Sequence[object]]:
    names = dict(Topic.objects.values_list("code", "name"))
    mine = same_person(payer_id)
    for browser in PushSubscription.objects.filter(payer_id__in=mine).order_by("pk"):
        yield browser.browser, "", browser.since
    for consent in PushConsent.objects.filter(payer_id__in=mine).order_by("topic_code"):
        yield "", names.get(consent.topic_code, consent.topic_code), consent.since


def _erase(payer_id: int, by: Actor, at: datetime) -> Mapping[str, int]:
    return {"messages": forget_messages_of(payer_id, at=at)}


SECTION = Section(
    code="notifications",
    name="Wiadomości",
    tables=(
        Table(
            "messages",
            "Wiadomości do Ciebie",
            (
                Column("kind", "Rodzaj"),
                Column("channel", "Droga"),
                Column("address", "Na numer lub adres"),
                Column("state", "Stan"),
                Column("reason", "Powód"),
                Column("queued_at", "W kolejce od", Shape.MOMENT),
                Column("sent_at", "Wysłano", Shape.MOMENT),
                Column("subject", "Temat"),
                Column("body", "Treść"),
            ),
            _messages,
        ),
        Table(
            "wishes",
            "Jak chcesz dostawać wiadomości",
            (
                Column("topic", "Rodzaj powiadomień"),
                Column("language", "Język"),
                Column("detail", "Treść"),
                Column("channel", "Droga"),
                Column("hour", "Od godziny", Shape.WHOLE),
            ),
            _wishes,
        ),
        Table(
            "browsers",
            "Powiadomienia w przeglądarce",
            (
                Column("browser", "Przeglądarka"),
                Column("topic", "Rodzaj powiadomień"),
                Column("since", "Od", Shape.MOMENT),
            ),
            _browsers,
        ),
    ),
    erased=(
        "treść wysłanych wiadomości oraz numery i adresy, na które poszły; wiadomości w kolejce nie wyjdą",
        "przeglądarki, które pokazywały powiadomienia",
    ),
    erase=_erase,
)
