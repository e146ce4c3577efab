"""Making, revoking and following the private links by which calendars read terms."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from core import audit
from core.actor import Actor
from liabilities.models import CalendarLink
from residents.models import Account, Payer
from residents.queries import mandates_of

TOKEN_BYTES = 32
READ_NOTED_EVERY = timedelta(hours=1)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def find_link(account: Account, payer: Payer) -> CalendarLink | None:
    """The account's link to the payer's terms, if it has one."""
    return CalendarLink.objects.filter(account=account, payer=payer).first()


def make_link(account: Account, payer: Payer, *, by: Actor, at: datetime) -> str:
    """A new link for *account* to *payer*'s terms; the earlier one stops working. Returns its token, kept nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        CalendarLink.objects.update_or_create(
            account=account, payer=payer, defaults={"token_sha256": _digest(token), "made_at": at, "read_at": None}
        )
        audit.record("make_calendar_link", f"payer:{payer.pk}", by=by)
    return token


def revoke_link(account: Account, payer: Payer, *, by: Actor) -> bool:
    """End the account's link to the payer's terms; says whether there was one."""
    with transaction.atomic():
        gone = bool(CalendarLink.objects.filter(account=account, payer=payer).delete()[0])
        if gone:
            audit.record("revoke_calendar_link", f"payer:{payer.pk}", by=by)
    return gone


def follow_link(token: str, *, at: datetime) -> CalendarLink | None:
    """The link of *token* while its account is active and may act for the payer; None otherwise.

    That it was read is noted once an hour, so that its owner can see a calendar that they do not know.
    """
    link = CalendarLink.objects.filter(token_sha256=_digest(token)).select_related("account", "payer").first()
    if link is None or not link.account.is_active:
        return None
    if not mandates_of(link.account, at=at).filter(payer_id=link.payer_id).exists():
        return None
    unnoted = Q(read_at__isnull=True) | Q(read_at__lt=at - READ_NOTED_EVERY)
    CalendarLink.objects.filter(unnoted, pk=link.pk).update(read_at=at)
    return link


def forget_links(payer_ids: list[int]) -> int:
    """Delete every link to these payers' terms; returns how many there were."""
    return CalendarLink.objects.filter(payer_id__in=payer_ids).delete()[0]
