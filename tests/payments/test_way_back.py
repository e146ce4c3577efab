"""Going back from the provider, refreshing, and paying while another payment is under way."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from payments.actions import complete_payment
from payments.models import Payment
from payments.states import State
from tests import make
from tests.conftest import SignIn
from tests.payments.browsing import START, choose, confirm, page_of, words
from tests.payments.paying import Paying, notice
from tests.sandbox_process import Sandbox

MY_DUES = reverse("liabilities:my_dues")


@pytest.fixture
def browser(paying: Paying, signed_in: SignIn) -> Client:
    """Anna's browser."""
    return signed_in(paying.account)


def test_the_page_before_paying_has_an_address_to_come_back_to(browser: Client) -> None:
    keys = [make.instalment(key).pk for key in ("ANNA-1", "ANNA-2")]
    answer = browser.post(START, {"instalment": keys})
    assert answer.headers["Location"] == f"{START}?instalment={keys[0]}&instalment={keys[1]}"
    page = browser.get(answer.headers["Location"])
    assert "Zapłać 150,00 zł" in words(page)  # type: ignore[arg-type]
    assert Payment.objects.count() == 0


@pytest.mark.parametrize("choice", [[], ["x"], ["999999"]])
def test_a_choice_of_nothing_leads_back_to_the_dues_with_the_reason(browser: Client, choice: list[str]) -> None:
    answer = browser.post(START, {"instalment": choice}, follow=True)
    assert answer.redirect_chain[0][0] == MY_DUES
    assert ("Nie wybrano żadnej" in words(answer)) or ("opłacone albo ich nie ma" in words(answer))


def test_an_address_with_another_payers_due_shows_nothing_of_it(browser: Client) -> None:
    make.dues(make.row(make.pesel(77), key="OBCY-1", name="Jan Obcy"), source="obcy")
    answer = browser.get(START, {"instalment": make.instalment("OBCY-1").pk}, follow=True)
    assert answer.redirect_chain[0][0] == MY_DUES
    assert "Obcy" not in words(answer)


def test_whoever_pays_a_due_that_is_being_paid_is_warned(browser: Client, sandbox: Sandbox) -> None:
    confirm(browser, choose(browser, "ANNA-1"))
    first = Payment.objects.get()
    page = choose(browser, "ANNA-1", "ANNA-2")
    assert f"Płatność {first.reference} jeszcze trwa" in words(page)
    assert page_of(first, "returned") in page.content.decode()
    assert "jeszcze trwa" not in words(choose(browser, "ANNA-2"))


def test_a_payment_that_ended_or_was_left_warns_nobody(browser: Client, paying: Paying) -> None:
    cancelled = paying.start("ANNA-2")
    complete_payment(cancelled.pk, notice=notice(cancelled, State.CANCELLED), at=make.now())
    paying.start("ANNA-2", at=make.now() - timedelta(hours=2))
    assert "jeszcze trwa" not in words(choose(browser, "ANNA-2"))
