"""What a raw message says: sender, subject, text, attachments, and in which list it belongs. No Django, no clock.

By the standard library's e-mail policy, header by header and part by part: one that is broken spoils no other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime

from lxml import etree, html

MOST_ATTACHMENTS = 50
DEEPEST = 5  # messages within messages
LONGEST_TEXT = 20_000
LONGEST_LINE = 300
# Signs that turn the direction of writing («gpj.exe» shown as «exe.jpg»), and other control signs.
UNSEEN = re.compile("[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
UNSEEN_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
RESULT = re.compile(r"\b(spf|dkim|dmarc|arc)\s*=\s*([a-z]+)", re.IGNORECASE)
SPAM_SUBJECT = re.compile(r"^\s*(\*{2,}\s*spam\s*\*{2,}|\[\s*spam\s*\])", re.IGNORECASE)
SCORE = re.compile(r"score=(-?\d+(?:\.\d+)?)", re.IGNORECASE)


@dataclass(frozen=True)
class Attached:
    """A file of the message, its name as the sender gave it, without signs that nobody sees."""

    name: str
    content: bytes


@dataclass
class ReadMail:
    """A message as clerks see it. `sort` and `why` say in which list; `left_out` what of it is not shown."""

    sender: str = ""
    sender_name: str = ""
    subject: str = ""
    sent_at: datetime | None = None
    text: str = ""
    sort: str = "letter"
    why: str = ""
    left_out: str = ""
    checks: list[tuple[str, str]] = field(default_factory=list)
    attached: list[Attached] = field(default_factory=list)


def read_mail(raw: bytes) -> ReadMail:
    """What *raw* says. Whatever is broken beyond reading is passed over; a raw message has always at least a text."""
    message = parsed(raw)
    read = ReadMail(subject=header(message, "Subject"), sent_at=_sent_at(message))
    name, address = parseaddr(header(message, "From") or header(message, "Sender"))
    read.sender_name, read.sender = _line(name), _line(address)[:254]
    texts: list[str] = []
    _walk(message, read, texts, depth=0)
    read.text = "\n\n".join(text for text in texts if text)
    if len(read.text) > LONGEST_TEXT:
        read.text, read.left_out = read.text[:LONGEST_TEXT], "Treść jest dłuższa, pokazano jej początek."
    if len(read.attached) > MOST_ATTACHMENTS:
        read.left_out = f"Załączników jest {len(read.attached)}, pokazano {MOST_ATTACHMENTS} pierwszych."
        del read.attached[MOST_ATTACHMENTS:]
    read.checks = _checks(message)
    read.sort, read.why = _sorted(message, read.subject)
    return read


def parsed(raw: bytes) -> EmailMessage:
    """The message's parts, by the policy that knows today's standards."""
    return message_from_bytes(raw, policy=policy.default)


def header(message: EmailMessage, name: str) -> str:
    """A header in one line, '' when there is none; one that the parser trips over is shown as it came."""
    try:
        return _line(str(message.get(name, "") or ""))
    except Exception:  # the parser's own faults on broken headers are of many types
        found = [value for key, value in message.raw_items() if key.lower() == name.lower()]
        return _line(str(found[0])) if found else ""


def headers(message: EmailMessage, name: str) -> list[str]:
    """Every header of that name, the newest (topmost) first, as it came."""
    return [" ".join(str(value).split()) for key, value in message.raw_items() if key.lower() == name.lower()]


def _line(text: str) -> str:
    clean = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return UNSEEN.sub("", re.sub(r"\s+", " ", clean)).strip()[:LONGEST_LINE]


def _sent_at(message: EmailMessage) -> datetime | None:
    try:
        moment = parsedate_to_datetime(headers(message, "Date")[0])
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (IndexError, ValueError, TypeError, OverflowError):
        return None


def _walk(part: EmailMessage, read: ReadMail, texts: list[str], *, depth: int) -> None:
    kind = part.get_content_type()
    if kind == "message/rfc822" and depth < DEEPEST:
        for message in _inner(part):
            texts.append(f"--- Dołączona wiadomość: {header(message, 'Subject') or 'bez tematu'} ---")
            _walk(message, read, texts, depth=depth + 1)
    elif kind == "multipart/alternative":
        _alternatives(part, read, texts, depth=depth)
    elif part.is_multipart() and depth < DEEPEST * 4:
        for inner_part in _inner(part):
            _walk(inner_part, read, texts, depth=depth + 1)
    elif _is_text(part):
        texts.append(_text(part))
    else:
        read.attached.append(Attached(_name(part), _bytes(part)))


def _inner(part: EmailMessage) -> Iterator[EmailMessage]:
    payload = part.get_payload()
    for inner in payload if isinstance(payload, list) else []:
        if isinstance(inner, EmailMessage):
            yield inner


def _alternatives(part: EmailMessage, read: ReadMail, texts: list[str], *, depth: int) -> None:
    """One text in several dresses: the plain one, else the first that says anything; what is no text is attached."""
    plain: list[str] = []
    others: list[str] = []
    for inner in _inner(part):
        if _is_text(inner):
            (plain if inner.get_content_type() == "text/plain" else others).append(_text(inner))
        else:
            _walk(inner, read, others, depth=depth + 1)
    texts.append(next((text for text in (*plain, *others) if text.strip()), ""))


def _is_text(part: EmailMessage) -> bool:
    is_file = bool(_name(part, default="")) or part.get_content_disposition() == "attachment"
    return part.get_content_type() in {"text/plain", "text/html"} and not is_file


def _bytes(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    if isinstance(payload, bytes):
        return payload
    try:
        return part.as_bytes()
    except Exception:  # a nested part too broken to be written out
        return b""


def _text(part: EmailMessage) -> str:
    content = _bytes(part)
    said = part.get_content_charset() or "utf-8"
    text = ""
    for charset in (said, "utf-8", "cp1250"):
        try:
            text = content.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
        break
    else:
        text = content.decode("utf-8", "replace")
    if part.get_content_type() == "text/html":
        text = _without_markup(text)
    return UNSEEN_IN_TEXT.sub("", text.replace("\r\n", "\n")).strip()


def _without_markup(text: str) -> str:
    try:
        tree = html.fromstring(text)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return re.sub(r"<[^>]*>", " ", text)
    for hidden in tree.xpath("//script | //style | //head | //template"):
        hidden.drop_tree()
    for block in tree.xpath("//p | //div | //br | //li | //tr | //h1 | //h2 | //h3"):
        block.tail = "\n" + (block.tail or "")
    return re.sub(r"\n\s*\n\s*", "\n\n", str(tree.text_content()))


def _name(part: EmailMessage, *, default: str = "bez nazwy") -> str:
    try:
        name = part.get_filename("")
    except Exception:  # as `header`
        name = ""
    return _line(str(name)).replace("\\", "/").rpartition("/")[2] or default


def _checks(message: EmailMessage) -> list[tuple[str, str]]:
    """What our own server noted: of the results only the topmost header is its own, others the sender may have put."""
    found: list[tuple[str, str]] = []
    for results in headers(message, "Authentication-Results")[:1]:
        found += [(name.upper(), result.lower()) for name, result in RESULT.findall(results)]
    for status in headers(message, "X-Spam-Status")[:1]:
        if score := SCORE.search(status):
            found.append(("punkty spamu", score[1]))
    return list(dict.fromkeys(found))[:12]


def _sorted(message: EmailMessage, subject: str) -> tuple[str, str]:
    """The list in which it belongs and why (RFC 3834 on automatic answers; SpamAssassin's and rspamd's marks)."""
    for name in ("X-Spam-Flag", "X-Spam-Status", "X-Spam"):
        if any(value.lower().startswith("yes") for value in headers(message, name)):
            return "spam", f"serwer poczty: {name}"
    if SPAM_SUBJECT.match(subject):
        return "spam", "oznaczony w temacie"
    said = next(iter(headers(message, "Auto-Submitted")), "no").lower()
    if said.partition(";")[0].strip() != "no":
        return "automatic", "Auto-Submitted"
    for name in ("X-Autoreply", "X-Autorespond", "X-Autoresponder"):
        if headers(message, name):
            return "automatic", name
    if any(value.lower() in {"auto_reply", "bulk", "junk", "list"} for value in headers(message, "Precedence")):
        return "automatic", "Precedence"
    if message.get_content_type() == "multipart/report":
        return "automatic", "raport serwera poczty"
    if any(value.replace(" ", "") == "<>" for value in headers(message, "Return-Path")):
        return "automatic", "pusty Return-Path"
    return "letter", ""
