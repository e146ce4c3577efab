"""A resident chooses language, way and hour; messages heed it, a crisis does not."""

from datetime import datetime

import pytest
from pytest_django.fixtures import Settings

from consents.models import Topic
from core.dates import WARSAW
from liabilities.reminders import queue_reminders
from notifications.actions import queue_message
from notifications.kinds import KINDS, Kind, Priority
from notifications.models import Message, TopicWish, Wish
from notifications.retention import forget_messages_of
from notifications.wishes import ForTopic, set_wishes
from residents.models import Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.notifications.posting import REMINDER, remind

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 10, 25, 7, 0, tzinfo=WARSAW)  # the night before was an hour longer
PAGE = "/wiadomosci/ustawienia/"


def wish(whom: Payer, **by_topic: ForTopic) -> None:
    """What the payer wants of kinds of notification."""
    set_wishes(whom.pk, language="pl", is_fuller=False, by_topic=by_topic, by=make.BY, at=make.now())


def test_the_page_shows_what_was_chosen_and_stores_it(anna: Account, anna_payer: Payer, signed_in: SignIn) -> None:
    browser = signed_in(anna)
    said = {"language": "uk", "is_fuller": "on", "channel_property_tax": "email", "hour_property_tax": "17"}
    assert "Zapisane." in browser.post(PAGE, said, follow=True).text
    assert Wish.objects.get().language == "uk"
    chosen = TopicWish.objects.get()
    assert (chosen.payer, chosen.topic_code, chosen.channel, chosen.hour) == (anna_payer, "property_tax", "email", 17)
    page = browser.get(PAGE).text
    assert '<option value="17" selected>' in page
    assert "Podatek od nieruchomości" in page
    wrong = browser.post(PAGE, {"language": "xx", "channel_property_tax": "fax", "hour_property_tax": "99"})
    assert wrong.context["form"].errors.keys() == {"language", "channel_property_tax", "hour_property_tax"}
    forget_messages_of(anna_payer.pk, at=make.now())
    assert not Wish.objects.exists()
    assert not TopicWish.objects.exists()


def test_who_may_only_look_chooses_nothing(obcy: Account, anna_payer: Payer, signed_in: SignIn) -> None:
    make.mandate(obcy, anna_payer, basis="attorney", scope="view")
    browser = signed_in(obcy)
    browser.post("/moje-dane/dzialam-jako/", {"payer": anna_payer.pk})
    assert browser.post(PAGE, {"language": "uk"}).status_code == 403
    assert not Wish.objects.filter(payer=anna_payer).exists()


@pytest.mark.usefixtures("anna_told")
def test_only_the_chosen_way_is_used_while_it_is_consented_to(anna_told: Payer) -> None:
    wish(anna_told, property_tax=ForTopic("email"))
    assert remind(anna_told, "1", at=make.now()) == 1
    assert Message.objects.get().channel == "email"
    wish(anna_told, property_tax=ForTopic("voice"))  # never consented to
    assert remind(anna_told, "2", at=make.now()) == 2


def test_reminders_in_bulk_wait_for_the_chosen_hour_and_use_the_chosen_way(settings: Settings) -> None:
    settings.SENDING_HOURS = {"opens": "08:00", "closes": "20:00", "sundays": True}
    for serial, chosen in ((1, ForTopic("sms", 18)), (2, ForTopic())):
        number = make.pesel(serial)
        whom = make.payer(number)
        make.consent(number, signed_on=MORNING.date().replace(month=9), at=MORNING.replace(month=9))
        wish(whom, property_tax=chosen)
        make.dues(make.row(number, key=f"A-{serial}", due_on=MORNING.date().replace(month=11, day=2)), as_of=MORNING)
    told = queue_reminders(on=MORNING.date().replace(day=26), at=MORNING.replace(day=26), by=make.BY)
    assert told.queued == 3
    assert Message.objects.get(payer__topic_wishes__hour=18).not_before == datetime(2026, 10, 26, 18, tzinfo=WARSAW)
    others = Message.objects.exclude(payer__topic_wishes__hour=18).order_by("channel")
    opening = datetime(2026, 10, 26, 8, tzinfo=WARSAW)
    assert [(one.channel, one.not_before) for one in others] == [("email", opening), ("sms", opening)]


def test_the_chosen_hour_is_of_warsaw_on_the_night_of_the_clock_change_too(anna_told: Payer) -> None:
    wish(anna_told, property_tax=ForTopic("sms", 9))
    remind(anna_told, at=MORNING)
    assert Message.objects.get().not_before == datetime(2026, 10, 25, 9, tzinfo=WARSAW)


def test_a_crisis_heeds_no_wish(anna_told: Payer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "flood", Kind("flood", "Powódź", Priority.CRISIS, REMINDER, any_hour=True))
    Topic.objects.filter(code="property_tax").update(basis="consent")
    wish(anna_told, property_tax=ForTopic("email", 18))
    told = {"about": "flood", "facts": REMINDER, "dedupe_key": "flood", "at": MORNING}
    assert queue_message(kind="flood", payer_id=anna_told.pk, topic="property_tax", **told) == 2
    assert {message.not_before for message in Message.objects.all()} == {MORNING}
