"""How payers want to be told: stored as they say it, heeded as messages are queued (way, hour) and sent (language)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.db.models import Case, DateTimeField, Exists, Expression, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import Exact

from core import audit
from core.actor import Actor
from core.dates import WARSAW
from core.errors import Refused
from notifications.channels import Channel
from notifications.languages import LANGUAGES
from notifications.models import TopicWish, Wish
from notifications.queries import reachable_contacts

HOURS = range(24)


@dataclass(frozen=True)
class ForTopic:
    """The way ('': all that were consented to) and the hour (None: any) for one kind of notification."""

    channel: str = ""
    hour: int | None = None


def wishes_of(payer_ids: Iterable[int]) -> dict[int, Wish]:
    """The language and fullness that each of these payers asked for; those who asked for nothing are left out."""
    return {wish.payer_id: wish for wish in Wish.objects.filter(payer_id__in=set(payer_ids))}


def topic_wishes(payer_id: int) -> dict[str, ForTopic]:
    """What the payer wants, by kind of notification."""
    mine = TopicWish.objects.filter(payer_id=payer_id)
    return {wish.topic_code: ForTopic(wish.channel, wish.hour) for wish in mine}


def wanted(payer: str, topic: str, channel: str) -> Q:
    """For a query over possible messages (its columns of *payer* id, *topic* code and *channel*): those that the payer
    wants by this way. Another way is wanted only while it is consented to.
    """
    permitted = reachable_contacts().filter(
        payer_id=OuterRef("payer_id"), topic__code=OuterRef("topic_code"), channel=OuterRef("channel")
    )
    elsewhere = TopicWish.objects.filter(payer_id=OuterRef(payer), topic_code=OuterRef(topic))
    elsewhere = elsewhere.exclude(channel="").exclude(channel=OuterRef(channel))
    mine = TopicWish.objects.filter(payer_id=OuterRef(payer), topic_code=OuterRef(topic)).values("channel")[:1]
    # Alone, the second half becomes a join of everybody with everybody's consents: quadratic where few have a wish.
    has_none = Exact(Coalesce(Subquery(mine), Value("")), Value(""))
    return Q(has_none) | ~Q(Exists(elsewhere.filter(Exists(permitted))))


def wished_first(payer_id: int, topic: str, *, first: datetime) -> datetime:
    """*first*, or the hour of its day that the payer chose for *topic* when that is still to come."""
    hour = TopicWish.objects.filter(payer_id=payer_id, topic_code=topic).values_list("hour", flat=True).first()
    return first if hour is None else max(first, _hour_of(first, hour))


def _hour_of(first: datetime, hour: int) -> datetime:
    return datetime.combine(first.astimezone(WARSAW).date(), time(hour), WARSAW)


def wished_moment(payer: str, topic: str, *, first: datetime) -> Expression:
    """For a query over possible messages: what `wished_first` says, for the columns of *payer* id and *topic* code."""
    mine = TopicWish.objects.filter(payer_id=OuterRef(payer), topic_code=OuterRef(topic), hour__isnull=False)
    moments = [When(hour=hour, then=Value(_hour_of(first, hour))) for hour in HOURS]
    told = mine.annotate(moment=Case(*moments, output_field=DateTimeField())).values("moment")[:1]
    return Greatest(Value(first), Subquery(told), output_field=DateTimeField())


def set_wishes(
    payer_id: int, *, language: str, is_fuller: bool, by_topic: Mapping[str, ForTopic], by: Actor, at: datetime
) -> None:
    """Store what the payer wants. Raises Refused `wish_unknown` for a language, a way or an hour that there is not."""
    if language not in LANGUAGES:
        raise Refused("wish_unknown", "Nie ma takiego języka.", where="language")
    for topic, wish in by_topic.items():
        if (wish.channel and wish.channel not in Channel.values) or (wish.hour is not None and wish.hour not in HOURS):
            raise Refused("wish_unknown", "Nie ma takiej drogi lub godziny.", where=topic)
    with transaction.atomic():
        Wish.objects.update_or_create(
            payer_id=payer_id, defaults={"language": language, "is_fuller": is_fuller, "changed_at": at}
        )
        TopicWish.objects.filter(payer_id=payer_id).delete()
        TopicWish.objects.bulk_create(
            TopicWish(payer_id=payer_id, topic_code=topic, channel=wish.channel, hour=wish.hour)
            for topic, wish in by_topic.items()
            if wish != ForTopic()
        )
        audit.record("set_wishes", f"payer:{payer_id}", by=by, language=language, topics=len(by_topic))
