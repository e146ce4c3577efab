"""From a claimed message to a letter: the newest text of its kind, filled in with its facts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from consents.models import Channel
from core.encryption import SealBroken, unseal
from core.errors import Refused
from notifications import texts
from notifications.gateways import Parcel
from notifications.models import message_reference
from notifications.queries import Text, newest_texts
from notifications.sms_text import transliterate
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
        )


def write_letters(messages: Sequence[Claimed], channel: str) -> list[Letter]:
    """Render *messages*, one letter each in the same order; equal facts are rendered once."""
    texts_now = newest_texts()
    known: dict[tuple[str, str], Letter] = {}
    letters = []
    by_consent = topics_by_consent() if channel == Channel.EMAIL else frozenset()
    for message in messages:
        key = (message.kind, message.facts)
        written = known.get(key)
        if written is None:
            written = known[key] = _written(message, channel, texts_now)
        letters.append(_addressed(written, message, is_by_consent=message.topic in by_consent))
    return letters


def _addressed(written: Letter, message: Claimed, *, is_by_consent: bool) -> Letter:
    try:
        address = unseal(message.address)
    except SealBroken:
        return replace(written, claimed=message, fault="adresu nie da się odczytać tymi kluczami")
    link = unsubscribe_url(message.payer_id, message.topic) if is_by_consent else ""
    return Letter(message, address, written.subject, written.body, written.version, written.fault, link)


def _written(message: Claimed, channel: str, texts_now: Mapping[tuple[str, str], Text]) -> Letter:
    text = texts_now.get((message.kind, channel))
    if text is None:
        return Letter(message, fault="brak szablonu tego rodzaju")
    try:
        facts = texts.format_facts(json.loads(message.facts))
        subject, body = texts.fill(text.subject, facts), texts.fill(text.body, facts)
    except (Refused, ValueError, ArithmeticError) as error:
        return Letter(message, version=text.version_id, fault=f"nie da się napisać treści: {error}"[:200])
    body = transliterate(body) if channel == Channel.SMS else body
    return Letter(message, "", subject, body, text.version_id)
