"""Reads of messages and texts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from notifications.channels import Channel
from notifications.kinds import KINDS
from notifications.languages import POLISH
from notifications.models import Detail, Message, ReachableContact, TextVersion


@dataclass(frozen=True)
class Text:
    """The newest version of a text, ready to be filled in."""

    version_id: int
    subject: str
    body: str
    is_transliterated: bool = True
    language: str = POLISH


class TextKey(NamedTuple):
    """For what a text is; `topic` '' serves every kind of notification."""

    kind: str
    channel: str
    language: str = POLISH
    detail: str = Detail.SHORT.value
    topic: str = ""


def reachable_contacts() -> "QuerySet[ReachableContact]":
    """Everybody who may get anything now by any way, browsers too, with the sealed address: join it, never read it
    whole.
    """
    return ReachableContact.objects.all()


def inbox(payer_id: int) -> "QuerySet[Message]":
    """Every message to the payer, the newest first, also those that another one tells."""
    return Message.objects.filter(payer_id=payer_id).order_by("-queued_at", "-pk")


def newest_texts(at: datetime | None = None) -> dict[TextKey, Text]:
    """The newest version of every text, or the one that was the newest *at* a moment: one query."""
    versions = TextVersion.objects.order_by("template_id", "-number").distinct("template_id").select_related("template")
    if at is not None:
        versions = versions.filter(written_at__lte=at)
    return {
        TextKey(
            one.template.kind, one.template.channel, one.template.language, one.template.detail, one.template.topic_code
        ): Text(one.pk, one.subject, one.body, one.is_transliterated, one.template.language)
        for one in versions
    }


def text_for(texts: Mapping[TextKey, Text], wanted: TextKey) -> Text | None:
    """The text that serves *wanted* best: its language before Polish, the fuller text before the short one, the topic's
    own before the common one. A kind without a text for browsers says what its SMS says. None when even the plain
    Polish text is missing.
    """
    for language in dict.fromkeys((wanted.language, POLISH)):
        for detail in dict.fromkeys((wanted.detail, Detail.SHORT.value)):
            for topic in dict.fromkeys((wanted.topic, "")):
                found = texts.get(TextKey(wanted.kind, wanted.channel, language, detail, topic))
                if found is not None:
                    return found
    if wanted.channel == Channel.PUSH and wanted.kind in KINDS:
        said = text_for(texts, wanted._replace(channel=Channel.SMS.value))
        return replace(said, subject=KINDS[wanted.kind].name) if said else None
    return None
