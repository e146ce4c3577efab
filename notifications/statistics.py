"""What messages cost and what became of them, by month, kind of notification, kind of message and gateway of a year."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count, DecimalField, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, ExtractMonth

from consents.models import Channel, Topic
from notifications.kinds import KINDS
from notifications.models import Message, Route, Spending
from notifications.states import State

WARSAW = ZoneInfo("Europe/Warsaw")
GROSZ = Decimal("0.01")
LOST = {State.FAILED, State.EXPIRED}
HEADER = ("miesiac", "grupa", "rodzaj_powiadomien", "rodzaj_wiadomosci", "droga", "bramka", "wiadomosci", "czesci", "zl")


@dataclass
class Sums:
    """What the gateways took: messages, parts of SMS, złoty net; and of the same messages delivered and lost ones."""

    messages: int = 0
    parts: int = 0
    cost_pln: Decimal = Decimal(0)
    delivered: int = 0
    lost: int = 0

    def add(self, row: "Line") -> None:
        """Count a line of spending in."""
        self.messages += row.messages
        self.parts += row.parts
        self.cost_pln += row.cost_pln


@dataclass(frozen=True)
class Line:
    """Spending of a month by every heading at once."""

    month: int
    topic: str
    kind: str
    channel: str
    gateway: str
    messages: int
    parts: int
    cost_pln: Decimal


@dataclass
class YearOfMessages:
    """The figures of a year. `by_month` has twelve places, each by channel; outcomes are known by topic and month."""

    year: int
    by_month: list[dict[str, Sums]] = field(default_factory=lambda: [defaultdict(Sums) for _ in range(12)])
    by_topic: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    by_kind: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    by_gateway: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    outcomes: list[Sums] = field(default_factory=lambda: [Sums() for _ in range(12)])
    total: Sums = field(default_factory=Sums)


def lines_of(year: int) -> list[Line]:
    """Spending of the *year* by month and every heading, the earliest first: one query."""
    price = Route.objects.filter(gateway=OuterRef("gateway")).values("point_price")[:1]
    cost = Sum(F("points") * Coalesce(Subquery(price), Value(1)), output_field=DecimalField(max_digits=16, decimal_places=8))
    rows = (
        Spending.objects.filter(day__year=year)
        .annotate(month=ExtractMonth("day"))
        .values_list("month", "topic_code", "kind", "channel", "gateway")
        .annotate(all_messages=Sum("messages"), all_parts=Sum("parts"), cost=cost)
        .order_by("month", "topic_code", "kind", "channel", "gateway")
    )
    return [Line(*heads, messages, parts, cost) for *heads, messages, parts, cost in rows]


def year_of_messages(year: int) -> YearOfMessages:
    """The figures of the *year*."""
    told = YearOfMessages(year)
    for line in lines_of(year):
        for sums in (
            told.by_month[line.month - 1][line.channel],
            told.by_topic[line.topic],
            told.by_kind[line.kind],
            told.by_gateway[line.gateway],
            told.total,
        ):
            sums.add(line)
    for month, topic, state, count in _outcomes(year):
        for sums in (told.outcomes[month - 1], told.by_topic[topic], told.total):
            sums.delivered += count if state == State.DELIVERED else 0
            sums.lost += count if state in LOST else 0
    return told


def _outcomes(year: int) -> Iterable[tuple[int, str, str, int]]:
    """How messages queued in the *year* ended, by month and kind of notification."""
    starts, ends = (datetime(one, 1, 1, tzinfo=WARSAW) for one in (year, year + 1))
    ended: QuerySet[Message] = Message.objects.filter(
        queued_at__gte=starts, queued_at__lt=ends, state__in=[State.DELIVERED, *LOST], sent_at__isnull=False
    )
    counted = ended.annotate(month=ExtractMonth("queued_at", tzinfo=WARSAW)).values_list("month", "topic_code", "state")
    return counted.annotate(count=Count("pk")).order_by()


def names_of_topics() -> dict[str, tuple[str, str]]:
    """Each kind of notification's group and name, by code."""
    return {topic.code: (topic.group, topic.name) for topic in Topic.objects.all()}


def years_known(on: date) -> list[int]:
    """The years of which there are figures, and this one; the newest first."""
    known = Spending.objects.dates("day", "year")
    return sorted({on.year, *(day.year for day in known)}, reverse=True)


def spreadsheet_rows(year: int) -> Iterator[Sequence[object]]:
    """The lines of the *year* under HEADER."""
    topics, channels = names_of_topics(), dict(Channel.choices)
    for line in lines_of(year):
        group, topic = topics.get(line.topic, ("", line.topic))
        kind = KINDS[line.kind].name if line.kind in KINDS else line.kind
        heads = (f"{year}-{line.month:02}", group, topic, kind, channels.get(line.channel, line.channel), line.gateway)
        yield (*heads, line.messages, line.parts, line.cost_pln.quantize(GROSZ))
