"""Several waiting messages to one person by one channel become one: the oldest carries the others.

Carried messages keep their own rows, so that whatever makes one of them untrue withdraws just that one: what is said
is put together at the moment of sending. When the carrier does not go out, the next one takes its place.
"""

import json
from collections.abc import Collection, Sequence

from django.db import connection

from core.bulk import one_pass
from notifications.kinds import KINDS, codes_by_digest
from notifications.models import Message
from notifications.states import State

# What was at a gateway already (a try, a doubt) neither joins nor is joined: its words are known there.
JOIN = """
UPDATE notifications_message AS m SET state = 'joined', carried_by_id = w.carrier
FROM (SELECT id, min(id) OVER (
          PARTITION BY payer_id, channel, (not_before AT TIME ZONE 'Europe/Warsaw')::date) AS carrier
      FROM notifications_message
      WHERE state = 'queued' AND kind = ANY(%(kinds)s) AND in_doubt_since IS NULL AND attempts = 0) AS w
WHERE m.id = w.id AND w.id <> w.carrier AND m.state = 'queued'
RETURNING m.id
"""
# What a message carried that is carried itself from now on goes with the same one.
FLATTEN = """
UPDATE notifications_message AS m SET carried_by_id = c.carried_by_id
FROM notifications_message AS c
WHERE m.carried_by_id = c.id AND m.state = 'joined' AND c.state = 'joined' AND c.id = ANY(%s)
"""
# The oldest of those left behind goes back to the queue and carries the rest.
FREE = """
WITH left_behind AS (
    SELECT m.id, min(m.id) OVER (PARTITION BY m.carried_by_id) AS heir
    FROM notifications_message AS m JOIN notifications_message AS c ON c.id = m.carried_by_id
    WHERE m.state = 'joined' AND c.id = ANY(%(carriers)s)
      AND (%(always)s OR c.state IN ('withdrawn', 'expired', 'refused')))
UPDATE notifications_message AS m
SET state = CASE WHEN m.id = l.heir THEN 'queued' ELSE 'joined' END,
    carried_by_id = CASE WHEN m.id = l.heir THEN NULL ELSE l.heir END
FROM left_behind AS l WHERE m.id = l.id
"""


def join_waiting() -> int:
    """Join what waits for the same day; returns how many messages are carried by another from now on.

    Call it in the transaction that queued them: a worker that claimed the first would leave the others alone.
    """
    joined = 0
    # What was queued a moment ago no statistics tell of: the planner would compare each message with each.
    with connection.cursor() as cursor, one_pass():
        for kinds in codes_by_digest().values():
            cursor.execute(JOIN, {"kinds": kinds})
            ids = [message_id for (message_id,) in cursor.fetchall()]
            joined += len(ids)
            cursor.execute(FLATTEN, [ids])
    return joined


def flatten_joined(message_ids: Collection[int]) -> None:
    """Those of *message_ids* that are joined now hand on what they carried."""
    with connection.cursor() as cursor:
        cursor.execute(FLATTEN, [list(message_ids)])


def free_carried(carriers: Collection[int], *, always: bool = False) -> int:
    """Let the messages speak for themselves whose carrier, one of *carriers*, was withdrawn, refused or came too late
    (*always*: whatever became of it); returns how many.
    """
    if not carriers:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(FREE, {"carriers": list(carriers), "always": always})
        return int(cursor.rowcount)


def may_carry(kind: str) -> bool:
    """Whether a message of *kind* may carry others; of a kind that nobody knows any more nobody can say."""
    return kind not in KINDS or KINDS[kind].digest is not None


def carried_by(message_ids: Collection[int]) -> dict[int, list[Message]]:
    """The messages that each of *message_ids* carries, the oldest first; those that carry none are left out."""
    found: dict[int, list[Message]] = {}
    carried = Message.objects.filter(carried_by__in=message_ids, state=State.JOINED).order_by("pk")
    for message in carried.only("kind", "facts", "carried_by_id", "expires_at"):
        found.setdefault(message.carried_by_id or 0, []).append(message)
    return found


def told_together(kind: str, facts: str, carried: Sequence[Message]) -> tuple[str, str]:
    """The kind and the facts (JSON) of one message that speaks for itself and for *carried*."""
    digest = KINDS[kind].digest if kind in KINDS else None
    if digest is None or not carried:
        return kind, facts
    return digest.kind, json.dumps(digest.combine([json.loads(facts), *(one.facts for one in carried)]))
