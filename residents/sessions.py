"""Sessions of signed-in accounts: noted, listed, ended; and browsers that an account has not signed in from before."""

import hashlib
from datetime import datetime, timedelta
from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from residents.models import Account, KnownDevice, OpenSession
from residents.notices import tell

SEEN = "seen_at"  # in the session: when it was last in use, seconds since 1970
WARNED = 120  # seconds before the end at which one is asked whether to stay (WCAG 2.2.1 asks for 20 at least)
DEVICE_DAYS = 400  # the longest life that browsers grant a cookie


def idle_time(account: Account) -> timedelta:
    """How long *account* may rest before it is signed out."""
    minutes = settings.STAFF_SESSION_IDLE_MINUTES if account.is_staff else settings.SESSION_IDLE_MINUTES
    return timedelta(minutes=minutes)


def note_session(account: Account, *, session_key: str, device: str, address: str, at: datetime) -> None:
    """Keep the list of open sessions true: this one is alive *at*, on *device*, from *address*."""
    seen = {"device": device, "address": address, "last_seen_at": at}
    if OpenSession.objects.filter(session_key=session_key, account=account).update(**seen):
        return
    OpenSession.objects.update_or_create(session_key=session_key, defaults={"account": account, "began_at": at, **seen})


def follow_session(old_key: str, new_key: str | None) -> None:
    """The session goes on under another key, or (None) is over."""
    if new_key is None:
        OpenSession.objects.filter(session_key=old_key).delete()
    else:
        OpenSession.objects.filter(session_key=old_key).update(session_key=new_key)


def open_sessions(account: Account, *, at: datetime) -> "QuerySet[OpenSession]":
    """Where *account* is signed in, the latest seen first; what rested too long is over, listed or not."""
    return account.open_sessions.filter(last_seen_at__gt=at - idle_time(account)).order_by("-last_seen_at", "-pk")


def end_session(account: Account, session_id: int, *, by: Actor) -> None:
    """End one session of *account*. Raises Refused `no_such_session` when it is none of its own, or over already."""
    with transaction.atomic():
        if not _end(OpenSession.objects.filter(account=account, pk=session_id)):
            raise Refused("no_such_session", "Ta sesja już się skończyła.")
        audit.record("end_session", f"account:{account.pk}", by=by)


def end_sessions(account: Account, *, by: Actor, keep: str = "") -> int:
    """End every session of *account*, all but the one whose key is *keep*; how many were ended."""
    with transaction.atomic():
        ended = _end(OpenSession.objects.filter(account=account).exclude(session_key=keep))
        audit.record("end_sessions", f"account:{account.pk}", by=by, ended=ended)
    return ended


def sign_out_by_office(account: Account, *, by: Actor) -> int:
    """End every session of *account* for the office's reasons, and tell its owner; how many were ended."""
    with transaction.atomic():
        tell(account, "sessions_ended")
        return end_sessions(account, by=by)


def _end(sessions: "QuerySet[OpenSession]") -> int:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    keys = list(sessions.values_list("session_key", flat=True))
    for key in keys:
        store.delete(key)
    OpenSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


def recognise_device(account: Account, *, token: str, device: str, address: str, at: datetime) -> None:
    """Note that *account* signed in from the browser that holds *token*; tell its owner when it is a new one.

    The first browser of an account is told to nobody: it is the one that made the account.
    """
    digest = hashlib.sha256(f"{account.pk}:{token}".encode()).hexdigest()
    with transaction.atomic():
        Account.objects.select_for_update(of=("self",)).get(pk=account.pk)
        if account.known_devices.filter(digest=digest).update(last_seen_at=at):
            return
        has_others = account.known_devices.exists()
        KnownDevice.objects.create(account=account, digest=digest, first_seen_at=at, last_seen_at=at)
        if has_others:
            when = timezone.localtime(at)
            tell(account, "new_device", device=device, address=address, when=f"{when:%d.%m.%Y, %H:%M}")
