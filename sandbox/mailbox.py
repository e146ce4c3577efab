"""The mailbox: what the mail server took, and how a message is read."""

import email
import email.policy
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from sandbox.store import Store

MESSAGE_ID = re.compile(rb"^Message-ID:[ \t]*(?:\r?\n[ \t]+)?(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Letter:
    """A message read for people: decoded headers, text and HTML parts, names of attachments."""

    subject: str
    headers: list[tuple[str, str]]
    text: str
    html: str
    attachments: list[str]


def keep_mail(store: Store, sender: str, recipients: Iterable[str], raw: bytes, at: float) -> int:
    """Write an accepted message down; returns its number."""
    head = raw.partition(b"\r\n\r\n")[0]
    found = MESSAGE_ID.search(head)
    message_id = found[1].decode("ascii", "replace") if found else ""
    with store.transaction():
        mail_id = store.insert(
            "INSERT INTO mail (sender, message_id, raw, received_at) VALUES (?, ?, ?, ?)", sender, message_id, raw, at
        )
        store.run_many(
            "INSERT OR IGNORE INTO mail_recipient (address, mail_id) VALUES (?, ?)",
            [(address.lower(), mail_id) for address in recipients],
        )
    return mail_id


def read_letter(raw: bytes) -> Letter:
    """Parse *raw*; what cannot be decoded is shown with replacement marks, never an error."""
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    headers = [(name, _header(value)) for name, value in parsed.items()]
    subject = next((value for name, value in headers if name.lower() == "subject"), "")
    attachments = [part.get_filename() or part.get_content_type() for part in parsed.iter_attachments()]
    return Letter(subject, headers, _part(parsed, "plain"), _part(parsed, "html"), attachments)


def _header(value: Any) -> str:
    return " ".join(str(value).split())


def _part(parsed: EmailMessage, kind: str) -> str:
    part = parsed.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        text = payload.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        text = payload.decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


def recipients_of(store: Store, mail_id: int) -> list[str]:
    """The envelope's recipients."""
    rows = store.rows("SELECT address FROM mail_recipient WHERE mail_id = ? ORDER BY address", mail_id)
    return [row["address"] for row in rows]
