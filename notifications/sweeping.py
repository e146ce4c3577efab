"""What nobody holds any more: leases of workers that died, messages whose time has passed."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from notifications.claiming import KEY_LIVES, lease
from notifications.gateways import gateways_of
from notifications.joining import free_carried
from notifications.states import State
from notifications.storing import DispatchReport
from notifications.taking_over import settle_cut_off

# Out of date, or in doubt for longer than a gateway remembers keys.
CLOSE = """
UPDATE notifications_message
SET state = CASE WHEN in_doubt_since IS NULL THEN 'expired' ELSE 'unknown' END,
    closed_at = CASE WHEN in_doubt_since IS NULL THEN %(at)s END, sent_at = COALESCE(sent_at, in_doubt_since),
    reason = CASE WHEN in_doubt_since IS NULL THEN 'po terminie ważności' ELSE 'bramka nie potwierdziła' END
WHERE id IN (SELECT id FROM notifications_message
    WHERE state = 'queued' AND (expires_at <= %(at)s OR in_doubt_since <= %(forgotten)s) FOR UPDATE SKIP LOCKED)
RETURNING id, state
"""
# A lease that ran out: the worker died or hangs. With a key the same again does no harm; without, nobody can know of
# those of which nothing is written down (taking_over.py settled the others).
RECLAIM = """
UPDATE notifications_message
SET state = CASE WHEN gateway = ANY(%(keyed)s) THEN 'queued' ELSE 'unknown' END, lease_until = NULL, leased_by = '',
    in_doubt_since = CASE WHEN gateway = ANY(%(keyed)s)
        THEN COALESCE(in_doubt_since, lease_until - %(lease)s) END,
    sent_at = CASE WHEN gateway = ANY(%(keyed)s) THEN sent_at ELSE COALESCE(sent_at, lease_until - %(lease)s) END,
    reason = 'wysyłanie przerwane'
WHERE id IN (SELECT id FROM notifications_message
    WHERE state = 'sending' AND lease_until <= %(at)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""
ABANDONED = """
UPDATE notifications_attempt SET ended_at = %(at)s, outcome = 'unknown', code = 'przerwana'
WHERE message_id = ANY(%(ids)s) AND ended_at IS NULL
"""


def reclaim_leases(*, at: datetime) -> int:
    """Free the messages whose worker died: as it wrote down, else back to the queue where the gateway knows keys, else
    into doubt. Returns how many.
    """
    settled = settle_cut_off(at=at)
    keyed = [one.name for channel in settings.MESSAGE_GATEWAYS for one in gateways_of(channel) if one.has_key]
    with transaction.atomic(), connection.cursor() as cursor:
        values: dict[str, Any] = {"keyed": keyed, "at": at, "lease": lease()}
        cursor.execute(RECLAIM, values)
        ids = [message_id for (message_id,) in cursor.fetchall()]
        if ids:
            cursor.execute(ABANDONED, {"ids": ids, "at": at})
    return settled + len(ids)


def close_overdue(*, at: datetime, report: DispatchReport) -> None:
    """Close what waited too long: past its day it expires; in doubt past the gateway's memory it stays in doubt.

    What one of them carried speaks for itself then, and may be past its day as well.
    """
    while closed := _close_overdue(at):
        for state in closed:
            report.add(State(state))


def _close_overdue(at: datetime) -> list[str]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLOSE, {"at": at, "forgotten": at - KEY_LIVES})
        closed = cursor.fetchall()
        free_carried([message_id for message_id, _ in closed])
    return [state for _, state in closed]
