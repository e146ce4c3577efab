"""What may happen to messages: queued, withdrawn, reported on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from core.bulk import insert_select, insert_select_summed, texts_array
from notifications.joining import free_carried
from notifications.kinds import Priority, find
from notifications.models import Message, message_reference
from notifications.queries import reachable_contacts
from notifications.sending_hours import next_opening
from notifications.states import FINAL, State, may_become
from notifications.wishes import wanted, wished_first

MESSAGE_COLUMNS = (
    *("kind", "topic_code", "channel", "priority", "payer_id", "address"),
    *("about", "facts", "dedupe_key", "not_before", "expires_at"),
)

TOLD_OF = """
SELECT about FROM notifications_message WHERE state IN ('queued', 'joined') AND about = ANY (%(about)s::text[])
UNION SELECT about FROM notifications_message WHERE state = 'sending' AND about = ANY (%(about)s::text[])
"""

# What waits in the queue was never at a gateway, unless an answer was lost.
END = """
UPDATE notifications_message AS m
SET state = %(state)s, reason = v.reason, closed_at = %(closed)s, lease_until = NULL, in_doubt_since = NULL,
    gateway_id = COALESCE(NULLIF(m.gateway_id, ''), v.gateway_id),
    sent_at = COALESCE(m.sent_at, m.in_doubt_since, %(at)s)
FROM unnest(%(ids)s::bigint[], %(gateway_ids)s::text[], %(reasons)s::text[]) AS v(id, gateway_id, reason)
WHERE m.id = v.id AND m.state = ANY(%(sources)s) AND NOT (m.state = 'queued' AND m.in_doubt_since IS NULL)
"""


def first_moment(kind_code: str, *, at: datetime) -> datetime:
    """From when a message of that kind, queued *at*, may go out: at once, or at the next sending hour."""
    if find(kind_code).any_hour:
        return at
    hours = settings.SENDING_HOURS
    return next_opening(
        at,
        opens=time.fromisoformat(str(hours["opens"])),
        closes=time.fromisoformat(str(hours["closes"])),
        sundays=bool(hours["sundays"]),
    )


def queue_message(
    *,
    kind: str,
    payer_id: int,
    topic: str,
    about: str,
    facts: Mapping[str, str],
    dedupe_key: str,
    at: datetime,
    expires_at: datetime | None = None,
) -> int:
    """Queue one message by every channel that the payer consented to for *topic*, in the caller's transaction.

    Returns how many were queued: none without consent, none when *dedupe_key* was queued before. Facts are strings:
    money as «123.45» under names in `_pln`, days in ISO under names in `_on`.
    """
    known = find(kind)
    expires = expires_at or (at + known.expires_after if known.expires_after else None)
    permitted = reachable_contacts().filter(payer_id=payer_id, topic__code=topic)
    first = first_moment(kind, at=at)
    if known.priority is not Priority.CRISIS:
        permitted = permitted.filter(wanted("payer_id", "topic__code", "channel"))
        first = wished_first(payer_id, topic, first=first)
    rows = [
        Message(
            kind=kind,
            topic_code=topic,
            channel=contact.channel,
            priority=known.priority,
            payer_id=payer_id,
            address=contact.address,
            about=about,
            facts=dict(facts),
            dedupe_key=f"{dedupe_key}:{contact.channel}",
            queued_at=at,
            not_before=first,
            expires_at=expires,
        )
        for contact in permitted
    ]
    keys = [row.dedupe_key for row in rows]
    with transaction.atomic():
        known_keys = set(Message.objects.filter(dedupe_key__in=keys).values_list("dedupe_key", flat=True))
        fresh = [row for row in rows if row.dedupe_key not in known_keys]
        Message.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def queue_messages(rows: "QuerySet[Any, Any]") -> int:
    """Queue many messages by one statement; *rows* is a QuerySet whose values_list gives MESSAGE_COLUMNS in order.

    Compose it over notifications.queries.reachable_contacts, which carries the sealed address. A dedupe_key that was
    queued before is passed over. Returns how many went in.
    """
    return insert_select(Message, MESSAGE_COLUMNS, rows, key="dedupe_key")


def queue_span(rows: "QuerySet[Any, Any]") -> tuple[int | None, int | None, int, int]:
    """The same; returns the first and the last id of those that went in, how many they are, and to how many people.

    They are counted without reading them again; later the span of ids finds them without an index of their own.
    """
    sums = "min(id), max(id), count(*), count(DISTINCT payer_id)"
    first, last, count, people = insert_select_summed(
        Message, MESSAGE_COLUMNS, rows, key="dedupe_key", of=("id", "payer_id"), sums=sums
    )
    return first, last, count, people


def withdraw_messages(*, about: Collection[str], reason: str, at: datetime) -> int:
    """Withdraw the messages that still wait and speak of *about*; returns how many.

    Call it in the transaction of the fact that makes them untrue, so that dispatch need not ask the floors above. One
    that is at the gateway right now is not tried again; one that may have gone out already stays in doubt.
    """
    about = _told_of(about)
    if not about:
        return 0
    joined = Q(state=State.JOINED, carried_by__state=State.QUEUED)
    waiting = Message.objects.filter(Q(state=State.QUEUED) | joined, about__in=about, in_doubt_since__isnull=True)
    ids = list(waiting.values_list("pk", flat=True))
    still = Message.objects.filter(pk__in=ids, state__in=[State.QUEUED, State.JOINED], in_doubt_since__isnull=True)
    count = still.update(state=State.WITHDRAWN, reason=reason, closed_at=at)
    free_carried(ids)
    Message.objects.filter(about__in=about, state=State.QUEUED, in_doubt_since__isnull=False).update(
        state=State.UNKNOWN, reason=reason, sent_at=Coalesce("sent_at", "in_doubt_since")
    )
    leaving = Message.objects.filter(state=State.SENDING, about__in=about).order_by("pk")
    ids = list(leaving.select_for_update(of=("self",)).values_list("pk", flat=True))
    Message.objects.filter(pk__in=ids).update(expires_at=at)
    return count


def _told_of(about: Collection[str]) -> set[str]:
    """Of what in *about* a message speaks that is not closed: by two indexes, each of which is nearly empty."""
    if not about:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(TOLD_OF, {"about": texts_array(about)})
        return {row[0] for row in cursor.fetchall()}


@dataclass(frozen=True)
class DeliveryReport:
    """What a gateway says became of one message: `reference` is ours («spm-12»), `gateway_id` the gateway's."""

    gateway_id: str
    reference: str
    state: State
    reason: str = ""


@dataclass(frozen=True)
class ReportsApplied:
    """How many reports told something new, and how many spoke of messages that are not ours."""

    changed: int
    unknown: int


def record_report(*, gateway: str, gateway_id: str, reference: str, state: State, code: str, at: datetime) -> bool:
    """Apply a gateway's delivery report; returns whether it told anything new. Repeats and any order do no harm.

    The message is found by our *reference* («spm-12»), else by *gateway_id*. Raises LookupError when it is not ours.
    """
    applied = record_reports([DeliveryReport(gateway_id, reference, state, code)], gateway=gateway, at=at)
    if applied.unknown:
        raise LookupError(reference or gateway_id)
    return applied.changed == 1


def record_reports(reports: Sequence[DeliveryReport], *, gateway: str, at: datetime) -> ReportsApplied:
    """Apply many reports by a few statements. Of two that speak of one message, the first ends it."""
    with transaction.atomic():
        known = _reported_messages(reports, gateway)
        first: dict[int, DeliveryReport] = {}
        unknown = 0
        for report in reports:
            message_id = known.get(report.reference) or known.get(report.gateway_id)
            if message_id is None:
                unknown += 1
            else:
                first.setdefault(message_id, report)
        changed = sum(_end_by_report(state, first, at) for state in {one.state for one in first.values()})
    return ReportsApplied(changed, unknown)


def queue_untaken(message_ids: Collection[int], *, gateway: str, in_doubt_before: datetime, at: datetime) -> int:
    """Put back what is in doubt since before *in_doubt_before* and what its *gateway* does not know; returns how many.

    That moment lies so long before the gateway was asked that it would know what it had taken. An answer that is
    applied late says nothing of a later try.
    """
    doubtful = Message.objects.filter(
        pk__in=message_ids, gateway=gateway, state=State.UNKNOWN, sent_at__lte=in_doubt_before
    )
    return doubtful.update(
        state=State.QUEUED, sent_at=None, in_doubt_since=None, closed_at=None, not_before=at, reason=""
    )


def _reported_messages(reports: Sequence[DeliveryReport], gateway: str) -> dict[str, int]:
    """The messages that *reports* speak of, by reference and by the gateway's id, locked in the order of their ids."""
    numbers = [report.reference.removeprefix("spm-") for report in reports]
    mine = [int(number) for number in numbers if number.isascii() and number.isdecimal() and len(number) < 19]
    theirs = [report.gateway_id for report in reports if report.gateway_id and not report.reference]
    of_vendor = Q(gateway=gateway) | Q(gateway__startswith=f"{gateway}-")  # «smsapi» and «smsapi-voice»: one account
    asked = Message.objects.filter(of_vendor, Q(pk__in=mine) | Q(gateway_id__in=theirs))
    rows = asked.order_by("pk").select_for_update(of=("self",)).values_list("pk", "gateway_id")
    return {key: pk for pk, gateway_id in rows for key in (message_reference(pk), gateway_id) if key}


def _end_by_report(state: State, reports: Mapping[int, DeliveryReport], at: datetime) -> int:
    """Move the messages that are reported to be in *state* and may get there; returns how many."""
    mine = {message_id: report for message_id, report in reports.items() if report.state is state}
    values = {
        "state": state.value,
        "sources": [source.value for source in State if may_become(source, state)],
        "at": at,
        "closed": at if state in FINAL else None,
        "ids": list(mine),
        "gateway_ids": [report.gateway_id[:80] for report in mine.values()],
        "reasons": [report.reason[:200] for report in mine.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(END, values)
        return int(cursor.rowcount)
