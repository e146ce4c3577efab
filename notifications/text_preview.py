"""What the editor of a text shows: the text as it would arrive, its size as an SMS, the dear letters, hints."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.errors import Refused
from notifications.channels import Channel
from notifications.kinds import KINDS
from notifications.models import TextTemplate
from notifications.plain_language import hints
from notifications.sms_text import SmsSize, sms_size, transliterate
from notifications.spending import part_price
from notifications.text_editing import as_sent, problems_of


@dataclass(frozen=True)
class Preview:
    """A text as its writer sees it before it is saved. `price_pln` is of one SMS, net; `pieces` are the body with the
    letters marked that make it dear; `saved_parts` says how many parts the Latin form of its letters would save.
    """

    subject: str
    body: str
    problems: list[str]
    hints: list[str]
    size: SmsSize | None = None
    price_pln: Decimal | None = None
    saved_parts: int = 0
    pieces: tuple[tuple[str, bool], ...] = ()


def preview(template: TextTemplate, said: Mapping[str, object]) -> Preview:
    """The text that a form *said*, with the kind's sample facts."""
    kind = KINDS[template.kind]
    subject, body = str(said.get("subject", "")), str(said.get("body", ""))
    is_transliterated = bool(said.get("is_transliterated", True))
    problems = problems_of(template, subject=subject, body=body, is_transliterated=is_transliterated)
    advice = hints(body) if template.language == "pl" else []
    try:
        told = as_sent(kind, template.channel, body, template.language, is_transliterated=is_transliterated)
        subject = as_sent(kind, template.channel, subject, template.language, is_transliterated=is_transliterated)
    except Refused:
        return Preview(subject, body, problems, advice)
    if template.channel != Channel.SMS:
        return Preview(subject, told, problems, advice)
    size = sms_size(told)
    return Preview(
        subject,
        told,
        problems,
        advice,
        size,
        (part_price(Channel.SMS) * size.parts).quantize(Decimal("0.01")),
        size.parts - sms_size(transliterate(told)).parts,
        _marked(told, frozenset(size.non_gsm)),
    )


def _marked(text: str, dear: frozenset[str]) -> tuple[tuple[str, bool], ...]:
    return tuple(("".join(letters), is_dear) for is_dear, letters in itertools.groupby(text, dear.__contains__))
