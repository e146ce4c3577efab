"""Returned e-mails from their mailbox: stored raw when the address proves that the message was ours, then acted upon.

What came to the mailbox without our mark (spam, people) is left for people in the folder of what was read.
"""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from core import inbound
from core.imap import NotNow, Server, Unreachable, visit
from core.models import InboundEvent
from notifications.dsn import addressed_to, read_returned
from notifications.models import ReturnMailbox
from notifications.return_address import returned_reference
from notifications.returns import Return, take_back

SOURCE = "returned-mail"
GATEWAY = "smtp"
HOLD = timedelta(minutes=10)  # far longer than one message takes
MOST_A_VISIT = 500
logger = logging.getLogger("spm.bounces")


def poll_returned(*, clock: Callable[[], datetime]) -> int | None:
    """Visit the mailbox once; returns how many returned e-mails were stored, None when there is nothing to visit or
    another worker is there. A server that is away is noted with since when.
    """
    if not settings.BOUNCE_MAILBOX["host"] or not _hold(clock()):
        return None
    problem, stored = "", 0
    try:
        with visit(settings.BOUNCE_MAILBOX) as server:
            for uid in server.uids()[:MOST_A_VISIT]:
                try:
                    stored += _store(server, uid)
                    server.put_away(uid)
                except NotNow as error:
                    problem = f"serwer nie wydał lub nie przeniósł wiadomości: {error}"
                _mailbox().update(held_until=clock() + HOLD)
    except Unreachable as error:
        problem = str(error)
    _leave(problem, at=clock())
    return stored


def _store(server: Server, uid: int) -> bool:
    raw = server.fetch(uid, headers_only=server.size(uid) > settings.BOUNCE_MAILBOX["largest"])
    reference = returned_reference(addressed_to(raw))
    if not reference:
        return False
    _, is_new = inbound.receive(SOURCE, key=_key(reference, raw), headers={}, body=raw, is_verified=True)
    return is_new


def _key(reference: str, raw: bytes) -> str:
    """What tells one return from the next of the same message: its own Message-ID, not the way by which it came."""
    said = str(message_from_bytes(raw).get("Message-ID", "")).encode("utf-8", "surrogateescape")
    return f"{reference}:{hashlib.sha256(said or raw).hexdigest()}"


def apply_returned(*, at: datetime) -> int:
    """Act on every stored return that nobody has handled yet; returns how many. One that fails leaves the others."""
    handled = 0
    for event in inbound.unhandled(SOURCE):
        try:
            handled += inbound.handle(event.pk, partial(_apply, at=at), at=at)
        except Exception:  # kept for the next sweep; the others must go on
            logger.exception("returned e-mail %s was not applied", event.pk)
    return handled


def _apply(event: InboundEvent, *, at: datetime) -> str:
    raw = bytes(event.body)
    read = read_returned(raw)
    told = Return(returned_reference(addressed_to(raw)), read.verdict, read.words)
    return "" if take_back(told, gateway=GATEWAY, at=at) else "zwrot wiadomości, której nie ma"


def _mailbox_name() -> str:
    mailbox = settings.BOUNCE_MAILBOX
    return f"{mailbox['user']}@{mailbox['host']}:{mailbox['port']}/{mailbox['folder']}"[:200]


def _mailbox() -> "QuerySet[ReturnMailbox]":
    return ReturnMailbox.objects.filter(name=_mailbox_name())


def _hold(at: datetime) -> bool:
    """Take the mailbox for a while; whether it was free. A worker that died lets go by the time running out."""
    with transaction.atomic():
        ReturnMailbox.objects.get_or_create(name=_mailbox_name())
        return bool(_mailbox().filter(Q(held_until__isnull=True) | Q(held_until__lte=at)).update(held_until=at + HOLD))


def _leave(problem: str, *, at: datetime) -> None:
    if problem:
        logger.warning("mailbox of returned e-mails: %s", problem)
        _mailbox().filter(failing_since__isnull=True).update(failing_since=at)
        _mailbox().update(held_until=None, problem=problem[:300])
    else:
        _mailbox().update(held_until=None, problem="", failing_since=None, visited_at=at)


def return_trouble() -> tuple[datetime, str] | None:
    """Since when the mailbox of returned e-mails cannot be read, and why; None when all is well or none is set."""
    if not settings.BOUNCE_MAILBOX["host"]:
        return None
    mailbox = _mailbox().filter(failing_since__isnull=False).first()
    return (mailbox.failing_since, mailbox.problem) if mailbox and mailbox.failing_since else None
