"""What a returned e-mail says (RFC 3464, and what older servers write instead): parsed by flufl.bounce, no Django."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from enum import StrEnum

from flufl.bounce import all_failures

STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
ADDRESSED = ("To", "Delivered-To", "X-Original-To", "X-Envelope-To", "Envelope-To")
# RFC 3463: no such mailbox, system, syntax; moved; null MX; the mailbox is switched off; no such host.
DEAD = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"}
FULL = {"5.2.2", "5.3.1"}  # called permanent, and over as soon as somebody tidies up
GENERAL = "5.0.0"


class Verdict(StrEnum):
    """What a returned e-mail means for the message and its address."""

    NOTHING = "nothing"  # a delay that the server goes on with, an answer of a machine
    LATER = "later"  # given up for now: the mailbox is full, the server was away
    REFUSED = "refused"  # never this message; the address is not to blame
    DEAD = "dead"  # nothing will ever arrive there


@dataclass(frozen=True)
class Returned:
    """A verdict and the words of the server that returned the message, without addresses."""

    verdict: Verdict
    words: str = ""


def addressed_to(raw: bytes) -> list[str]:
    """The headers that say to which address *raw* came."""
    message = message_from_bytes(raw)
    return [str(value) for name in ADDRESSED for value in message.get_all(name, [])]


def read_returned(raw: bytes) -> Returned:
    """What the message *raw* says about the one that it returns."""
    message = message_from_bytes(raw)
    try:
        _, failed = all_failures(message)
    except Exception:  # the library has a reader for each old format, and a broken letter stops some of them
        failed = frozenset()
    if not failed and not any(_failed(message)):
        return Returned(Verdict.NOTHING)
    status, words = _told(message)
    if status.startswith("4") or status in FULL:
        return Returned(Verdict.LATER, words)
    is_dead = status in DEAD or not status  # a format without numbers that says «for ever» knows no other reason
    return Returned(Verdict.DEAD if is_dead else Verdict.REFUSED, words)


def _told(message: Message) -> tuple[str, str]:
    """The status of the first recipient that failed and what the server said; the status '' where there is none."""
    for block in _failed(message):
        said = re.sub(r"\S+@\S+", "…", " ".join(str(block.get("Diagnostic-Code", "")).partition(";")[2].split()))
        stated, spoken = (STATUS.search(text) for text in (str(block.get("Status", "")), said))
        status = stated[0] if stated else ""
        if spoken and status in {"", GENERAL}:
            status = spoken[0]
        return status, said or status
    return "", ""


def _failed(message: Message) -> Iterator[Message]:
    """What is said of each recipient that failed."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            for block in part.get_payload():
                if isinstance(block, Message) and str(block.get("Action", "")).lower().startswith(("fail", "error")):
                    yield block
