"""The grid of kinds × ways, as the clerk's form and the resident's page show it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.http import QueryDict

from consents.models import Channel, Topic
from consents.replacement import Choice

OFFERED = (Channel.SMS, Channel.EMAIL)  # in the portal; calls are for who asks for them on paper


@dataclass(frozen=True)
class Box:
    """One box to tick: what it posts as `tick`, the way's name, whether it is ticked, since when it holds.

    Not every kind is offered by every way: then `is_offered` is false and nothing can be ticked there.
    """

    value: str
    label: str
    is_ticked: bool
    since: datetime | None = None
    is_offered: bool = True


@dataclass(frozen=True)
class Row:
    """A kind of notification with a box for each way. One that the law makes us send has none."""

    topic: Topic
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class Group:
    """Kinds of notification under one heading."""

    name: str
    rows: tuple[Row, ...]


def grid(
    ticked: Collection[Choice],
    *,
    channels: Sequence[Channel],
    since: Mapping[Choice, datetime] | None = None,
    by_consent_only: bool = False,
) -> list[Group]:
    """The grid in the order of the application, with *ticked* boxes, and *since* when each holds."""
    topics = Topic.objects.filter(is_active=True)
    if by_consent_only:
        topics = topics.filter(basis=Topic.Basis.CONSENT)
    held = since or {}

    def box(topic: Topic, channel: Channel) -> Box:
        choice = Choice(topic.code, channel.value)
        is_ticked = choice in ticked
        return Box(
            f"{topic.code}:{channel.value}",
            str(channel.label),
            is_ticked,
            held.get(choice),
            # One that was ticked all the same is shown, so that it can be taken off.
            is_offered=is_ticked or channel.value in topic.channels,
        )

    rows = [Row(topic, tuple(box(topic, channel) for channel in channels)) for topic in topics]
    return [Group(name, tuple(some)) for name, some in groupby(rows, key=lambda row: row.topic.group)]


def posted_ticks(data: object) -> set[Choice]:
    """The boxes that a browser posted as `tick` = «topic:channel»."""
    posted = data.getlist("tick") if isinstance(data, QueryDict) else []
    return {Choice(topic, channel) for topic, _, channel in (str(value).partition(":") for value in posted)}
