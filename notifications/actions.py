"""What may happen to messages and texts: queued, withdrawn, reported on, rewritten."""

from collections.abc import Collection, Mapping
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from consents.queries import permitted_contacts
from core import audit
from core.actor import Actor
from core.bulk import insert_select
from core.errors import Refused
from notifications import texts
from notifications.kinds import find
from notifications.models import Message, TextTemplate, TextVersion
from notifications.sending_hours import next_opening
from notifications.states import FINAL, State, may_become

MESSAGE_COLUMNS = (
    *("kind", "topic_code", "channel", "priority", "payer_id", "address"),
    *("about", "facts", "dedupe_key", "not_before", "expires_at"),
)


def first_moment(kind_code: str, *, at: datetime) -> datetime:
    """From when a message of that kind, queued *at*, may go out: at once, or at the next sending hour."""
    if find(kind_code).any_hour:
        return at
    hours = settings.SENDING_HOURS
    return next_opening(
        at,
        opens=time.fromisoformat(hours["opens"]),
        closes=time.fromisoformat(hours["closes"]),
        sundays=hours["sundays"],
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
    permitted = permitted_contacts().filter(payer_id=payer_id, topic__code=topic)
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
            not_before=first_moment(kind, at=at),
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

    Compose it over consents.queries.permitted_contacts, which carries the sealed address. A dedupe_key that was queued
    before is passed over. Returns how many went in.
    """
    return insert_select(Message, MESSAGE_COLUMNS, rows)


def withdraw_messages(*, about: Collection[str], reason: str, at: datetime) -> int:
    """Withdraw the messages that still wait and speak of *about*; returns how many.

    Call it in the transaction of the fact that makes them untrue, so that dispatch need not ask the floors above.
    """
    if not about:
        return 0
    return Message.objects.filter(about__in=about, state=State.QUEUED).update(
        state=State.WITHDRAWN, reason=reason, closed_at=at
    )


def record_report(*, gateway: str, gateway_id: str, reference: str, state: State, code: str, at: datetime) -> bool:
    """Apply a gateway's delivery report; returns whether it told anything new. Repeats and any order do no harm.

    The message is found by our *reference* («spm-12»), else by *gateway_id*. Raises LookupError when it is not ours.
    """
    with transaction.atomic():
        found = Message.objects.select_for_update(of=("self",)).filter(channel__in=["sms", "voice", "email"])
        number = reference.removeprefix("spm-")
        if number.isdigit():
            message = found.filter(pk=int(number)).first()
        else:
            message = found.filter(gateway=gateway, gateway_id=gateway_id).exclude(gateway_id="").first()
        if message is None:
            raise LookupError(reference or gateway_id)
        current = State(message.state)
        if not may_become(current, state):
            return False
        message.state, message.reason = state, code if state is State.FAILED else message.reason
        message.gateway_id = message.gateway_id or gateway_id
        message.gateway = message.gateway or gateway
        message.sent_at = message.sent_at or at
        message.lease_until = None
        message.closed_at = at if state in FINAL else None
        message.save()
    return True


def edit_text(template: TextTemplate, *, subject: str, body: str, by: Actor) -> TextVersion:
    """Write a new version of a text. Raises Refused `placeholder` when it names facts that its kind does not have."""
    problems = texts.check(f"{subject}\n{body}", find(template.kind).facts)
    if problems:
        raise Refused("placeholder", " ".join(problems), where="body")
    if not body.strip():
        raise Refused("empty", "Treść jest pusta.", where="body", mend="Napisz, co ma przeczytać mieszkaniec.")
    with transaction.atomic():
        TextTemplate.objects.select_for_update(of=("self",)).get(pk=template.pk)
        newest = template.versions.order_by("-number").first()
        version = TextVersion.objects.create(
            template=template,
            number=1 if newest is None else newest.number + 1,
            subject=subject.strip(),
            body=body.strip(),
            written_by_id=by.account_id,
        )
        audit.record("edit_text", f"template:{template.pk}", by=by, version=version.number)
    return version
