"""What this floor knows of a payer: every message to them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from core.actor import Actor
from notifications.kinds import KINDS
from notifications.models import Message
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
    ),
    erased=("treść wysłanych wiadomości oraz numery i adresy, na które poszły; wiadomości w kolejce nie wyjdą",),
    erase=_erase,
)
