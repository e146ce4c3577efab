"""Who is warned: one statement over who may get warnings now and where they live, or over who got an earlier one."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, F, JSONField, Q, QuerySet, TextField, Value
from django.db.models.expressions import Case, Expression, When
from django.db.models.fields import DateTimeField, PositiveSmallIntegerField
from django.db.models.functions import Cast, Concat

from broadcasts.messages import CRISIS_WARNING
from broadcasts.models import AreaKind, Broadcast, District
from broadcasts.town_map import street_names
from consents.models import Channel
from notifications.actions import MESSAGE_COLUMNS
from notifications.models import Message, ReachableContact
from notifications.queries import reachable_contacts
from notifications.states import State

TOPIC = "crisis"
AHEAD = timedelta(seconds=1)
# Whoever may have got it: the answer of a gateway that was lost counts as got.
GOT = (State.SENDING, State.SENT, State.DELIVERED, State.UNKNOWN)
KINDS_OF_STREETS = r"(ul\.|ulica|al\.|aleja|aleje|pl\.|plac|os\.|osiedle|rondo)"


def area_of(broadcast: Broadcast) -> Q:
    """Whose address lies in the area: by street and postal code, the districts' too."""
    if broadcast.area_kind == AreaKind.WHOLE:
        return Q()
    districts = list(District.objects.filter(name__in=broadcast.districts))
    streets = [*broadcast.streets, *broadcast.drawn_streets, *(street for one in districts for street in one.streets)]
    codes = [*broadcast.postal_codes, *(code for one in districts for code in one.postal_codes)]
    here = Q(payer__postal_code__in=codes) if codes else Q(pk__in=[])
    if pattern := street_pattern(streets):
        here |= Q(payer__street__iregex=pattern)
    return here | unplaced(broadcast) if broadcast.with_unknown else here


def unplaced(broadcast: Broadcast) -> Q:
    """Of whom nobody can say whether they live in the area: no address; for a shape also a street not on the map."""
    nowhere = Q(payer__street="", payer__postal_code="")
    if not broadcast.shape:
        return nowhere
    pattern = street_pattern(street_names())
    return nowhere | (~Q(payer__street__iregex=pattern) if pattern else Q())


def street_pattern(streets: Sequence[str]) -> str:
    """A regular expression for addresses on *streets*, whether or not «ul.» stands in front; '' for none."""
    bare = [re.sub(rf"^{KINDS_OF_STREETS}\s*", "", " ".join(street.split()), flags=re.IGNORECASE) for street in streets]
    names = "|".join(re.escape(name) for name in bare if name)
    return rf"^\s*({KINDS_OF_STREETS}\s*)?({names})(\s|,|$)" if names else ""


def recipients(broadcast: Broadcast) -> "QuerySet[ReachableContact]":
    """Everybody who may be warned now, by channel, in the area."""
    return reachable_contacts().filter(area_of(broadcast), topic__code=TOPIC)


def got_earlier(broadcast: Broadcast) -> "QuerySet[Message]":
    """The messages of the thread that reached people, or may have."""
    thread = Broadcast.objects.filter(Q(pk=broadcast.root_id) | Q(root_id=broadcast.root_id))
    earlier = thread.filter(first_message__isnull=False).exclude(pk=broadcast.pk)
    mine = Q(pk__in=[])
    for one in earlier:
        mine |= Q(pk__gte=one.first_message, pk__lte=one.last_message, about=one.about)
    return Message.objects.filter(mine, state__in=GOT)


def count_unplaced(broadcast: Broadcast) -> int:
    """How many who may be warned cannot be placed; 0 where the whole town is warned, or those who got one before."""
    if broadcast.area_kind == AreaKind.WHOLE or broadcast.parent_id is not None:
        return 0
    mine = reachable_contacts().filter(unplaced(broadcast), topic__code=TOPIC).order_by()
    return mine.values("payer_id").distinct().count()


def rows_for(
    broadcast: Broadcast, facts: Mapping[str, Mapping[str, str]], *, at: datetime, first: Sequence[int] = ()
) -> "QuerySet[Any, Any]":
    """The rows of the outbox as one SELECT, MESSAGE_COLUMNS in order. *facts* by channel, '' for the others; the calls
    to the payers *first* go before all other calls.
    """
    is_first = broadcast.parent_id is None
    source: QuerySet[Any, Any] = recipients(broadcast) if is_first else got_earlier(broadcast)
    text = CharField()
    by_channel = Case(
        *(When(channel=channel, then=_json(told)) for channel, told in facts.items() if channel),
        default=_json(facts[""]),
        output_field=JSONField(),
    )
    key = Concat(Value(f"{broadcast.about}:"), Cast("payer_id", text), Value(":"), F("channel"), output_field=text)
    columns = {
        "kind": Value(CRISIS_WARNING.code),
        "topic_code": Value(TOPIC),
        "channel": F("channel"),
        "priority": Value(int(CRISIS_WARNING.priority), PositiveSmallIntegerField()),
        "payer_id": F("payer_id"),
        "address": Cast("address", TextField()),
        "about": Value(broadcast.about),
        "facts": by_channel,
        "dedupe_key": key,
        "not_before": _moment(at, first),
        "expires_at": Value(broadcast.until, DateTimeField()),
    }
    values = {f"frozen_{name}": columns[name] for name in MESSAGE_COLUMNS}
    rows: QuerySet[Any, Any] = source.order_by().annotate(**values).values_list(*values)
    return rows


def _moment(at: datetime, first: Sequence[int]) -> Expression:
    """Dispatch goes by priority, then by this moment."""
    usual = Value(at, DateTimeField())
    if not first:
        return usual
    early = Value(at - AHEAD, DateTimeField())
    return Case(When(channel=Channel.VOICE, payer_id__in=list(first), then=early), default=usual)


def _json(facts: Mapping[str, str]) -> Cast:
    return Cast(Value(json.dumps(facts, ensure_ascii=False), TextField()), JSONField())


def counts_by_channel(broadcast: Broadcast) -> dict[str, int]:
    """How many messages by each channel a start now would make."""
    source: QuerySet[Any, Any] = recipients(broadcast) if broadcast.parent_id is None else got_earlier(broadcast)
    counted = source.order_by().values("channel").annotate(count=Count("payer_id", distinct=True))
    return dict(counted.values_list("channel", "count"))


def count_people(broadcast: Broadcast) -> int:
    """How many people a start now would reach, by whatever channel."""
    source: QuerySet[Any, Any] = recipients(broadcast) if broadcast.parent_id is None else got_earlier(broadcast)
    return source.order_by().values("payer_id").distinct().count()
