"""Forgetting what messages said and where they went; that one was sent, when and how it ended, stays."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from consents.models import Topic
from notifications.models import Message, TopicWish, Wish
from notifications.push import forget_browsers_of
from notifications.queries import reachable_contacts
from notifications.states import OPEN, State
from residents.models.rodo import RequestKind, RequestState
from residents.queries import same_person

OPEN_VALUES = [state.value for state in OPEN]
ERASED = "usunięto dane na wniosek"


def _whole() -> "QuerySet[Message]":
    """Messages with something left to forget; those that still wait or leave are not touched."""
    return Message.objects.filter(forgotten_at__isnull=True).exclude(state__in=OPEN_VALUES)


def _old(before: datetime) -> "QuerySet[Message]":
    return _whole().filter(queued_at__lt=before)


def _left_by_erasure() -> "QuerySet[Message]":
    """Messages that were at a gateway in the moment in which their payer's data were erased."""
    erased = {"payer__data_requests__kind": RequestKind.ERASURE, "payer__data_requests__state": RequestState.ACCEPTED}
    return _whole().filter(**erased, payer__data_requests__decided_at__gt=F("queued_at"))


def _forget(messages: "QuerySet[Message]") -> int:
    return messages.update(address="", subject="", body="", facts={}, forgotten_at=Now())


def forget_messages(before: datetime, most: int) -> int:
    """Empty at most *most* messages: what an erasure left behind, then those queued before *before*; then forget the
    wishes of people to whom nothing may go any more.
    """
    for messages in (_left_by_erasure(), _old(before)):
        if some := list(messages.order_by("pk").values_list("pk", flat=True)[:most]):
            return _forget(Message.objects.filter(pk__in=some))
    return _forget_wishes(list(_idle_wishes(before).order_by("pk").values_list("payer_id", flat=True)[:most]))


def _idle_wishes(before: datetime) -> "QuerySet[Wish]":
    reachable = reachable_contacts().filter(payer_id=OuterRef("payer_id"), topic__basis=Topic.Basis.CONSENT)
    return Wish.objects.filter(~Exists(reachable), changed_at__lt=before)


def _forget_wishes(payer_ids: Sequence[int]) -> int:
    TopicWish.objects.filter(payer_id__in=payer_ids).delete()
    return Wish.objects.filter(payer_id__in=payer_ids).delete()[0]


def count_messages(before: datetime) -> int:
    """How many messages are past their term."""
    messages = Message.objects.filter(Q(pk__in=_old(before)) | Q(pk__in=_left_by_erasure())).count()
    return messages + _idle_wishes(before).count()


def forget_messages_of(payer_id: int, *, at: datetime) -> int:
    """Empty every message to the payer, and withdraw those that wait; returns how many were emptied.

    One that is at a gateway at this moment is not tried again, and the nightly job empties it.
    """
    mine = Message.objects.filter(payer_id__in=same_person(payer_id))
    leaving = mine.filter(state=State.SENDING).order_by("pk").select_for_update(of=("self",))
    Message.objects.filter(pk__in=list(leaving.values_list("pk", flat=True))).update(expires_at=at)
    waiting = mine.filter(state__in=[State.QUEUED, State.JOINED])
    waiting.filter(in_doubt_since__isnull=True).update(state=State.WITHDRAWN, reason=ERASED, closed_at=at)
    _forget_wishes(list(same_person(payer_id)))
    forget_browsers_of(payer_id)
    return _forget(_whole().filter(payer_id__in=same_person(payer_id)))
