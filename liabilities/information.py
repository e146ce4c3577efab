"""Information actions: what a payer was told of a late due by SMS or e-mail before a dunning letter.

The regulation on the conduct of creditors wants form, day and person of each; the person is the portal itself here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from liabilities.actions import about_instalment
from liabilities.messages import DUE_PASSED
from notifications.models import Message
from notifications.states import State

TOLD = (State.SENT, State.DELIVERED)
CHANNELS = {"sms": "SMS", "email": "e-mail"}


@dataclass(frozen=True)
class Information:
    """One action: on which day, in what form."""

    on: date
    form: str


def information_on(
    payer_ids: Collection[int], instalment_ids: Collection[int]
) -> dict[tuple[int, int], list[Information]]:
    """The actions on each instalment by payer, the oldest first: reminders after the term that the gateways took.

    One that went out in another message counts when that one did.
    """
    keys = {about_instalment(key): key for key in instalment_ids}
    went = Q(state__in=TOLD) | Q(state=State.JOINED, carried_by__state__in=TOLD)
    rows = (
        Message.objects.filter(went, payer_id__in=payer_ids, kind=DUE_PASSED.code, about__in=list(keys))
        .select_related("carried_by")
        .defer("facts", "body")
        .order_by("queued_at", "pk")
    )
    found: dict[tuple[int, int], list[Information]] = {}
    for message in rows:
        sent = message.sent_at or (message.carried_by.sent_at if message.carried_by else None) or message.queued_at
        action = Information(timezone.localdate(sent), CHANNELS.get(message.channel, message.channel))
        found.setdefault((message.payer_id, keys[message.about]), []).append(action)
    return found


def in_words(actions: Collection[Information]) -> str:
    """«SMS 12.11.2026, e-mail 14.11.2026»; «nie było» without any."""
    return ", ".join(dict.fromkeys(f"{one.form} {one.on:%d.%m.%Y}" for one in actions)) or "nie było"
