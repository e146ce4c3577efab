"""The cap of messages of a kind to one person by one way on a day: what goes over it goes as one message the next day.

Kept at the moment of sending, under a lock, so that several workers keep it together. The messages over the cap stay
rows of their own, joined to the oldest (notifications/joining.py): what becomes untrue until then is not told.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Q

from core import audit
from core.actor import Actor
from core.dates import WARSAW, midnight
from core.errors import Refused
from notifications.actions import first_moment
from notifications.joining import flatten_joined
from notifications.kinds import KINDS, Kind, Priority
from notifications.models import DailyCap, Message
from notifications.rendering import Claimed
from notifications.states import State

LONGEST_WAIT = timedelta(days=60)  # between queueing and sending; spares reading a person's whole history
GATHERED = "w zbiorczej wiadomości, ponad dzienny limit"
PUT_OFF = "ponad dzienny limit: wyjdzie następnego dnia"
# Whose message of the same digest waits for that day already carries these too; one that somebody else holds does not.
# Nothing goes before the hour that the person chose for its topic.
GATHER = """
WITH mine AS (
    SELECT m.id, m.payer_id, GREATEST(%(again)s,
        (%(day)s::date + make_interval(hours => COALESCE(w.hour, 0)::int)) AT TIME ZONE 'Europe/Warsaw') AS wanted_at
    FROM notifications_message AS m
    LEFT JOIN notifications_topicwish AS w ON w.payer_id = m.payer_id AND w.topic_code = m.topic_code
    WHERE m.id = ANY(%(ids)s)),
waiting AS (
    SELECT id, payer_id FROM notifications_message
    WHERE payer_id IN (SELECT payer_id FROM mine) AND channel = %(channel)s AND state = 'queued'
      AND kind = ANY(%(kinds)s) AND not_before >= %(again)s AND not_before < %(day)s::date + 2 AND reason = %(put_off)s
      AND in_doubt_since IS NULL
    FOR UPDATE SKIP LOCKED),
chosen AS (
    SELECT mine.id, max(wanted_at) OVER (PARTITION BY payer_id) AS wanted_at,
        COALESCE((SELECT min(waiting.id) FROM waiting WHERE waiting.payer_id = mine.payer_id),
            min(mine.id) OVER (PARTITION BY mine.payer_id)) AS carrier
    FROM mine)
UPDATE notifications_message AS m
SET state = CASE WHEN m.id = c.carrier THEN 'queued' ELSE 'joined' END,
    carried_by_id = CASE WHEN m.id = c.carrier THEN NULL ELSE c.carrier END,
    reason = CASE WHEN m.id = c.carrier THEN %(put_off)s ELSE %(gathered)s END,
    not_before = c.wanted_at, lease_until = NULL, leased_by = '', attempts = m.attempts - 1
FROM chosen AS c WHERE m.id = c.id
"""


def may_be_capped(kind: Kind) -> bool:
    """Whether a day's messages of *kind* may be held to a number: never a crisis, a case or a payment."""
    return kind.priority >= Priority.REMINDER and kind.digest is not None and not kind.any_hour


def capped_kinds() -> list[Kind]:
    """The kinds for which a town may set a cap, by name."""
    return sorted((kind for kind in KINDS.values() if may_be_capped(kind)), key=lambda kind: kind.name)


def set_daily_cap(cap: DailyCap, *, by: Actor) -> None:
    """Store a cap, and who set it. Raises Refused `never_capped` for a kind that is never held back."""
    if cap.kind not in KINDS or not may_be_capped(KINDS[cap.kind]):
        raise Refused("never_capped", "Tych wiadomości nie wolno ograniczać.", where="kind")
    with transaction.atomic():
        cap.save()
        audit.record("set_daily_cap", f"kind:{cap.kind}", by=by, most=cap.most)


def lock_caps(least_urgent: Priority) -> dict[str, int]:
    """The caps by kind, for a worker of messages up to *least_urgent*.

    Until its transaction ends, no other worker claims what may be capped, so that each counts what the other took. Call
    it first: it locks before any message is locked.
    """
    if least_urgent < Priority.REMINDER:
        return {}
    caps = DailyCap.objects.filter(most__isnull=False).order_by("pk").select_for_update(of=("self",))
    known = [cap for cap in caps if cap.kind in KINDS and may_be_capped(KINDS[cap.kind])]
    return {cap.kind: cap.most for cap in known if cap.most is not None}


def put_off_over_cap(claimed: Sequence[Claimed], channel: str, most: Mapping[str, int], *, at: datetime) -> set[int]:
    """Of the *claimed* messages, those that go over the caps (the *most* of each kind a day): back into the outbox for
    the next day, gathered by person. Returns their ids.

    Call it in the claiming transaction. One that would be out of date by then, or that may have gone already, goes.
    """
    concerned = [one for one in claimed if one.kind in most]
    if not concerned:
        return set()
    tomorrow = at.astimezone(WARSAW).date() + timedelta(days=1)
    # None of these kinds goes at any hour, so the first will do.
    again = first_moment(concerned[0].kind, at=midnight(tomorrow))
    over = _over(concerned, most, _gone_today(concerned, channel, at=at), again=again)
    for digest, ids in over.items():
        kinds = [kind.code for kind in KINDS.values() if kind.digest and kind.digest.kind == digest]
        _gather(ids, kinds, channel, again=again)
    return {message_id for ids in over.values() for message_id in ids}


def _gone_today(claimed: Collection[Claimed], channel: str, *, at: datetime) -> dict[tuple[int, str], int]:
    """How many messages of each kind each payer got today by *channel*, or is getting from another worker."""
    starts = midnight(at.astimezone(WARSAW).date())
    gone = Q(sent_at__gte=starts) | Q(state=State.SENDING) | Q(state=State.QUEUED, in_doubt_since__gte=starts)
    rows = (
        Message.objects.filter(
            gone,
            payer_id__in={one.payer_id for one in claimed},
            queued_at__gte=starts - LONGEST_WAIT,
            kind__in={one.kind for one in claimed},
            channel=channel,
        )
        .exclude(pk__in=[one.message_id for one in claimed])
        .values_list("payer_id", "kind")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return {(payer_id, kind): count for payer_id, kind, count in rows}


def _over(
    claimed: Sequence[Claimed], most: Mapping[str, int], gone: Mapping[tuple[int, str], int], *, again: datetime
) -> dict[str, list[int]]:
    """The ids over the cap, by the digest that would tell of them, in the order of the batch."""
    counts = defaultdict(int, gone)
    over: dict[str, list[int]] = defaultdict(list)
    for one in claimed:
        digest = KINDS[one.kind].digest
        may_wait = one.in_doubt_since is None and (one.expires_at is None or one.expires_at > again)
        if digest is not None and may_wait and counts[one.payer_id, one.kind] >= most[one.kind]:
            over[digest.kind].append(one.message_id)
        else:
            counts[one.payer_id, one.kind] += 1
    return over


def _gather(ids: Sequence[int], kinds: Sequence[str], channel: str, *, again: datetime) -> None:
    values: dict[str, Any] = {
        "ids": list(ids),
        "kinds": list(kinds),
        "channel": channel,
        "again": again,
        "day": again.astimezone(WARSAW).date(),
        "put_off": PUT_OFF,
        "gathered": GATHERED,
    }
    with connection.cursor() as cursor:
        cursor.execute(GATHER, values)
    flatten_joined(ids)
