"""A cap of messages per resident and day: what goes over it goes as one message the next day, and stays true."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from consents.models import Topic
from core.dates import WARSAW
from core.errors import Refused
from notifications.actions import queue_message, withdraw_messages
from notifications.campaigns import pause, resume, schedule, start_due
from notifications.daily_caps import capped_kinds, set_daily_cap
from notifications.joining import join_waiting
from notifications.models import Campaign, DailyCap, Message
from notifications.wishes import ForTopic, set_wishes
from residents.models import Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.notifications.posting import confirm, later, remind, resident, send, states
from tests.notifications.watched_gateway import WatchedGateway

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 12, 12, tzinfo=WARSAW)  # a Tuesday
NEXT_NOON = NOON + timedelta(days=1)
MARTA = {"topics": ("events_culture", "events_sport", "payments"), "channels": ("sms",)}


@pytest.fixture
def marta(db: None) -> Payer:
    """Somebody who wants to hear of events by SMS; at most two a day."""
    set_daily_cap(DailyCap(kind="event", most=2), by=make.BY)
    return resident(7, **MARTA)  # type: ignore[arg-type]


def invite(whom: Payer, title: str, *, topic: str = "events_culture", at: datetime = NOON, **more: Any) -> None:
    """Queue one event."""
    facts = {"title": title, "when": "w sobotę", "place": "Rynek", "details": "", "town": "Dolina", "link": "https://d"}
    queue_message(
        kind="event",
        payer_id=whom.pk,
        topic=topic,
        about=f"event:{title}",
        facts=facts,
        dedupe_key=f"{title}:{whom.pk}",
        at=at,
        **more,
    )


def bodies(watched: type[WatchedGateway]) -> list[str]:
    """What went out."""
    return [parcel.body for call in watched.calls for parcel in call]


def five(whom: Payer) -> None:
    """Five events on one day."""
    for title in ("Koncert", "Bieg", "Kino", "Jarmark", "Bal"):
        invite(whom, title)


def test_two_of_five_events_go_today_and_three_as_one_tomorrow(
    watched: type[WatchedGateway], marta: Payer, settings: Settings
) -> None:
    settings.SENDING_HOURS = {"opens": "09:00", "closes": "20:00", "sundays": False}
    five(marta)
    assert send(NOON) == {"sent": 2}
    assert states() == ["sent", "sent", "queued", "joined", "joined"]
    waiting = Message.objects.order_by("pk")[2]
    assert waiting.not_before == datetime(2026, 5, 13, 9, tzinfo=WARSAW)
    assert "dzienny limit" in waiting.reason
    assert waiting.attempts == 0
    assert set(Message.objects.filter(state="joined").values_list("reason", flat=True)) == {
        "w zbiorczej wiadomości, ponad dzienny limit"
    }
    assert send(later(NOON, hours=1)) == {}
    assert send(NEXT_NOON) == {"sent": 1}
    link = f"{settings.BASE_URL}/wiadomosci/"
    assert bodies(watched)[2] == f"Dolina: wydarzenia: Kino, Jarmark, Bal. Szczegoly: {link}"
    assert states() == ["sent", "sent", "sent", "joined", "joined"]


def test_what_is_untrue_by_the_next_day_is_left_out(watched: type[WatchedGateway], marta: Payer) -> None:
    five(marta)
    send(NOON)
    withdraw_messages(about=["event:Kino", "event:Bal"], reason="odwołano", at=NOON)
    send(NEXT_NOON)
    assert states() == ["sent", "sent", "withdrawn", "sent", "withdrawn"]
    assert "Jarmark" in bodies(watched)[2]
    assert "Kino" not in bodies(watched)[2]


def test_later_ones_of_the_day_join_what_waits_for_tomorrow_and_a_full_tomorrow_waits_on(
    watched: type[WatchedGateway], marta: Payer
) -> None:
    five(marta)
    send(NOON)
    invite(marta, "Wystawa")
    invite(marta, "Warsztaty", expires_at=later(NOON, hours=3))
    assert send(NOON) == {"sent": 1}  # it would be out of date tomorrow
    assert "Warsztaty" in bodies(watched)[2]
    assert states() == ["sent", "sent", "queued", "joined", "joined", "joined", "sent"]
    for title in ("A", "B"):
        invite(marta, title, at=NEXT_NOON)
    Message.objects.filter(pk__gte=Message.objects.get(about="event:A").pk).update(not_before=NOON)
    assert send(NEXT_NOON) == {"sent": 2}  # the two that came first in the outbox's order
    digest = Message.objects.get(about="event:Kino")
    assert (digest.state, digest.carried.count()) == ("queued", 3)
    assert send(later(NEXT_NOON, days=1)) == {"sent": 1}
    assert "Kino, Jarmark, Bal, Wystawa" in bodies(watched)[-1]


def test_a_chosen_hour_holds_for_the_gathered_one_too(watched: type[WatchedGateway], marta: Payer) -> None:
    wish = {"events_sport": ForTopic(hour=18)}
    for title in ("Koncert", "Bieg", "Kino"):
        invite(marta, title)
    set_wishes(marta.pk, language="pl", is_fuller=False, by_topic=wish, by=make.BY, at=NOON)
    invite(marta, "Mecz", topic="events_sport", at=NOON)
    Message.objects.filter(about="event:Mecz").update(not_before=NOON)
    send(NOON)
    assert Message.objects.get(about="event:Kino").not_before == datetime(2026, 5, 13, 18, tzinfo=WARSAW)


def test_payments_are_never_capped_whatever_the_table_says(watched: type[WatchedGateway], marta: Payer) -> None:
    assert [kind.code for kind in capped_kinds()] == ["due_passed", "event", "due_approaching"]
    with pytest.raises(Refused, match="nie wolno"):
        set_daily_cap(DailyCap(kind="payment_posted", most=1), by=make.BY)
    DailyCap.objects.create(kind="payment_posted", most=1)
    for key in "123":
        confirm(marta, key, at=NOON)
    assert send(NOON) == {"sent": 3}
    with pytest.raises(IntegrityError, match="daily_cap_one_at_least"), transaction.atomic():
        DailyCap.objects.create(kind="due_passed", most=0)


def test_reminders_of_one_day_count_as_the_one_message_that_they_are(watched: type[WatchedGateway]) -> None:
    set_daily_cap(DailyCap(kind="due_approaching", most=1), by=make.BY)
    anna = resident(channels=("sms",))
    for key in "12":
        remind(anna, key, at=NOON)
    join_waiting()
    send(NOON)
    for key in "34":
        remind(anna, key, at=NOON)
    join_waiting()
    send(NOON)
    assert states() == ["sent", "joined", "queued", "joined"]
    assert [message.carried_by_id for message in Message.objects.filter(state="joined").order_by("pk")] == [
        *Message.objects.exclude(state="joined").order_by("pk").values_list("pk", flat=True)
    ]
    assert send(NEXT_NOON) == {"sent": 1}
    assert bodies(watched)[1].startswith("Dolina: terminy platnosci: 2,")


def test_a_paused_campaign_neither_goes_with_others_nor_holds_them_back(
    watched: type[WatchedGateway], marta: Payer
) -> None:
    campaigns = [_campaign(title) for title in ("Koncert", "Bieg", "Kino", "Jarmark", "Bal")]
    send(NOON)
    assert states() == ["sent", "sent", "queued", "joined", "joined"]
    for one in campaigns[2:4]:  # the one that carries, and one that is carried
        one.refresh_from_db()
        pause(one, by=make.BY)
    assert states() == ["sent", "sent", "queued", "queued", "queued"]
    assert send(NEXT_NOON) == {"sent": 1}
    assert "Bal" in bodies(watched)[2]
    resume(campaigns[2], at=NEXT_NOON, by=make.BY)
    assert send(NEXT_NOON) == {"sent": 1}
    assert "Kino" in bodies(watched)[3]


def _campaign(title: str) -> Campaign:
    campaign = Campaign.objects.create(
        topic=Topic.objects.get(code="events_culture"),
        title=title,
        when="w sobotę",
        place="Rynek",
        link="https://dolina.example/",
        channels=["sms"],
        starts_at=NOON,
        until=later(NOON, days=5),
    )
    schedule(campaign, at=NOON, by=make.BY)
    start_due(at=NOON)
    return campaign


def test_the_inbox_shows_the_gathered_ones_and_leads_to_the_one_that_tells_them(
    watched: type[WatchedGateway], signed_in: SignIn, anna: Account, anna_payer: Payer
) -> None:
    make.consent(make.pesel(1), topics=("events_culture",), channels=("sms",))
    set_daily_cap(DailyCap(kind="event", most=1), by=make.BY)
    for title in ("Koncert", "Bieg", "Kino"):
        invite(anna_payer, title)
    send(NOON)
    browser = signed_in(anna)
    assert browser.get(reverse("notifications:inbox")).text.count("Wydarzenie w gminie") == 3
    joined = Message.objects.get(state="joined")
    page = browser.get(reverse("notifications:message", args=[joined.pk])).text
    assert reverse("notifications:message", args=[joined.carried_by_id]) in page
    assert "w zbiorczej wiadomości" in page


@pytest.mark.ignore_template_errors
def test_the_administrator_sets_a_cap_and_it_is_recorded(signed_in: SignIn) -> None:
    account = make.account("admin@dolina.example", name="Adam Administrator", is_staff=True)
    account.groups.add(Group.objects.get(name="Administrator"))
    browser: Client = signed_in(account)
    page = reverse("admin:notifications_dailycap_add")
    assert "payment_posted" not in browser.get(page).text
    assert browser.post(page, {"kind": "event", "most": 2}).status_code == 302
    cap = DailyCap.objects.get()
    assert (cap.kind, cap.most) == ("event", 2)
    browser.post(reverse("admin:notifications_dailycap_change", args=[cap.pk]), {"most": ""})
    cap.refresh_from_db()
    assert cap.most is None
