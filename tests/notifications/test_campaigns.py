"""Campaigns for the town's events: who gets them, at what cost, and their start, pause, resumption and stop."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.template import engines
from django.test import Client
from django.urls import reverse

from core.models import AuditEntry
from notifications import tasks
from notifications.actions import withdraw_messages
from notifications.campaigns import estimate, start_due
from notifications.models import Campaign, Message, Spending
from notifications.wishes import set_wishes
from residents.models import Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.notifications.posting import confirm, resident, send, states
from tests.sandbox_process import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
ADD = reverse("admin:notifications_campaign_add")


@pytest.fixture
def desk(officer: Account, signed_in: SignIn) -> Client:
    """The officer's browser."""
    return signed_in(officer)


def people(count: int = 3) -> list[Payer]:
    """Residents who want to hear of culture by SMS, the second in Ukrainian, the last one in Zalesie."""
    made = []
    for serial in range(1, count + 1):
        whom = resident(serial, phone=f"+4850010020{serial}", channels=("sms",), topics=("events_culture", "payments"))
        Payer.objects.filter(pk=whom.pk).update(city="Zalesie" if serial == count else "Dolina")
        made.append(whom)
    set_wishes(made[1].pk, language="uk", is_fuller=False, by_topic={}, by=make.BY, at=make.now())
    return made


def filled(**changed: object) -> dict[str, object]:
    """The form of a campaign."""
    now = make.now()
    topic = Campaign._meta.get_field("topic").related_model.objects.get(code="events_culture")  # type: ignore[union-attr]
    said = {
        "topic": topic.pk,
        "title": "Koncert żółwi",
        "when": "w sobotę",
        "place": "Rynek 1",
        "details": "Wstęp wolny.",
    }
    said |= {"link": "https://dolina.example/", "channels": ["sms"], "cities": []}
    said |= {"starts_at_0": f"{now - timedelta(days=1):%d.%m.%Y}", "starts_at_1": "08:00"}
    said |= {"until_0": f"{now + timedelta(days=2):%d.%m.%Y}", "until_1": "18:00"}
    return said | changed


def made(desk: Client, **changed: object) -> tuple[Campaign, str]:
    """A draft, and its page."""
    answer = desk.post(ADD, filled(**changed))
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return Campaign.objects.latest("pk"), answer.url


def test_a_campaign_tells_its_audience_and_cost_and_goes_out_once_to_each(
    desk: Client, officer: Account, sandbox: Sandbox
) -> None:
    people()
    campaign, page = made(desk)
    text = desk.get(page).text
    assert "<strong>3</strong>\n" in text or "<strong>3</strong> wiadomości" in text
    assert "0,51\u00a0zł" in text
    shares = {share.language: share for share in estimate(campaign)}
    assert (shares["polski"].people, shares["polski"].parts, shares["ukraiński"].people) == (2, 1, 1)
    assert desk.post(page, {"start": "1"}).status_code == 302
    assert tasks.start_campaigns() == 1
    assert start_due(at=make.now()) == 0
    assert send(make.now()) == {"sent": 3}
    assert len({one["idx"] for serial in (1, 2, 3) for one in sandbox.sms(f"+4850010020{serial}")}) == 3
    assert sandbox.sms("+48500100201")[0]["text"].startswith("Dolina: Koncert zolwi, w sobote, Rynek 1.")
    told = desk.get(f"{page}?fragment=1").text
    assert "Załatwione 3 z 3" in told
    assert "<html" not in told
    assert Spending.objects.get(kind="event").points == Decimal("0.495")
    assert list(AuditEntry.objects.filter(verb__contains="campaign").values_list("verb", flat=True)) == [
        "make_campaign",
        "campaign_scheduled",
    ]


def test_places_and_wishes_narrow_the_audience(desk: Client) -> None:
    whom = people()
    assert sum(share.people for share in estimate(made(desk, cities=["Zalesie"])[0])) == 1
    assert sum(share.people for share in estimate(made(desk, channels=["email"])[0])) == 0
    campaign, page = made(desk, channels=["email"])
    assert "Nikt by jej nie dostał" in desk.post(page, {"start": "1"}, follow=True).text
    assert Campaign.objects.get(pk=campaign.pk).state == "draft"
    assert whom


def test_a_paused_campaign_keeps_back_what_waits_and_a_stopped_one_withdraws_it(desk: Client, sandbox: Sandbox) -> None:
    whom = people()
    campaign, page = made(desk)
    desk.post(page, {"start": "1"})
    start_due(at=make.now())
    desk.post(page, {"pause": "1"})
    confirm(whom[0], at=make.now())  # what else is due goes on
    assert send(make.now()) == {"sent": 1}
    assert states(kind="event") == ["queued"] * 3
    desk.post(page, {"resume": "1"})
    Message.objects.filter(kind="event", payer__in=whom[1:]).update(not_before=make.now() + timedelta(hours=1))
    assert send(make.now()) == {"sent": 1}
    assert "Wycofane wiadomości: 2." in desk.post(page, {"stop": "1"}, follow=True).text
    assert sorted(states(campaign=campaign)) == ["sent", "withdrawn", "withdrawn"]
    assert "Ktoś zmienił" in desk.post(page, {"resume": "1"}, follow=True).text
    assert withdraw_messages(about=[f"campaign:{campaign.pk}"], reason="x", at=make.now()) == 0


def test_nothing_goes_out_after_its_term_and_a_wrong_term_is_refused(desk: Client, sandbox: Sandbox) -> None:
    people()
    _, page = made(desk)
    desk.post(page, {"start": "1"})
    start_due(at=make.now())
    assert send(make.now() + timedelta(days=5)) == {"expired": 3}
    late, page = made(desk)
    Campaign.objects.filter(pk=late.pk).update(until=make.now() - timedelta(minutes=1))
    assert "już minął" in desk.post(page, {"start": "1"}, follow=True).text


@pytest.mark.parametrize(
    ("field", "day", "words"),
    [
        ("starts_at_0", "11.04.1900", "Ten dzień już minął."),
        ("until_0", "20.11.2025", "Ten termin już minął."),
        ("until_0", "01.01.9999", "To za ponad rok."),
    ],
)
def test_a_term_in_a_wrong_year_is_told_beside_its_field(
    desk: Client, monkeypatch: pytest.MonkeyPatch, field: str, day: str, words: str
) -> None:
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")  # Unfold's note counts what is not there
    assert words in desk.post(ADD, filled(**{field: day})).text


def test_who_may_not_run_campaigns_cannot(clerk: Account, signed_in: SignIn, desk: Client) -> None:
    people()
    _, page = made(desk)
    office = signed_in(clerk)
    assert office.get(page).status_code == 403
    assert office.post(page, {"start": "1"}).status_code == 403
    assert office.get(ADD).status_code == 403
