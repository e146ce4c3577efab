"""The register of information actions: what the portal sent after the term, and what people did."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core.models import AuditEntry
from liabilities.information import in_words, information_on
from liabilities.models import Instalment
from notifications.actions import queue_message
from notifications.models import Message
from residents.models import Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.notifications.posting import REMINDER, only, report, send
from tests.sandbox_process import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
NUMBER = make.pesel(1)


@pytest.fixture
def late() -> Instalment:
    """An instalment payable 30 days ago of somebody who agreed to SMS and e-mail."""
    make.payer(NUMBER)
    make.dues(make.row(NUMBER, due_on=make.today() - timedelta(days=30)))
    make.consent(NUMBER)
    return make.instalment()


@pytest.fixture
def treasury(treasurer: Account, signed_in: SignIn) -> Client:
    """The treasurer's browser."""
    return signed_in(treasurer)


def told(due: Instalment) -> None:
    """One SMS and one e-mail on the late due; the phone took the SMS."""
    facts, about = dict(REMINDER), f"instalment:{due.pk}"
    who = {"payer_id": due.liability.payer_id, "topic": "property_tax"}
    queue_message(kind="due_passed", about=about, facts=facts, dedupe_key="x", at=make.now(), **who)
    send(make.now())


def page(due: Instalment, tail: str = "") -> str:
    """The register's address."""
    return reverse(f"admin:liabilities_instalment_information{tail}", args=[due.pk])


def said(payer: Payer, **changed: object) -> dict[str, object]:
    """A clerk's entry."""
    day = (make.today() - timedelta(days=1)).isoformat()
    filled = {"payer": payer.pk, "form": "phone", "on": day, "person": "Jan Kos", "outcome": "zapłaci do piątku"}
    return filled | changed


def test_the_register_tells_form_day_who_and_outcome_of_messages_and_of_people(
    treasury: Client, late: Instalment, sandbox: Sandbox
) -> None:
    told(late)
    report(only(channel="sms"))
    from_notifications = Message.objects.get(channel="email")
    treasury.post(page(late), said(late.liability.payer))
    text = treasury.get(page(late)).text
    for words in ("SMS", "e-mail", "automat (portal SPM)", "rozmowa telefoniczna", "Jan Kos", "zapłaci do piątku"):
        assert words in text
    assert AuditEntry.objects.filter(verb="record_information").count() == 1
    lines = b"".join(treasury.get(page(late, "_csv")).streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "rata;dluznik;forma;data;godzina;kto;skutek"
    assert lines[1].endswith(";;Jan Kos;zapłaci do piątku")
    assert {line.split(";")[2] for line in lines[1:]} == {"rozmowa telefoniczna", "SMS", "e-mail"}
    assert NUMBER.value not in "".join(lines)
    assert from_notifications.state == "sent"
    words = in_words(information_on([late.liability.payer_id], [late.pk])[late.liability.payer_id, late.pk])
    assert words.startswith("rozmowa telefoniczna ")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"on": (make.today() + timedelta(days=1)).isoformat()}, "jeszcze nie nadszedł"),
        ({"on": (make.today() - timedelta(days=200)).isoformat()}, "nie ma zaległości"),
        ({"outcome": ""}, "is-invalid"),
    ],
)
def test_an_entry_that_cannot_be_true_is_refused(
    treasury: Client, late: Instalment, changed: dict[str, object], words: str
) -> None:
    assert words in treasury.post(page(late), said(late.liability.payer, **changed)).text
    assert not late.information.exists()


def test_a_withdrawn_reminder_is_no_action_and_strangers_are_not_chosen(treasury: Client, late: Instalment) -> None:
    facts = dict(REMINDER)
    key = {"about": f"instalment:{late.pk}", "dedupe_key": "x", "facts": facts, "at": make.now()}
    queue_message(kind="due_passed", payer_id=late.liability.payer_id, topic="property_tax", **key)  # type: ignore[arg-type]
    Message.objects.update(state="withdrawn", closed_at=make.now())
    stranger = make.payer(make.pesel(5), "Jan Obcy")
    assert "Nikt jeszcze nie przypominał" in treasury.post(page(late), said(stranger)).text
    assert not late.information.exists()
