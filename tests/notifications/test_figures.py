"""Costs and deliveries of a year: counted from what the gateways took, drawn on the server, taken away as CSV."""

import pytest
from django.test import Client
from django.urls import reverse

from notifications.models import Message, Route
from notifications.reports import apply_reports
from residents.models import Account, Payer
from tests import make
from tests.conftest import SignIn
from tests.notifications.posting import confirm, only, remind, report, send
from tests.sandbox_process import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
PAGE, FILE = (reverse(f"admin:notifications_spending_figures{tail}") for tail in ("", "_file"))


@pytest.fixture
def treasury(treasurer: Account, signed_in: SignIn) -> Client:
    """The treasurer's browser."""
    return signed_in(treasurer)


def test_the_year_tells_what_was_sent_delivered_and_what_it_cost(
    treasury: Client, anna_told: Payer, sandbox: Sandbox
) -> None:
    Route.objects.create(gateway="smsapi", point_price="2")
    confirm(anna_told, at=make.now())
    remind(anna_told, at=make.now())
    send(make.now())
    report(only(channel="sms", kind="payment_posted"))
    apply_reports(at=make.now())
    page = treasury.get(PAGE)
    told = page.context["total"]
    assert (told.messages, told.delivered, told.lost, told.parts) == (4, 1, 0, 2)
    assert "0,66\u00a0zł" in page.text  # two parts of 0.165 points, 2 zł each
    assert page.text.count("<svg") >= 2
    lines = b"".join(treasury.get(FILE).streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("miesiac;wydzial;rodzaj_powiadomien;droga;bramka")
    assert len(lines) == 5
    assert any(
        ";bez wydziału;Potwierdzenia wpłat" in line and line.endswith(";SMS;smsapi;1;1;0;1;0,33") for line in lines
    )
    make.topic("payments", department="Wydział Finansowy")
    by_department = treasury.get(PAGE, {"wedlug": "department"})
    assert '<th scope="row">Wydział Finansowy</th><td class="amount">2</td>' in by_department.text
    assert [one.name for one in by_department.context["cost"].series] == ["Wydział Finansowy", "bez wydziału"]
    Message.objects.update(body="", facts={}, address="")  # what is forgotten stays counted
    assert treasury.get(PAGE).context["total"].delivered == 1


@pytest.mark.parametrize("year", ["1999", "x", "0000", "²²²²"])
def test_a_year_without_messages_and_one_that_is_none_open_a_page(treasury: Client, year: str) -> None:
    assert treasury.get(PAGE, {"rok": year}).status_code == 200


def test_who_may_not_see_costs_does_not(clerk: Account, signed_in: SignIn) -> None:
    for page in (PAGE, FILE):
        assert signed_in(clerk).get(page).status_code == 403
