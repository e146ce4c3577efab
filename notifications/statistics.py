"""What messages cost and what became of them in a year: by month, and by department, kind of notification, kind of
message, gateway and way.

Costs are counted as gateways take messages (notifications/spending.py) and stay when messages are forgotten; deliveries
are read from the messages, whose rows stay too.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, DecimalField, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce, ExtractMonth

from consents.models import Topic
from core.dates import WARSAW, midnight
from notifications.channels import Channel
from notifications.kinds import name_of
from notifications.models import Message, Route, Spending
from notifications.states import State

GROSZ = Decimal("0.01")
LOST = (State.FAILED, State.EXPIRED)
LONGEST_WAIT = timedelta(days=60)  # between queueing and sending
NO_DEPARTMENT = "bez wydziału"
HEADER = (
    *("miesiac", "wydzial", "rodzaj_powiadomien", "droga", "bramka"),
    *("wiadomosci", "doreczone", "niedoreczone", "czesci", "zl"),
)


class Place(NamedTuple):
    """Where figures belong."""

    month: int
    topic: str
    channel: str
    gateway: str


@dataclass
class Sums:
    """What the gateways took: messages, parts of SMS, złoty net; and of these messages delivered and lost ones."""

    messages: int = 0
    parts: int = 0
    cost_pln: Decimal = Decimal(0)
    delivered: int = 0
    lost: int = 0

    def add(self, other: "Sums") -> None:
        """Count *other* in."""
        self.messages += other.messages
        self.parts += other.parts
        self.cost_pln += other.cost_pln
        self.delivered += other.delivered
        self.lost += other.lost

    @property
    def untold(self) -> int:
        """Those of which no gateway said what became of them."""
        return max(self.messages - self.delivered - self.lost, 0)


def _twelve() -> list[Sums]:
    return [Sums() for _ in range(12)]


@dataclass
class YearOfMessages:
    """The figures of a year: twelve months of everything, and of each department, topic, gateway, channel by name.

    `kinds` are of the whole year, and without deliveries: several messages that went out as one are of one kind there.
    """

    months: list[Sums] = field(default_factory=_twelve)
    by: dict[str, dict[str, list[Sums]]] = field(
        default_factory=lambda: {name: defaultdict(_twelve) for name in ("department", "topic", "gateway", "channel")}
    )
    kinds: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))


def total(months: Sequence[Sums]) -> Sums:
    """The sum of *months*."""
    told = Sums()
    for one in months:
        told.add(one)
    return told


def year_of_messages(year: int) -> YearOfMessages:
    """The figures of the *year*, in a constant number of queries."""
    told = YearOfMessages()
    topics, channels = _topics(), dict(Channel.choices)
    for place, sums in _figures(year).items():
        department, topic = topics.get(place.topic, (NO_DEPARTMENT, place.topic))
        names = (department, topic, place.gateway, str(channels.get(place.channel, place.channel)))
        for heading, name in zip(told.by.values(), names, strict=True):
            heading[name][place.month - 1].add(sums)
        told.months[place.month - 1].add(sums)
    for kind, sums in _kinds(year):
        told.kinds[name_of(kind)].add(sums)
    return told


def spreadsheet_rows(year: int) -> Iterator[Sequence[object]]:
    """The figures of the *year* under HEADER: a line for each month, department, topic, way and gateway."""
    topics, channels = _topics(), dict(Channel.choices)
    for place, sums in sorted(_figures(year).items()):
        department, topic = topics.get(place.topic, (NO_DEPARTMENT, place.topic))
        heads = (f"{year}-{place.month:02}", department, topic, channels.get(place.channel, place.channel))
        counts = (sums.messages, sums.delivered, sums.lost, sums.parts, sums.cost_pln.quantize(GROSZ))
        yield (*heads, place.gateway, *counts)


def years_known(on: date) -> list[int]:
    """The years of which there are figures, and this one; the newest first."""
    known = Spending.objects.dates("day", "year")
    return sorted({on.year, *(day.year for day in known)}, reverse=True)


def _topics() -> Mapping[str, tuple[str, str]]:
    """The department and the name of each kind of notification, by code."""
    return {topic.code: (topic.department or NO_DEPARTMENT, topic.name) for topic in Topic.objects.all()}


def _spent(year: int, *heads: str) -> "Iterator[tuple[list[str], Sums]]":
    price = Route.objects.filter(gateway=OuterRef("gateway")).values("point_price")[:1]
    pln = DecimalField(max_digits=18, decimal_places=8)
    rows = (
        Spending.objects.filter(day__year=year)
        .annotate(month=ExtractMonth("day"))
        .values_list(*heads)
        .annotate(
            all_messages=Sum("messages"),
            all_parts=Sum("parts"),
            cost=Sum(F("points") * Coalesce(Subquery(price), Value(1)), output_field=pln),
        )
        .order_by(*heads)
    )
    for *said, messages, parts, cost in rows:
        yield said, Sums(messages, parts, cost)


def _kinds(year: int) -> Iterator[tuple[str, Sums]]:
    for (kind,), sums in _spent(year, "kind"):
        yield kind, sums


def _figures(year: int) -> dict[Place, Sums]:
    """Costs and deliveries by every heading at once. A message counts in the month in which it was sent."""
    found: dict[Place, Sums] = defaultdict(Sums)
    for (month, topic, channel, gateway), sums in _spent(year, "month", "topic_code", "channel", "gateway"):
        found[Place(int(month), topic, channel, gateway)].add(sums)
    starts, ends = (midnight(date(one, 1, 1)) for one in (year, year + 1))
    # queued_at is what the table's small index knows.
    sent = Message.objects.filter(queued_at__gte=starts - LONGEST_WAIT, queued_at__lt=ends)
    rows = (
        sent.filter(sent_at__gte=starts, sent_at__lt=ends, state__in=[State.DELIVERED, *LOST])
        .annotate(month=ExtractMonth("sent_at", tzinfo=WARSAW))
        .values_list("month", "topic_code", "channel", "gateway")
        .annotate(delivered=Count("pk", filter=Q(state=State.DELIVERED)), lost=Count("pk", filter=Q(state__in=LOST)))
        .order_by()
    )
    for month, topic, channel, gateway, delivered, lost in rows:
        found[Place(month, topic, channel, gateway)].add(Sums(delivered=delivered, lost=lost))
    return found
