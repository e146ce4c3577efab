"""The kinds of notification: what a town changes about them, from when on, and what that leaves alone."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import InternalError, transaction
from django.template import engines
from django.test import Client
from django.urls import reverse

from consents.confirmation_pdf import confirmation_pdf
from consents.models import Channel, Consent, Topic, TopicVersion
from consents.printing import shared_form
from consents.queries import permitted, permitted_contacts
from core.errors import Refused
from core.models import AuditEntry
from residents.models import Account, Payer
from residents.queries import find_payer
from tests import make
from tests.conftest import SignIn
from tests.documents import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
LIST = reverse("admin:consents_topic_changelist")


@pytest.fixture
def keeper(signed_in: SignIn) -> Client:
    """An administrator's browser."""
    account: Account = make.account("admin@dolina.example", name="Adam Administrator", is_staff=True)
    account.groups.add(Group.objects.get(name="Administrator"))
    return signed_in(account)


def page_of(code: str) -> str:
    """The page on which a kind is changed."""
    return reverse("admin:consents_topic_change", args=[Topic.objects.get(code=code).pk])


def filled(code: str, /, **changed: object) -> dict[str, object]:
    """The page's form as it is offered, *changed*."""
    topic = Topic.objects.get(code=code)
    said = {name: getattr(topic, name) for name in ("name", "group", "channels", "position", "basis", "ground")}
    return {**said, "is_active": "on", **changed}


def test_a_new_name_place_and_way_are_on_the_next_form_and_consents_stay(keeper: Client) -> None:
    make.consent(make.pesel(1), topics=("waste",), channels=("sms", "email"))
    before = shared_form(at=make.now())
    answer = keeper.post(
        page_of("waste"), filled("waste", name="Śmieci", channels=["email"], position=1, department="Odpady")
    )
    assert answer.status_code == 302
    topic = Topic.objects.get(code="waste")
    assert (topic.name, topic.channels, topic.position, topic.department) == ("Śmieci", ["email"], 1, "Odpady")
    after = shared_form(at=make.now())
    assert after.number != before.number
    assert ("waste:sms" in before.boxes, "waste:sms" in after.boxes, after.boxes[0]) == (True, False, "waste:email")
    assert Consent.objects.in_force(make.now()).filter(topic=topic, channel="sms").count() == 1
    evidence = words_of(confirmation_pdf(Payer.objects.get(), at=make.now()))
    assert "Opłata za gospodarowanie odpadami (SMS)" in evidence
    names = list(TopicVersion.objects.filter(topic=topic).values_list("name", flat=True))
    assert names == ["Śmieci", "Opłata za gospodarowanie odpadami"]
    entry = AuditEntry.objects.get(verb="change_topic")
    assert (entry.subject, entry.actor_name, entry.details["name"]) == ("topic:waste", "Adam Administrator", "Śmieci")
    shown = keeper.get(page_of("waste")).content.decode()
    assert "od początku: Opłata za gospodarowanie odpadami (zgoda; SMS, e-mail, telefon (głos))" in shown


def test_a_kind_without_need_of_consent_names_its_law_and_counts_from_that_moment(
    keeper: Client, signed_in: SignIn, anna: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.consent(make.pesel(1), topics=("waste",), channels=("sms",))
    payer = find_payer(make.pesel(1))
    assert payer
    # Unfold's list of errors counts on a variable that is not always there.
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "")
    refused = keeper.post(page_of("crisis"), filled("crisis", basis="statute"))
    assert "Podaj ustawę i artykuł." in refused.content.decode()
    asked = {"topic": "crisis", "channel": "sms"}
    earlier = make.now()
    assert not permitted(payer.pk, **asked, at=earlier)
    law = "art. 21a ustawy o zarządzaniu kryzysowym"
    keeper.post(page_of("crisis"), filled("crisis", basis="statute", ground=law, channels=["sms", "voice"]))
    assert permitted(payer.pk, **asked, at=make.now())
    assert not permitted(payer.pk, **asked, at=earlier - timedelta(seconds=1))
    assert not permitted(payer.pk, topic="crisis", channel="email", at=make.now())
    assert [row.channel for row in permitted_contacts().filter(topic__code="crisis")] == ["sms"]
    told = signed_in(anna).get(reverse("consents:set")).content.decode().replace("\xa0", " ")
    assert f"Ostrzeżenia kryzysowe ({law})" in told.replace("&nbsp;", " ")


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"name": " "}, "name"),
        ({"group": ""}, "group"),
        ({"channels": []}, "channels"),
        ({"channels": ["gołąb"]}, "channels"),
        ({"basis": "statute", "ground": " "}, "ground"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(changed: dict[str, object], where: str) -> None:
    with pytest.raises(Refused) as refusal:
        make.topic("waste", **changed)  # type: ignore[arg-type]
    assert refusal.value.where == where
    assert TopicVersion.objects.filter(topic__code="waste").count() == 1


def test_nothing_changed_leaves_no_version_and_codes_cannot_be_changed(keeper: Client) -> None:
    keeper.post(page_of("waste"), filled("waste", code="smieci"))
    assert Topic.objects.filter(code="waste").exists()
    assert TopicVersion.objects.filter(topic__code="waste").count() == 1
    assert not AuditEntry.objects.filter(verb="change_topic").exists()
    assert keeper.get(f"{LIST}add/").status_code == 403


def test_who_only_sees_the_kinds_changes_none(signed_in: SignIn, clerk: Account) -> None:
    browser = signed_in(clerk)
    assert browser.get(page_of("waste")).status_code == 200
    assert browser.post(page_of("waste"), filled("waste", name="Inna")).status_code == 403


@pytest.mark.parametrize("done", ["update", "delete"])
def test_the_database_keeps_every_version(done: str) -> None:
    rows = TopicVersion.objects.filter(topic__code="waste")
    with pytest.raises(InternalError), transaction.atomic():
        rows.update(name="x") if done == "update" else rows.delete()
    assert set(rows.get().channels) == set(Channel.values)
