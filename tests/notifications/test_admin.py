"""The staff's pages: the log of messages, and gateways that rest."""

import pytest
from django.test import Client
from django.urls import reverse

from notifications.models import GatewayRest, Message
from residents.models import AccessRecord, Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.notifications.posting import confirm, only, resident, send
from tests.sandbox_process import Sandbox

# Unfold's own templates rely on variables that are not always there.
pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
AT = make.now()
LOG = reverse("admin:notifications_message_changelist")


@pytest.fixture
def office(clerk: Account, signed_in: SignIn) -> Client:
    """The clerk's browser."""
    return signed_in(clerk)


def page_of(message: Message) -> str:
    """The address of one message in the log."""
    return reverse("admin:notifications_message_change", args=[message.pk])


def test_the_log_lists_messages_and_finds_those_in_doubt(office: Client, anna_told: Payer, sandbox: Sandbox) -> None:
    confirm(anna_told, "1", at=AT)
    send(AT)
    confirm(anna_told, "2", at=AT)
    Message.objects.filter(channel="email", state="queued").update(state="unknown", reason="wysyłanie przerwane")
    assert "Anna Nowak" in office.get(LOG).text
    doubtful = office.get(LOG, {"state__exact": "unknown"}).text
    assert "wysyłanie przerwane" in doubtful
    assert "wysłana</" not in doubtful.partition("<tbody")[2]


def test_messages_are_found_by_number_or_name_and_whose_were_looked_for_is_recorded(
    office: Client, clerk: Account, anna_told: Payer
) -> None:
    confirm(anna_told, at=AT)
    other = resident(2, phone="+48500300400", email="jan@example.com")
    confirm(other, "2", at=AT)
    sms = only(channel="sms", payer=anna_told)
    found = office.post(LOG, {"q": make.pesel(1).value})
    assert found.url == f"{LOG}?payer__id__exact={anna_told.pk}"
    text = office.get(found.url).text
    assert page_of(sms) in text
    assert page_of(only(channel="sms", payer=other)) not in text
    assert "Wiadomości do:" in text
    office.get(found.url)  # the same look
    looks = AccessRecord.objects.filter(account=clerk)
    assert [(look.payer_id, look.what) for look in looks] == [(anna_told.pk, "wiadomości płatnika")]
    assert page_of(sms) in office.get(LOG, {"q": "Nowak"}).text
    assert set(looks.filter(what="lista wiadomości").values_list("payer_id", flat=True)) == {anna_told.pk, other.pk}
    assert page_of(sms) not in office.get(LOG, {"q": "Kowalska"}).text


def test_the_log_is_narrowed_to_a_gateway(office: Client, anna_told: Payer, sandbox: Sandbox) -> None:
    confirm(anna_told, at=AT)
    send(AT)
    by_sms = office.get(LOG, {"bramka": "smsapi", "state__exact": "sent"}).text
    assert page_of(only(channel="sms")) in by_sms
    assert page_of(only(channel="email")) not in by_sms


def test_opening_a_message_shows_its_tries_not_its_address_and_is_recorded(
    office: Client, clerk: Account, anna_told: Payer, sandbox: Sandbox
) -> None:
    sandbox.control("PUT", "settings", sms_next=["cut"])
    confirm(anna_told, at=AT)
    send(AT)
    text = office.get(page_of(only(channel="sms"))).text
    assert "odpowiedź zginęła" in text
    assert "500100200" not in text
    assert "próba w bramce smsapi: bez odpowiedzi" in text
    look = AccessRecord.objects.get(account=clerk)
    assert (look.payer, look.what, look.basis) == (anna_told, "wiadomość do płatnika", "zadanie urzędu")


def test_nobody_adds_changes_or_deletes_a_message_by_hand(
    administrator: Account, signed_in: SignIn, anna_told: Payer
) -> None:
    confirm(anna_told, at=AT)
    browser = signed_in(administrator)
    message = only(channel="sms")
    assert browser.get(reverse("admin:notifications_message_add")).status_code == 403
    assert browser.post(page_of(message), {"state": "delivered"}).status_code == 403
    delete = reverse("admin:notifications_message_delete", args=[message.pk])
    assert browser.post(delete, {"post": "yes"}).status_code == 403
    assert only(channel="sms").state == "queued"


def test_residents_and_strangers_see_no_log(anna: Account, signed_in: SignIn, client: Client) -> None:
    for browser in (signed_in(anna), client):
        answer = browser.get(LOG)
        assert (answer.status_code, LOG in answer.url) == (302, True)


def test_a_resting_gateway_is_shown_with_its_reason(administrator: Account, signed_in: SignIn) -> None:
    GatewayRest.objects.create(gateway="smsapi", until=AT, reason="brak środków na koncie SMSAPI")
    page = signed_in(administrator).get(reverse("admin:notifications_gatewayrest_changelist"))
    assert "brak środków na koncie SMSAPI" in page.text
