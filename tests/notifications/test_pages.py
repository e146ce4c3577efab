"""The resident's inbox: own messages only, each look recorded."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notifications.models import Message
from residents.models import AccessRecord, Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.notifications.posting import confirm, only, remind, send
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
AT = make.now()
INBOX = reverse("notifications:inbox")


def page_of(message: Message) -> str:
    """The address of one message."""
    return reverse("notifications:message", args=[message.pk])


@pytest.fixture
def browser(anna: Account, signed_in: SignIn) -> Client:
    """Anna's browser."""
    return signed_in(anna)


@pytest.fixture
def strangers_message(obcy: Account) -> Message:
    """A message to somebody else."""
    make.consent(make.pesel(77), name="Jan Obcy", phone="+48600700800", email="obcy@example.com", channels=("sms",))
    confirm(Payer.objects.get(name="Jan Obcy"), at=AT)
    return only()


def test_the_inbox_shows_each_message_with_its_way_and_state_the_newest_first(
    browser: Client, anna_payer: Payer, sandbox: Sandbox
) -> None:
    remind(anna_payer, at=AT)
    send(AT)
    confirm(anna_payer, at=make.now())
    page = browser.get(INBOX)
    rows = [(title, message.channel, message.state) for message, title in page.context["rows"]]
    assert sorted(rows[:2]) == [
        ("Zaksięgowano wpłatę", "email", "queued"),
        ("Zaksięgowano wpłatę", "sms", "queued"),
    ]
    assert sorted(rows[2:]) == [
        ("Zbliża się termin płatności", "email", "sent"),
        ("Zbliża się termin płatności", "sms", "sent"),
    ]
    for words in ("czeka", "wysłana"):
        assert words in page.text


def test_a_message_is_shown_as_it_was_sent(browser: Client, anna_payer: Payer, sandbox: Sandbox) -> None:
    confirm(anna_payer, at=AT, balance_text="<b>0</b>")
    send(AT)
    message = only(channel="email")
    text = browser.get(page_of(message)).text
    assert message.subject.replace("\xa0", " ") in text.replace("\xa0", " ")
    assert "Stan konta: &lt;b&gt;0&lt;/b&gt;." in text
    assert "Wysłano" in text
    assert "anna@example.com" not in text.partition("<main")[2].partition("</main")[0]


def test_a_message_that_waits_has_no_text_yet(browser: Client, anna_payer: Payer) -> None:
    confirm(anna_payer, at=AT)
    assert "Treść pojawi się, gdy wiadomość wyjdzie." in browser.get(page_of(only(channel="sms"))).text


def test_an_empty_inbox_says_so(browser: Client) -> None:
    assert "Nie ma jeszcze wiadomości." in browser.get(INBOX).text


def test_nobody_sees_the_messages_of_others(browser: Client, strangers_message: Message) -> None:
    assert browser.get(page_of(strangers_message)).status_code == 404
    assert browser.get(INBOX).context["rows"] == []


def test_a_proxy_sees_the_messages_of_whom_they_act_for(
    piotr: Account, signed_in: SignIn, anna_payer: Payer, strangers_message: Message
) -> None:
    confirm(anna_payer, at=AT)
    browser = signed_in(piotr)
    assert len(browser.get(INBOX).context["rows"]) == 2
    assert browser.get(page_of(Message.objects.filter(payer=anna_payer)[0])).status_code == 200
    assert browser.get(page_of(strangers_message)).status_code == 404


@pytest.mark.parametrize("address", [INBOX, reverse("notifications:message", args=[1])])
def test_who_is_not_signed_in_signs_in_first(client: Client, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.url.startswith(reverse("account_login"))) == (302, True)


@pytest.mark.parametrize("address", [INBOX, reverse("notifications:message", args=[1])])
def test_pages_only_show(browser: Client, address: str) -> None:
    assert browser.post(address).status_code == 405


@pytest.mark.parametrize("number", [999_999_999, 99_999_999_999_999_999_999])
def test_an_unknown_message_is_404(browser: Client, number: int) -> None:
    assert browser.get(f"{INBOX}{number}/").status_code == 404


def test_many_messages_come_in_pages_of_twenty_with_the_same_number_of_queries(
    browser: Client, anna_payer: Payer
) -> None:
    browser.get(INBOX)
    counts = []
    for start in (0, 1):
        for place in range(start, 1 + 12 * start):
            confirm(anna_payer, str(place), at=AT)
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(INBOX)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert len(page.context["rows"]) == 20
    assert len(browser.get(INBOX, {"strona": "2"}).context["rows"]) == 6
    for strange in ("0", "x", "99999"):
        assert browser.get(INBOX, {"strona": strange}).status_code == 200


def test_each_look_is_recorded(browser: Client, anna: Account, anna_payer: Payer) -> None:
    confirm(anna_payer, at=AT)
    browser.get(INBOX)
    browser.get(page_of(only(channel="sms")))
    looks = AccessRecord.objects.filter(account=anna).order_by("pk").values_list("what", flat=True)
    assert list(looks) == ["skrzynka wiadomości", "wiadomość"]
