"""Reads of messages and texts."""

from dataclasses import dataclass

from django.db.models import QuerySet

from notifications.models import Message, TextVersion
from notifications.states import State


@dataclass(frozen=True)
class Text:
    """The newest version of a text, ready to be filled in."""

    version_id: int
    subject: str
    body: str


def inbox(payer_id: int) -> "QuerySet[Message]":
    """Every message to the payer, the newest first; what went out in another one is told there."""
    return Message.objects.filter(payer_id=payer_id).exclude(state=State.JOINED).order_by("-queued_at", "-pk")


def newest_texts() -> dict[tuple[str, str], Text]:
    """The newest text of each (kind, channel), in Polish: one query."""
    versions = (
        TextVersion.objects.filter(template__language="pl")
        .order_by("template_id", "-number")
        .distinct("template_id")
        .select_related("template")
    )
    return {
        (version.template.kind, version.template.channel): Text(version.pk, version.subject, version.body)
        for version in versions
    }
