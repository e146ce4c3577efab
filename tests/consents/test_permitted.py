"""Who may be written to, by which channel, about what: the view and the queries agree."""

from datetime import timedelta

import pytest

from consents.models import Channel, Topic
from consents.queries import permitted, permitted_contacts
from residents.actions import drop_contact, set_contact
from residents.models import Payer
from residents.queries import find_payer
from tests import make

pytestmark = pytest.mark.django_db
ANNA, JAN = make.pesel(1), make.pesel(2)


def payer(number: object = ANNA) -> Payer:
    """The bearer of a number."""
    found = find_payer(number)  # type: ignore[arg-type]
    assert found
    return found


def reachable(topic: str) -> set[tuple[str, str, str]]:
    """Name, channel and address of everybody who may get *topic* now."""
    rows = permitted_contacts().filter(topic__code=topic).select_related("payer")
    return {(row.payer.name, row.channel, row.address) for row in rows}


def test_only_who_consented_is_reached_and_only_by_the_ticked_channel() -> None:
    make.consent(ANNA, topics=("waste",), channels=("sms",))
    make.consent(JAN, name="Jan Nowak", topics=("waste", "crisis"), channels=("email",), email="jan@example.com")
    assert reachable("waste") == {("Anna Nowak", "sms", "+48500100200"), ("Jan Nowak", "email", "jan@example.com")}
    assert reachable("crisis") == {("Jan Nowak", "email", "jan@example.com")}
    assert reachable("events_sport") == set()


def test_voice_goes_to_the_phone() -> None:
    make.consent(ANNA, topics=("crisis",), channels=("voice",))
    assert reachable("crisis") == {("Anna Nowak", "voice", "+48500100200")}


def test_after_a_resignation_nobody_is_reached_though_the_address_is_still_known() -> None:
    make.consent(ANNA, topics=("waste",))
    make.consent(ANNA, topics=(), signed_on=make.today())
    assert payer().contacts.count() == 2
    assert reachable("waste") == set()


def test_a_consent_without_an_address_reaches_nobody() -> None:
    make.consent(ANNA, topics=("waste",), channels=("sms", "email"))
    drop_contact(payer().pk, kind="phone", by=make.BY)
    assert reachable("waste") == {("Anna Nowak", "email", "anna@example.com")}


def test_the_newest_address_is_used() -> None:
    make.consent(ANNA, topics=("waste",), channels=("sms",))
    make.consent(ANNA, topics=("waste",), channels=("sms",), phone="600 100 200", signed_on=make.today())
    assert reachable("waste") == {("Anna Nowak", "sms", "+48600100200")}


def test_a_kind_out_of_use_reaches_nobody() -> None:
    make.consent(ANNA, topics=("waste",), channels=("sms",))
    make.topic("waste", is_active=False)
    assert reachable("waste") == set()
    assert not permitted(payer().pk, topic="waste", channel="sms", at=make.now())


def test_what_a_statute_orders_goes_to_every_known_contact_once_with_consent_or_without() -> None:
    make.statutory("crisis")
    make.consent(ANNA, topics=("crisis",), channels=("sms",))
    jan = make.payer(JAN, "Jan Nowak")
    set_contact(jan.pk, kind="email", address="jan@example.com", source="wniosek nr 9", by=make.BY, at=make.now())
    rows = list(permitted_contacts().filter(topic__code="crisis").values_list("payer__name", "channel"))
    assert sorted(rows) == [("Anna Nowak", "email"), ("Anna Nowak", "sms"), ("Jan Nowak", "email")]
    assert permitted(jan.pk, topic="crisis", channel="sms", at=make.now())


def test_the_view_has_one_row_for_each_payer_kind_and_channel() -> None:
    make.statutory("crisis")
    make.consent(ANNA, topics=("crisis", "waste"), channels=("sms", "email", "voice"))
    ids = list(permitted_contacts().values_list("pk", flat=True))
    assert len(ids) == len(set(ids)) == 6


def test_consents_to_come_and_gone_by_are_not_in_force_now() -> None:
    make.consent(ANNA, topics=("waste",), channels=("sms",), at=make.now() + timedelta(hours=1))
    assert reachable("waste") == set()
    make.consent(JAN, topics=("waste",), channels=("sms",), at=make.now() - timedelta(hours=2))
    make.consent(JAN, topics=(), signed_on=make.today(), at=make.now() - timedelta(seconds=1))
    assert reachable("waste") == set()


def test_the_past_can_be_asked() -> None:
    began, ended = make.now() - timedelta(days=9), make.now() - timedelta(days=2)
    make.consent(ANNA, topics=("waste",), channels=("sms",), signed_on=make.today() - timedelta(days=20), at=began)
    make.consent(ANNA, topics=(), signed_on=make.today() - timedelta(days=5), at=ended)
    second = timedelta(seconds=1)
    moments = [began - second, began, ended - second, ended, make.now()]
    held = [permitted(payer().pk, topic="waste", channel="sms", at=moment) for moment in moments]
    assert held == [False, True, True, False, False]


def test_the_view_and_the_query_say_the_same_for_everybody() -> None:
    make.statutory("documents")
    make.topic("alcohol", is_active=False)
    people = [(ANNA, ("waste", "crisis", "case_state"), ("sms",)), (JAN, ("payments", "crisis"), ("sms", "email"))]
    for number, topics, channels in people:
        make.consent(number, topics=topics, channels=channels)
    make.topic("case_state", basis="statute", ground="art. 9 k.p.a.", channels=["email"])
    shown = set(permitted_contacts().exclude(channel="voice").values_list("payer_id", "topic__code", "channel"))
    asked = {
        (payer(number).pk, topic, channel)
        for number, _, _ in people
        for topic in Topic.objects.values_list("code", flat=True)
        for channel in (Channel.SMS.value, Channel.EMAIL.value)
        if permitted(payer(number).pk, topic=topic, channel=channel, at=make.now())
    }
    assert shown == asked
