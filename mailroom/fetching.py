"""From the mailbox into the database: stored and committed first, then put away on the server.

Killed at any line and started again, nothing is lost and nothing comes twice: what is stored leaves a MailSighting,
what is not yet put away is put away at the next visit, and the same message under another number is known by its key.
"""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from core import audit
from core.actor import job
from core.imap import NotNow, Server, Unreachable, visit
from mailroom.models import IncomingMail, Mailbox, MailSighting, MailState, RawMail
from mailroom.reading import headers, parsed

HOLD = timedelta(minutes=10)  # far longer than one message takes
MOST_A_VISIT = 200
BY = job("poll_mailbox")
logger = logging.getLogger("spm.mailroom")


@dataclass
class Visited:
    """What one visit brought: new messages, ones known before under another number, ones that the server withheld."""

    stored: int = 0
    known: int = 0
    put_away: int = 0
    trouble: str = ""


def mailbox_name() -> str:
    """The mailbox as the database knows it: where it is, not whose password opens it."""
    mailbox = settings.MAILBOX
    return f"{mailbox['user']}@{mailbox['host']}:{mailbox['port']}/{mailbox['folder']}"[:200]


def poll(*, clock: Callable[[], datetime]) -> Visited | None:
    """Visit the mailbox once; None when none is set or another worker visits it now.

    A server that is away is noted with since when, and told on the staff's first page.
    """
    if not settings.MAILBOX["host"] or not _hold(clock()):
        return None
    try:
        with visit(settings.MAILBOX) as server:
            visited = _visited(server, clock)
    except Unreachable as error:
        logger.warning("mailbox: %s", error)
        _leave(at=clock(), problem=str(error), is_away=True)
        return Visited(trouble=str(error))
    _leave(at=clock(), problem=visited.trouble, is_away=False)
    return visited


def _hold(at: datetime) -> bool:
    """Take the mailbox for a while; whether it was free. A worker that died lets go by the time running out."""
    name = mailbox_name()
    with transaction.atomic():
        Mailbox.objects.get_or_create(name=name)
        free = Mailbox.objects.filter(Q(held_until__isnull=True) | Q(held_until__lte=at), name=name)
        return bool(free.update(held_until=at + HOLD))


def _leave(*, at: datetime, problem: str, is_away: bool) -> None:
    with transaction.atomic():
        mailbox = Mailbox.objects.select_for_update(of=("self",)).get(name=mailbox_name())
        mailbox.held_until = None
        mailbox.problem = problem[:300]
        if problem:
            mailbox.failing_since = mailbox.failing_since or at
        else:
            mailbox.failing_since = None
        if not is_away:
            mailbox.visited_at = at
        mailbox.save(update_fields=["held_until", "problem", "failing_since", "visited_at"])


def _visited(server: Server, clock: Callable[[], datetime]) -> Visited:
    visited = Visited()
    name, validity = mailbox_name(), server.uid_validity
    lying = server.uids()
    known = set(
        MailSighting.objects.filter(mailbox=name, uid_validity=validity, uid__in=lying).values_list("uid", flat=True)
    )
    _put_away_left(server, lying, visited, clock)
    for uid in [uid for uid in lying if uid not in known][:MOST_A_VISIT]:
        try:
            sighting = _store(server, uid, visited, at=clock())
            _put_away(server, sighting, visited, at=clock())
        except NotNow as error:
            visited.trouble = f"serwer nie wydał lub nie przeniósł wiadomości: {error}"
        Mailbox.objects.filter(name=name).update(held_until=clock() + HOLD)
    return visited


def _store(server: Server, uid: int, visited: Visited, *, at: datetime) -> MailSighting:
    """Fetch one message and keep it, whole; of one that is too large, its headers. Raises NotNow."""
    size, largest = server.size(uid), settings.MAILBOX["largest"]
    is_whole = size <= largest
    raw = server.fetch(uid, headers_only=not is_whole)
    key = message_key(raw)
    problem = "" if is_whole else f"Wiadomość ma {size // 1_000_000} MB. Pozostała na serwerze, w skrzynce."
    with transaction.atomic():
        mail, is_new = IncomingMail.objects.get_or_create(
            key=key,
            defaults={
                "sha256": hashlib.sha256(raw).hexdigest(),
                "size": size,
                "received_at": at,
                "problem": problem,
            },
        )
        if is_new:
            RawMail.objects.create(mail=mail, content=raw, is_whole=is_whole)
            audit.record("store_mail", f"mail:{mail.pk}", by=BY, sha256=mail.sha256, size=size)
        sighting, _ = MailSighting.objects.get_or_create(
            mailbox=mailbox_name(),
            uid_validity=server.uid_validity,
            uid=uid,
            defaults={"mail": mail, "put_away_at": None if is_whole else at},
        )
    visited.stored += is_new
    visited.known += not is_new
    return sighting


def message_key(raw: bytes) -> str:
    """What tells a message from others: its Message-ID and its body, else all of it.

    The body belongs to it, for whoever repeats a Message-ID must not make another's message vanish; the other headers
    do not, for each way to the mailbox writes its own.
    """
    try:
        said = headers(parsed(raw), "Message-ID")
    except Exception:  # a message that no parser gets through is still a message
        said = []
    body = raw.partition(b"\r\n\r\n")[2]
    identified = f"{said[0]}\n".encode("utf-8", "surrogateescape") + body if said and body else raw
    return hashlib.sha256(identified).hexdigest()


def _put_away(server: Server, sighting: MailSighting, visited: Visited, *, at: datetime) -> None:
    if sighting.put_away_at is not None:
        return
    server.put_away(sighting.uid)
    MailSighting.objects.filter(pk=sighting.pk).update(put_away_at=at)
    visited.put_away += 1


def _put_away_left(server: Server, lying: list[int], visited: Visited, clock: Callable[[], datetime]) -> None:
    """What an earlier visit stored and did not get to put away; what is gone by now needs nothing more."""
    for sighting in MailSighting.objects.filter(mailbox=mailbox_name(), put_away_at__isnull=True):
        if sighting.uid_validity == server.uid_validity and sighting.uid in lying:
            try:
                _put_away(server, sighting, visited, at=clock())
            except NotNow as error:
                visited.trouble = f"serwer nie przeniósł wiadomości: {error}"
        else:
            MailSighting.objects.filter(pk=sighting.pk).update(put_away_at=clock())


def waiting_to_be_read() -> list[int]:
    """The messages that are stored and not yet read, the oldest first."""
    return list(IncomingMail.objects.filter(state=MailState.RAW).order_by("pk").values_list("pk", flat=True))
