"""Messages with facts of their own to many payers, queued by two statements: the set-based sibling of `queue_message`.

Who may be told by which way is asked first, so that facts are counted only for them.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from core.bulk import one_of
from notifications.actions import first_moment
from notifications.kinds import Kind, Priority
from notifications.queries import reachable_contacts
from notifications.wishes import wanted, wished_moment

QUEUED = """
INSERT INTO notifications_message
    (kind, topic_code, priority, queued_at, payer_id, channel, address, about, facts, dedupe_key, not_before,
    expires_at)
SELECT %s, %s, %s, %s, v.payer_id, v.channel, v.address, v.about, v.facts::jsonb, v.dedupe_key, v.first, v.expires
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[],
    %s::timestamptz[]) AS v(payer_id, channel, address, about, facts, dedupe_key, first, expires)
ON CONFLICT (dedupe_key) DO NOTHING
"""


@dataclass(frozen=True)
class Reach:
    """One way by which a payer may be told, from when on; the address as the database holds it, sealed."""

    payer_id: int
    channel: str
    address: str
    first: datetime


@dataclass(frozen=True)
class Note:
    """What one payer is told: by every way that reaches them, once for its `dedupe_key` and way."""

    payer_id: int
    about: str
    facts: Mapping[str, str]
    dedupe_key: str
    expires_at: datetime | None = None


def reached(payer_ids: Collection[int], *, kind: Kind, topic: str, at: datetime) -> list[Reach]:
    """The ways by which these payers consented to be told of *topic*, and want to be, for messages queued *at*."""
    if not payer_ids:
        return []
    first = first_moment(kind.code, at=at)
    whose = Q() if kind.priority is Priority.CRISIS else wanted("payer_id", "topic__code", "channel")
    rows = reachable_contacts().filter(whose, payer_id=one_of(payer_ids), topic__code=topic)
    moment = wished_moment("payer_id", "topic__code", first=first)
    found = rows.annotate(sealed=Cast("address", TextField()), moment=moment).order_by("payer_id", "channel")
    return [Reach(*row) for row in found.values_list("payer_id", "channel", "sealed", "moment")]


def queue_notes(notes: Sequence[Note], reach: Sequence[Reach], *, kind: Kind, topic: str, at: datetime) -> int:
    """Queue *notes* by the ways of `reached`, in the caller's transaction; returns how many messages went in.

    A key that was queued before is passed over. Facts as in `notifications.actions.queue_message`.
    """
    ways: dict[int, list[Reach]] = defaultdict(list)
    for way in reach:
        ways[way.payer_id].append(way)
    rows = [(note, way) for note in notes for way in ways[note.payer_id]]
    if not rows:
        return 0
    lasts = at + kind.expires_after if kind.expires_after else None
    with connection.cursor() as cursor:
        cursor.execute(
            QUEUED,
            [
                *(kind.code, topic, int(kind.priority), at),
                [way.payer_id for _, way in rows],
                [way.channel for _, way in rows],
                [way.address for _, way in rows],
                [note.about for note, _ in rows],
                [json.dumps(dict(note.facts), ensure_ascii=False) for note, _ in rows],
                [f"{note.dedupe_key}:{way.channel}" for note, way in rows],
                [way.first for _, way in rows],
                [note.expires_at or lasts for note, _ in rows],
            ],
        )
        return int(cursor.rowcount)
