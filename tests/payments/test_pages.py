"""The resident's pages of payments: choosing, checking, paying, coming back, the history."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.fixtures import Settings

from liabilities.actions import PaymentPart, post_payment
from payments.actions import complete_payment, settle_by_clerk
from payments.models import Payment
from payments.states import LABELS, State
from residents.models import AccessRecord, Account
from tests import make
from tests.conftest import SignIn
from tests.payments.browsing import HISTORY, START, choose, confirm, form_to_pay, page_of, words
from tests.payments.paying import Paying, notice, path_of
from tests.sandbox_process import Sandbox

MY_DUES = reverse("liabilities:my_dues")
NO_SECOND_TIME = "nie płać drugi raz"


@pytest.fixture
def browser(paying: Paying, signed_in: SignIn) -> Client:
    """Anna's browser."""
    return signed_in(paying.account)


def tell(payment: Payment, *said: State) -> None:
    """Bring in that PayU said these one after another."""
    for state in said:
        complete_payment(payment.pk, notice=notice(payment, state), at=make.now())


def orders(sandbox: Sandbox) -> int:
    """How many orders were opened at PayU."""
    return len(sandbox.control("GET", "payu"))


def test_what_was_ticked_is_shown_with_its_sum_before_paying(browser: Client, sandbox: Sandbox) -> None:
    make.dues(make.row(make.pesel(1), key="BIG", title="Podatek rolny", amount="1234,56"), source="big")
    page = choose(browser, "BIG", "ANNA-2")
    assert "Podatek rolny" in words(page)
    assert "1\u00a0234,56\u00a0zł" in page.content.decode()
    assert "Zapłać 1\u00a0284,56\u00a0zł" in page.content.decode()
    assert re.search(r"Kwota jest ważna do \d{1,2} \w+ \d{4}, \d\d:\d\d: do tego czasu dokończ płatność", words(page))
    assert (Payment.objects.count(), orders(sandbox)) == (0, 0)


def test_interest_and_costs_stand_beside_the_due(browser: Client) -> None:
    make.dues(
        make.row(make.pesel(1), key="OLD", amount="1000,00", due_on=make.today() - timedelta(days=400)), source="old"
    )
    page = choose(browser, "OLD")
    assert "należność 1 000,00 zł, odsetki" in words(page)


def test_paying_needs_no_script(browser: Client, paying: Paying, sandbox: Sandbox) -> None:
    chosen = form_to_pay(browser.get(MY_DUES))
    assert chosen.action == START
    answer = confirm(browser, choose(browser, "ANNA-1", "ANNA-2"))
    payment = Payment.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (303, payment.redirect_url)
    assert payment.redirect_url.startswith(sandbox.url)
    assert (payment.amount, payment.made_by, payment.payer) == (Decimal(150), paying.account, paying.payer)
    waiting = browser.get(page_of(payment)).content.decode()
    assert re.search(rf'<a [^>]*href="{page_of(payment, "returned")}"[^>]*>Sprawdź teraz</a>', waiting)


def test_the_form_sent_twice_is_one_payment_and_leads_to_the_same_page(browser: Client, sandbox: Sandbox) -> None:
    page = choose(browser)
    first, second = confirm(browser, page), confirm(browser, page)
    assert (second.status_code, second.headers["Location"]) == (303, first.headers["Location"])
    assert (Payment.objects.count(), orders(sandbox)) == (1, 1)


def test_the_form_sent_again_after_paying_shows_the_paid_payment(browser: Client, sandbox: Sandbox) -> None:
    page = choose(browser)
    confirm(browser, page)
    payment = Payment.objects.get()
    tell(payment, State.PAID)
    answer = confirm(browser, page)
    assert answer.headers["Location"] == page_of(payment)
    assert (Payment.objects.count(), orders(sandbox)) == (1, 1)


def test_a_sum_that_changed_meanwhile_is_shown_anew_and_must_be_confirmed(browser: Client, sandbox: Sandbox) -> None:
    page = choose(browser, "ANNA-1", "ANNA-2")
    post_payment(
        payer_id=make.instalment("ANNA-1").liability.payer_id,
        parts=[PaymentPart(make.instalment("ANNA-1").pk, Decimal(60))],
        value_on=make.today(),
        reference="bank:1",
        by=make.BY,
        at=make.now(),
    )
    again = confirm(browser, page)
    assert "Kwota do zapłaty się zmieniła: teraz to 90,00 zł. Sprawdź ją i potwierdź jeszcze raz." in words(again)
    assert (Payment.objects.count(), orders(sandbox)) == (0, 0)
    assert confirm(browser, again).status_code == 303
    assert Payment.objects.get().amount == Decimal(90)


def test_an_amount_put_into_the_form_by_hand_pays_nothing_less(browser: Client, sandbox: Sandbox) -> None:
    page = choose(browser)
    for amount in ("0.01", "99.99", "1000", "-1", "x", ""):
        assert confirm(browser, page, amount=amount).status_code != 303
    assert (Payment.objects.count(), orders(sandbox)) == (0, 0)


@pytest.mark.parametrize(
    "changes",
    [{"provider": "obcy"}, {"number": "1"}, {"number": ""}, {"instalment": ["x"]}, {"instalment": ["9" * 17]}],
)
def test_a_form_that_was_tampered_with_leads_back_to_the_dues(
    browser: Client, sandbox: Sandbox, changes: dict[str, object]
) -> None:
    answer = confirm(browser, choose(browser), **changes)
    assert (answer.status_code, answer.headers["Location"]) == (302, MY_DUES)
    assert (Payment.objects.count(), orders(sandbox)) == (0, 0)


def test_nobody_pays_a_strangers_due_through_their_own_form(
    browser: Client, sandbox: Sandbox, obcy: Account, signed_in: SignIn
) -> None:
    answer = choose(browser, "ANNA-1", "OBCY-1")
    assert answer.headers["Location"] == MY_DUES
    assert "już opłacone albo ich nie ma" in words(browser.get(MY_DUES))
    assert choose(signed_in(obcy), "ANNA-1").headers["Location"] == MY_DUES
    assert orders(sandbox) == 0


def test_nothing_ticked_says_so(browser: Client) -> None:
    answer = browser.post(START, follow=True)
    assert "Nie wybrano żadnej należności. Zaznacz przynajmniej jedną." in words(answer)


def test_who_comes_to_pay_by_a_link_goes_to_the_dues(browser: Client) -> None:
    assert browser.get(START).headers["Location"] == MY_DUES


def test_a_post_without_the_token_of_our_page_is_refused(paying: Paying) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(paying.account, backend="django.contrib.auth.backends.ModelBackend")
    assert strict.post(START, {"instalment": [make.instalment("ANNA-1").pk]}).status_code == 403


def test_a_provider_that_is_down_is_told_kindly_and_takes_nothing(browser: Client, sandbox: Sandbox) -> None:
    sandbox.control("PUT", "settings", payu_down=True)
    answer = confirm(browser, choose(browser))
    assert answer.headers["Location"] == MY_DUES
    told = words(browser.get(MY_DUES))
    assert "Operator płatności teraz nie odpowiada. Nic nie zostało pobrane." in told
    assert "Spróbuj za kilka minut albo wybierz inny sposób zapłaty." in told
    assert Payment.objects.get().state == State.FAILED


def test_one_who_may_only_look_cannot_pay(paying: Paying, signed_in: SignIn) -> None:
    viewer = make.account("widz@example.com", name="Wit Widz")
    make.mandate(viewer, paying.payer, basis="attorney", scope="view")
    browser = signed_in(viewer)
    assert "Zapłać zaznaczone" not in browser.get(reverse("liabilities:my_dues")).content.decode()
    refused = choose(browser)
    assert refused.status_code == 403
    assert "obejmuje tylko podgląd" in refused.content.decode()
    assert signed_in(viewer).get(HISTORY).status_code == 200


def test_one_who_may_pay_for_another_pays_for_them(paying: Paying, signed_in: SignIn) -> None:
    helper = make.account("piotr@example.com", name="Piotr Nowak")
    make.mandate(helper, paying.payer, basis="attorney", scope="pay")
    browser = signed_in(helper)
    assert confirm(browser, choose(browser)).status_code == 303
    payment = Payment.objects.get()
    assert (payment.payer, payment.made_by) == (paying.payer, helper)


@pytest.mark.parametrize(
    ("said", "expected", "pays_again"),
    [
        ([], "Sprawdzamy płatność.", False),
        ([State.PENDING], "Sprawdzamy płatność.", False),
        ([State.PAID], "Wpłata zaksięgowana", False),
        ([State.CANCELLED], "Płatność została anulowana.", True),
        ([State.CLERK], "Płatność wyjaśnia urząd.", False),
    ],
)
def test_each_state_is_told_in_words(
    browser: Client, paying: Paying, said: list[State], expected: str, pays_again: bool
) -> None:
    payment = paying.start()
    tell(payment, *said)
    page = browser.get(page_of(payment))
    payment.refresh_from_db()
    assert expected in words(page)
    assert (NO_SECOND_TIME in words(page)) is (payment.state in {State.CANCELLED, State.CLERK})
    assert ("Zapłać jeszcze raz" in words(page)) is pays_again
    for state in path_of(payment):
        assert LABELS[State(state)].capitalize() in words(page)


@pytest.mark.parametrize(
    ("state", "expected"),
    [("expired", "Minął czas na tę płatność."), ("failed", "Nie udało się rozpocząć tej płatności u operatora.")],
)
def test_an_end_of_our_own_is_told_too(browser: Client, paying: Paying, state: str, expected: str) -> None:
    payment = paying.start()
    Payment.objects.filter(pk=payment.pk).update(state=state, provider_order_id="")
    page = browser.get(page_of(payment))
    assert expected in words(page)
    assert NO_SECOND_TIME in words(page)


def test_after_its_time_a_payment_may_be_made_anew_while_the_first_one_is_still_looked_for(
    browser: Client, paying: Paying
) -> None:
    payment = paying.start(provider="przelewy24")
    assert "Zapłać jeszcze raz" not in words(browser.get(page_of(payment)))
    Payment.objects.filter(pk=payment.pk).update(frozen_until=make.now() - timedelta(minutes=1))
    page = words(browser.get(page_of(payment)))
    assert "Sprawdzamy płatność." in page
    assert "Czas na tę płatność już minął." in page
    assert "Zapłać jeszcze raz" in page


def test_words_of_the_provider_and_of_clerks_stay_in_the_office(browser: Client, paying: Paying) -> None:
    payment = paying.start()
    complete_payment(payment.pk, notice=notice(payment, amount=Decimal(7), status="COMPLETED"), at=make.now())
    assert "operator" not in words(browser.get(page_of(payment))).replace("operatora", "")
    settle_by_clerk(
        payment, is_paid=False, reason="dzwonił bank", paid_on=make.today(), by=make.BY, at=make.now(), amount=None
    )
    told = words(browser.get(page_of(payment)))
    assert "dzwonił bank" not in told
    assert "Urząd wyjaśnił tę płatność i zamknął ją bez księgowania." in told


def test_a_paid_payment_shows_what_is_left_and_offers_its_confirmation(browser: Client, paying: Paying) -> None:
    payment = paying.start("ANNA-1")
    tell(payment, State.PAID)
    page = browser.get(page_of(payment))
    assert f"Numer wpłaty {payment.reference}" in words(page)
    assert "Do zapłaty pozostało 50,00 zł." in words(page)
    assert f'href="{page_of(payment, "receipt")}"' in page.content.decode()


def test_a_paid_account_and_a_credit_are_told_in_words(browser: Client, paying: Paying) -> None:
    whole = paying.start("ANNA-1", "ANNA-2")
    twice = paying.start("ANNA-2")
    tell(whole, State.PAID)
    assert "Wszystko zapłacone." in words(browser.get(page_of(whole)))
    tell(twice, State.PAID)
    assert "Nadpłata 50,00 zł." in words(browser.get(page_of(twice)))


def test_paying_again_after_a_cancelled_payment_makes_a_new_one(browser: Client, paying: Paying) -> None:
    payment = paying.start("ANNA-1", "ANNA-2")
    tell(payment, State.CANCELLED)
    form = form_to_pay(browser.get(page_of(payment)))
    page = browser.post(form.action, form.fields, follow=True)
    assert confirm(browser, page).status_code == 303
    assert Payment.objects.count() == 2


def test_the_page_of_return_asks_for_the_truth_but_not_at_every_reload(
    browser: Client, paying: Paying, sandbox: Sandbox
) -> None:
    payment = paying.start()
    back = page_of(payment, "returned")
    assert "Sprawdzamy płatność." in words(browser.get(back))
    sandbox.control("POST", f"payu/{payment.provider_order_id}/pay-silent")
    assert "Sprawdzamy płatność." in words(browser.get(back))
    Payment.objects.filter(pk=payment.pk).update(asked_at=make.now() - timedelta(seconds=5))
    assert "Wpłata zaksięgowana" in words(browser.get(f"{back}?error=501"))
    assert paying.books() == ("0.00", "50.00", "0.00", 1)


def test_the_page_of_return_waits_kindly_while_payu_is_silent(
    browser: Client, paying: Paying, sandbox: Sandbox
) -> None:
    payment = paying.start()
    sandbox.control("PUT", "settings", payu_down=True)
    answer = browser.get(page_of(payment, "returned"))
    assert (answer.status_code, "Sprawdzamy płatność." in words(answer)) == (200, True)


def test_one_who_has_not_paid_yet_may_go_on_until_the_sum_runs_out(browser: Client, paying: Paying) -> None:
    payment = paying.start()
    assert f'href="{payment.redirect_url}"' in browser.get(page_of(payment)).content.decode().replace("&amp;", "&")
    Payment.objects.filter(pk=payment.pk).update(frozen_until=make.now() - timedelta(minutes=1))
    assert payment.redirect_url not in browser.get(page_of(payment)).content.decode().replace("&amp;", "&")


@pytest.mark.parametrize("name", ["detail", "returned", "receipt"])
def test_another_ones_payment_is_not_found(
    browser: Client, paying: Paying, obcy: Account, signed_in: SignIn, name: str
) -> None:
    payment = paying.start()
    tell(payment, State.PAID)
    assert browser.get(page_of(payment, name)).status_code == 200
    assert signed_in(obcy).get(page_of(payment, name)).status_code == 404
    assert payment.reference not in words(signed_in(obcy).get(HISTORY))
    assert Client().get(page_of(payment, name)).status_code == 302


def test_a_form_with_the_number_of_anothers_payment_shows_nothing_of_it(
    paying: Paying, obcy: Account, signed_in: SignIn
) -> None:
    payment = paying.start()
    browser = signed_in(obcy)
    answer = confirm(browser, choose(browser, "OBCY-1"), number=str(payment.number))
    assert answer.headers["Location"] == MY_DUES
    assert "Ten formularz nie jest już ważny." in words(browser.get(MY_DUES))


def test_the_history_lists_the_newest_first_by_twenty(browser: Client, paying: Paying) -> None:
    assert "Nie ma jeszcze płatności przez portal." in words(browser.get(HISTORY))
    made = [paying.start(at=make.now() - timedelta(minutes=minute)) for minute in range(22)]
    first, second = browser.get(HISTORY), browser.get(HISTORY, {"strona": 2})
    assert re.findall(r"SPM-\d{6}", words(first)) == [payment.reference for payment in made[:20]]
    assert re.findall(r"SPM-\d{6}", words(second)) == [payment.reference for payment in made[20:]]
    assert "100,00 zł" in words(first)


def test_a_longer_history_costs_no_more_queries(browser: Client, paying: Paying) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            browser.get(HISTORY)
        return len(asked)

    paying.start()
    queries()
    few = queries()
    for _ in range(5):
        paying.start()
    assert queries() == few


def test_each_look_is_recorded(browser: Client, paying: Paying) -> None:
    payment = paying.start()
    for address in (HISTORY, page_of(payment), page_of(payment, "returned")):
        browser.get(address)
    assert list(AccessRecord.objects.order_by("pk").values_list("what", flat=True)) == [
        "historia płatności",
        "szczegóły płatności",
        "stan płatności",
    ]


def test_a_payment_by_a_provider_that_the_town_gave_up_can_still_be_read(
    browser: Client, paying: Paying, settings: Settings
) -> None:
    payment = paying.start()
    tell(payment, State.PAID)
    settings.PAYMENT_PROVIDERS = {}
    assert "Wpłata zaksięgowana" in words(browser.get(page_of(payment)))
    assert browser.get(page_of(payment, "receipt")).status_code == 200
