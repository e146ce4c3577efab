"""What people answer to our SMS messages (SMSAPI's inbound messages): stored raw, read, and a STOP acted upon.

SMSAPI posts `sms_from`, `sms_to`, `sms_text`, `sms_date` (seconds since 1970) and `username` to one address set in its
panel, and repeats until the body is `OK`.
"""

import logging
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

from core import inbound
from core.actor import job
from core.errors import Refused
from core.models import InboundEvent
from core.phones import parse_phone
from notifications.withdrawals import stop_sms

SOURCE = "smsapi-answers"
STOP_WORDS = {"stop", "koniec", "wypisz", "wypisz mnie", "rezygnuję", "rezygnuje"}
logger = logging.getLogger("spm.answers")


@dataclass(frozen=True)
class Answer:
    """An SMS from a phone (E.164)."""

    phone: str
    text: str

    @property
    def is_stop(self) -> bool:
        """Whether it says STOP and nothing else, in any case, with any signs around."""
        words = re.sub(r"[^\w ]", " ", self.text.casefold())
        return " ".join(words.split()) in STOP_WORDS


def read_answer(raw: str) -> Answer:
    """The answer in a form-encoded body. Raises Refused `answer_unreadable` when it has no sender or no text."""
    fields = parse_qs(raw, keep_blank_values=True)
    sender, text = fields.get("sms_from", [""])[0].strip(), fields.get("sms_text", [""])[0]
    if not sender or "sms_text" not in fields:
        raise Refused("answer_unreadable", "Odpowiedź bez numeru lub treści.")
    try:
        return Answer(parse_phone(sender if sender.startswith("+") else f"+{sender}"), text)
    except Refused:
        # A short code or a foreign oddity: kept, and nobody's consent hangs on it.
        return Answer("", text)


def apply_answers(*, at: datetime) -> int:
    """Act on every stored answer that nobody has handled yet; returns how many. One that fails leaves the others."""
    handled = 0
    for event in inbound.unhandled(SOURCE):
        try:
            handled += inbound.handle(event.pk, _apply, at=at)
        except Exception:  # kept for the next sweep; the others must go on
            logger.exception("answer %s was not applied", event.pk)
    return handled


def _apply(event: InboundEvent) -> str:
    answer = read_answer(bytes(event.body).decode("utf-8", "replace"))
    if not answer.is_stop:
        return ""
    # It counts from the moment when it came, not when a worker got to it.
    people = (
        stop_sms(answer.phone, event=event.pk, by=job("odpowiedź SMS"), at=event.received_at) if answer.phone else 0
    )
    return "" if people else "STOP z numeru, na który nic nie wysyłamy"
