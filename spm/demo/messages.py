"""How the demo town writes to people: departments, a daily cap, wishes, campaigns, and what earlier months cost."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from consents.models import Channel, Topic
from consents.topics import VERSIONED, change_topic
from core.actor import job
from notifications.campaigns import schedule, start_due
from notifications.daily_caps import set_daily_cap
from notifications.models import Campaign, DailyCap, Spending
from notifications.wishes import ForTopic, set_wishes
from residents.models import Payer
from residents.queries import find_payer
from spm.demo.people import Inhabitant

BY = job("load_demo")
DEPARTMENTS = (
    (("property_tax", "transport_tax", "alcohol", "payments"), "Wydział Finansowy"),
    (("waste",), "Wydział Gospodarki Komunalnej"),
    (("leases", "perpetual_usufruct"), "Wydział Nieruchomości"),
    (("events_culture", "events_sport", "events_tourism", "events_recreation"), "Wydział Promocji"),
    (("crisis",), "Wydział Zarządzania Kryzysowego"),
)
EARLIER_MONTHS = 5
# What a month of a small town is made of: kind of message, kind of notification, way, gateway, about how many, points.
USUAL = (
    ("due_approaching", "property_tax", "sms", "smsapi", 420, "0.165"),
    ("due_approaching", "waste", "sms", "smsapi", 310, "0.165"),
    ("due_passed", "waste", "sms", "smsapi", 60, "0.165"),
    ("payment_posted", "payments", "sms", "smsapi", 380, "0.165"),
    ("payment_posted", "payments", "email", "smtp", 520, "0"),
    ("event", "events_culture", "sms", "smsapi", 150, "0.33"),
)


def prepare_messages(inhabitants: Sequence[Inhabitant], *, today: date, now: datetime) -> None:
    """Departments of the kinds, the cap of events a day, wishes of three people, figures of earlier months."""
    for codes, department in DEPARTMENTS:
        for topic in Topic.objects.filter(code__in=codes):
            said = {name: getattr(topic, name) for name in VERSIONED}
            change_topic(topic, **said, position=topic.position, department=department, by=BY, at=now)
    set_daily_cap(DailyCap(kind="event", most=3), by=BY)
    wishes: tuple[tuple[str, bool, dict[str, ForTopic]], ...] = (
        ("pl", True, {"events_culture": ForTopic(hour=16)}),
        ("uk", False, {}),
        ("en", False, {"property_tax": ForTopic(channel="email")}),
    )
    for who, (language, is_fuller, by_topic) in zip(inhabitants[4:], wishes, strict=False):
        payer = find_payer(who.number)
        if payer is not None:
            set_wishes(payer.pk, language=language, is_fuller=is_fuller, by_topic=by_topic, by=BY, at=now)
    _spend_earlier(today)


def _spend_earlier(today: date) -> None:
    chance = random.Random(f"spending {today.year}")
    day = today.replace(day=1)
    rows = []
    for _ in range(EARLIER_MONTHS):
        day = (day - timedelta(days=1)).replace(day=1)
        for kind, topic, channel, gateway, about, points in USUAL:
            count = about * chance.randrange(70, 130) // 100
            parts = count * (2 if points == "0.33" else 1) if channel == Channel.SMS else 0
            rows.append(
                Spending(
                    day=day + timedelta(days=9),
                    gateway=gateway,
                    channel=channel,
                    kind=kind,
                    topic_code=topic,
                    messages=count,
                    parts=parts,
                    points=Decimal(points) * count,
                )
            )
    Spending.objects.bulk_create(rows)


def invite(*, now: datetime) -> None:
    """Three campaigns: one on its way, one that waits for tomorrow, one that somebody still writes."""
    culture, sport = (Topic.objects.get(code=code) for code in ("events_culture", "events_sport"))
    going = _campaign(culture, "Jarmark na Rynku", "w niedzielę od 10.00", "Rynek", starts_at=now, now=now)
    waiting = _campaign(
        sport, "Bieg Doliny", "za tydzień, o 9.00", "Stadion", starts_at=now + timedelta(days=1), now=now
    )
    for campaign in (going, waiting):
        schedule(campaign, at=now, by=BY)
    start_due(at=now)
    cities = list(Payer.objects.exclude(city="").values_list("city", flat=True).distinct()[:1])
    _campaign(culture, "Kino pod chmurką", "w piątek o 20.00", "Park", starts_at=now, now=now, cities=cities)


def _campaign(
    topic: Topic, title: str, when: str, place: str, *, starts_at: datetime, now: datetime, cities: Sequence[str] = ()
) -> Campaign:
    return Campaign.objects.create(
        topic=topic,
        title=title,
        when=when,
        place=place,
        details="Wstęp wolny.",
        link="https://dolina.example/wydarzenia/",
        channels=[Channel.SMS.value, Channel.EMAIL.value],
        cities=list(cities),
        starts_at=starts_at,
        until=now + timedelta(days=7),
    )
