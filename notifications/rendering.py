"""From a claimed message to a letter: the newest text of its kind, filled in with its facts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

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


@dataclass(frozen=True, slots=True)
class Claimed:
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


@dataclass(frozen=True, slots=True)
class Letter:
    """A claimed message with its rendered text, or the reason (`fault`) why it cannot go."""

    claimed: Claimed
    address: str = ""
    subject: str = ""
    body: str = ""
    version: int | None = None
    fault: str = ""
    unsubscribe: str = ""
    language: str = POLISH

    def parcel(self) -> Parcel:
        """What the gateway gets."""
        message_id = self.claimed.message_id
        is_repeat = self.claimed.in_doubt_since is not None
        return Parcel(
            message_id,
            message_reference(message_id),
            self.address,
            self.subject,
            self.body,
            is_repeat,
            self.unsubscribe,
            self.language,
        )


def write_letters(messages: Sequence[Claimed], channel: str, *, texts_of: datetime | None = None) -> list[Letter]:
    """Render *messages*, one letter each in the same order; equal facts are rendered once.

    By the texts of now, or of the moment *texts_of*.
    """
    texts_now = newest_texts(texts_of)
    known: dict[tuple[object, ...], Letter] = {}
    letters = []
    by_consent = topics_by_consent() if channel == Channel.EMAIL else frozenset()
    browsers = addresses_of(message.payer_id for message in messages) if channel == Channel.PUSH else None
    for message in messages:
        key = (message.kind, message.facts, message.topic, message.language, message.is_fuller)
        written = known.get(key)
        if written is None:
            written = known[key] = _written(message, channel, texts_now)
        if browsers is None:
            letters.append(_addressed(written, message, is_by_consent=message.topic in by_consent))
        else:
            letters.append(_to_browsers(written, message, browsers.get(message.payer_id, "")))
    return letters


def _addressed(written: Letter, message: Claimed, *, is_by_consent: bool) -> Letter:
    try:
        address = unseal(message.address)
    except SealBroken:
        return replace(written, claimed=message, fault="adresu nie da się odczytać tymi kluczami")
    link = unsubscribe_url(message.payer_id, message.topic) if is_by_consent else ""
    return replace(written, claimed=message, address=address, unsubscribe=link)


def _to_browsers(written: Letter, message: Claimed, address: str) -> Letter:
    fault = written.fault or ("" if address else "wypisana")  # the last one left while this waited
    return replace(written, claimed=message, address=address, fault=fault)


def _written(message: Claimed, channel: str, texts_now: Mapping[TextKey, Text]) -> Letter:
    detail = Detail.FULL if message.is_fuller else Detail.SHORT
    text = text_for(texts_now, TextKey(message.kind, channel, message.language, detail.value, message.topic))
    if text is None:
        return Letter(message, fault="brak szablonu tego rodzaju")
    try:
        facts = texts.format_facts(json.loads(message.facts), text.language)
        subject, body = texts.fill(text.subject, facts), texts.fill(text.body, facts)
    except (Refused, ValueError, ArithmeticError) as error:
        return Letter(message, version=text.version_id, fault=f"nie da się napisać treści: {error}"[:200])
    if channel == Channel.SMS:
        body = for_phones(body, is_transliterated=text.is_transliterated)
    return Letter(message, "", subject, body, text.version_id, language=text.language)
