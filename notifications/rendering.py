"""From a claimed message to a letter: the newest text of its kind, filled in with its facts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from core.encryption import SealBroken, unseal
from core.errors import Refused
from notifications import texts
from notifications.channels import Channel
from notifications.gateways import Parcel
from notifications.languages import POLISH
from notifications.models import Detail, message_reference
from notifications.push import addresses_of
from notifications.queries import Text, TextKey, newest_texts, text_for
from notifications.sms_text import for_phones
from notifications.unsubscribe import topics_by_consent, unsubscribe_url


class Claimed(NamedTuple):
    """A message under our lease. `address` is sealed, `facts` are JSON, as the database holds them."""

    message_id: int
    kind: str
    address: str
    facts: str
    attempts: int
    in_doubt_since: datetime | None
    payer_id: int = 0
    topic: str = ""
    expires_at: datetime | None = None
    language: str = POLISH
    is_fuller: bool = False


class Wording(NamedTuple):
    """What a message says, or the reason (`fault`) why it cannot be said."""

    subject: str = ""
    body: str = ""
    version: int | None = None
    language: str = POLISH
    fault: str = ""


class Letter(NamedTuple):
    """A claimed message with its rendered text, or the reason (`fault`) why it cannot go."""

    claimed: Claimed
    wording: Wording = Wording()
    address: str = ""
    fault: str = ""
    unsubscribe: str = ""

    def parcel(self) -> Parcel:
        """What the gateway gets."""
        message_id, wording = self.claimed.message_id, self.wording
        return Parcel(
            message_id,
            message_reference(message_id),
            self.address,
            wording.subject,
            wording.body,
            self.claimed.in_doubt_since is not None,
            self.unsubscribe,
            wording.language,
        )


@dataclass(frozen=True)
class Stationery:
    """What is read once for a batch before its letters are written: texts, and what its addresses need beside them."""

    channel: str
    texts: Mapping[TextKey, Text]
    by_consent: frozenset[str] = frozenset()
    browsers: Mapping[int, str] | None = None


def stationery(messages: Sequence[Claimed], channel: str, *, texts_of: datetime | None = None) -> Stationery:
    """What `write_letters` needs from the database: the texts of now, or of the moment *texts_of*."""
    by_consent = topics_by_consent() if channel == Channel.EMAIL else frozenset()
    browsers = addresses_of(message.payer_id for message in messages) if channel == Channel.PUSH else None
    return Stationery(channel, newest_texts(texts_of), by_consent, browsers)


def write_letters(messages: Sequence[Claimed], on: Stationery) -> list[Letter]:
    """Render *messages*, one letter each in the same order; equal facts are rendered once. Reads no database."""
    known: dict[tuple[object, ...], Wording] = {}
    chosen: dict[tuple[object, ...], Text | None] = {}
    letters = []
    for message in messages:
        key = (message.kind, message.topic, message.language, message.is_fuller)
        said = (*key, message.facts)
        wording = known.get(said)
        if wording is None:
            if key not in chosen:
                chosen[key] = _text(message, on)
            wording = known[said] = _worded(message.facts, chosen[key], on.channel)
        if on.browsers is None:
            letters.append(_addressed(wording, message, is_by_consent=message.topic in on.by_consent))
        else:
            letters.append(_to_browsers(wording, message, on.browsers.get(message.payer_id, "")))
    return letters


def _addressed(wording: Wording, message: Claimed, *, is_by_consent: bool) -> Letter:
    try:
        address = unseal(message.address)
    except SealBroken:
        return Letter(message, wording, fault="adresu nie da się odczytać tymi kluczami")
    link = unsubscribe_url(message.payer_id, message.topic) if is_by_consent else ""
    return Letter(message, wording, address, wording.fault, link)


def _to_browsers(wording: Wording, message: Claimed, address: str) -> Letter:
    fault = wording.fault or ("" if address else "wypisana")  # the last one left while this waited
    return Letter(message, wording, address, fault)


def _text(message: Claimed, on: Stationery) -> Text | None:
    detail = Detail.FULL if message.is_fuller else Detail.SHORT
    return text_for(on.texts, TextKey(message.kind, on.channel, message.language, detail.value, message.topic))


def _worded(told: str, text: Text | None, channel: str) -> Wording:
    """*text* filled in with the facts that were *told* (JSON): those that it names."""
    if text is None:
        return Wording(fault="brak szablonu tego rodzaju")
    try:
        facts = json.loads(told)
        named = texts.placeholders(text.subject) + texts.placeholders(text.body)
        shown = texts.format_facts({name: facts[name] for name in named if name in facts}, text.language)
        subject, body = texts.fill(text.subject, shown), texts.fill(text.body, shown)
    except (Refused, ValueError, ArithmeticError) as error:
        return Wording(version=text.version_id, fault=f"nie da się napisać treści: {error}"[:200])
    if channel == Channel.SMS:
        body = for_phones(body, is_transliterated=text.is_transliterated)
    return Wording(subject, body, text.version_id, text.language)
