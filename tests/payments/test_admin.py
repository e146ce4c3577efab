"""The office's pages of payments: who sees them, what a clerk decides, and the notices that were refused."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from core.models import AuditEntry, InboundEvent
from payments.actions import complete_payment
from payments.models import Payment, PaymentChange
from payments.notices import handle_notices
from payments.states import State
from residents.models import AccessRecord, Account
from tests import make
from tests.conftest import SignIn
from tests.payments.browsing import words
from tests.payments.paying import Paying, body_of, notice, send
from tests.sandbox_process import Sandbox

# Unfold's own templates rely on variables that are not always there.
pytestmark = pytest.mark.ignore_template_errors
LIST = reverse("admin:payments_payment_changelist")
EVENTS = reverse("admin:core_inboundevent_changelist")
FIRST_PAGE = reverse("admin:index")


@pytest.fixture
def office(treasurer: Account, signed_in: SignIn) -> Client:
    """The treasurer's browser."""
    return signed_in(treasurer)


@pytest.fixture
def doubtful(paying: Paying) -> Payment:
    """A payment of 100 zł of which PayU says 60 zł: it waits for a clerk."""
    payment = paying.start()
    complete_payment(payment.pk, notice=notice(payment, amount=Decimal(60)), at=make.now())
    payment.refresh_from_db()
    return payment


def page_of(payment: Payment, name: str = "change") -> str:
    """The address of a payment's page in the office."""
    return reverse(f"admin:payments_payment_{name}", args=[payment.pk])


def decide(office: Client, payment: Payment, button: str, **changes: str) -> str:
    """Send the form of the decision; returns the words of the page that follows."""
    form = {"amount": "60,00", "paid_on": make.today().isoformat(), "reason": "bank potwierdził", button: "1"}
    return words(office.post(page_of(payment, "decision"), {**form, **changes}, follow=True))  # type: ignore[arg-type]


def test_the_treasurer_sees_what_a_payment_paid_and_what_happened_to_it(office: Client, doubtful: Payment) -> None:
    assert doubtful.reference in words(office.get(LIST))
    told = words(office.get(page_of(doubtful)))
    for expected in ("Anna Nowak", "operator podaje 60 PLN, a płatność jest na 100.00 PLN", "otwarto zlecenie"):
        assert expected in told
    assert make.pesel(1).value not in told
    look = AccessRecord.objects.get()
    assert (look.what, look.payer, look.account_name) == ("płatność", doubtful.payer, "Tomasz Skarbnik")


def test_a_payment_is_found_by_the_number_that_payers_read_out(office: Client, paying: Paying) -> None:
    wanted, other = paying.start(), paying.start()
    for asked in (wanted.reference, wanted.reference.lower(), wanted.provider_order_id, "nowak"):
        page = words(office.get(LIST, {"q": asked}))
        assert wanted.reference in page
        assert (other.reference in page) is (asked == "nowak")


@pytest.mark.parametrize("who", ["clerk", "officer"])
def test_other_roles_do_not_see_payments(
    request: pytest.FixtureRequest, signed_in: SignIn, doubtful: Payment, who: str
) -> None:
    browser = signed_in(request.getfixturevalue(who))
    for address in (LIST, page_of(doubtful), page_of(doubtful, "decision")):
        assert browser.get(address).status_code == 403
    assert "płatności do wyjaśnienia" not in words(browser.get(FIRST_PAGE))
    assert AccessRecord.objects.count() == 0


def test_one_who_may_only_look_at_payments_decides_nothing(signed_in: SignIn, doubtful: Payment) -> None:
    auditor = make.account("kontrola@example.com", name="Kora Kontrola", is_staff=True)
    auditor.user_permissions.add(Permission.objects.get(codename="view_payment"))
    browser = signed_in(auditor)
    told = browser.get(page_of(doubtful))
    assert told.status_code == 200
    assert page_of(doubtful, "decision") not in told.content.decode()
    for address in (page_of(doubtful, "decision"), reverse("admin:payments_payment_ask", args=[doubtful.pk])):
        assert browser.get(address).status_code == 403
    assert browser.post(page_of(doubtful, "decision"), {"close": "1", "reason": "x"}).status_code == 403
    doubtful.refresh_from_db()
    assert doubtful.state == State.CLERK


def test_the_button_leads_to_the_page_of_the_decision(office: Client, doubtful: Payment) -> None:
    button = reverse("admin:payments_payment_settle", args=[doubtful.pk])
    assert f'href="{button}"' in office.get(page_of(doubtful)).content.decode()
    assert office.get(button).headers["Location"] == page_of(doubtful, "decision")


def test_residents_do_not_come_in(signed_in: SignIn, doubtful: Payment) -> None:
    assert signed_in(doubtful.made_by).get(page_of(doubtful)).status_code == 302


@pytest.mark.parametrize("who", ["treasurer", "administrator"])
def test_nobody_adds_changes_or_deletes_a_payment_by_hand(
    request: pytest.FixtureRequest, signed_in: SignIn, doubtful: Payment, who: str
) -> None:
    browser = signed_in(request.getfixturevalue(who))
    assert browser.get(reverse("admin:payments_payment_add")).status_code == 403
    assert browser.post(page_of(doubtful, "delete"), {"post": "yes"}).status_code == 403
    assert browser.post(page_of(doubtful), {"state": "paid", "amount": "1"}).status_code == 403
    doubtful.refresh_from_db()
    assert (doubtful.state, doubtful.amount) == (State.CLERK, Decimal(100))


def test_what_waits_for_a_decision_is_counted_on_the_first_page(office: Client, doubtful: Payment) -> None:
    assert "1 płatności do wyjaśnienia" in words(office.get(FIRST_PAGE))
    assert doubtful.reference in words(office.get(f"{LIST}?state__exact=clerk"))


def test_a_decision_posts_the_sum_that_came_with_its_reason(office: Client, doubtful: Payment, paying: Paying) -> None:
    assert "operator podaje 60 PLN" in words(office.get(page_of(doubtful, "decision")))
    assert "Decyzja zapisana." in decide(office, doubtful, "post")
    doubtful.refresh_from_db()
    assert (doubtful.state, doubtful.amount, doubtful.problem) == (State.PAID, Decimal(60), "")
    assert paying.books() == ("40.00", "50.00", "0.00", 1)
    assert PaymentChange.objects.latest("pk").reason == "wyjaśniono: bank potwierdził"
    entry = AuditEntry.objects.get(verb="settle_by_clerk")
    assert (entry.actor_name, entry.details["ordered"], entry.details["posted"]) == (
        "Tomasz Skarbnik",
        "100.00",
        "60.00",
    )


def test_a_decision_may_close_without_posting(office: Client, doubtful: Payment, paying: Paying) -> None:
    decide(office, doubtful, "close")
    doubtful.refresh_from_db()
    assert (doubtful.state, paying.books()) == (State.CANCELLED, ("100.00", "50.00", "0.00", 0))


def test_a_second_decision_changes_nothing(office: Client, doubtful: Payment, paying: Paying) -> None:
    decide(office, doubtful, "post")
    assert "Ta płatność nie czeka na wyjaśnienie." in decide(office, doubtful, "post")
    assert "Ta płatność nie czeka na wyjaśnienie." in decide(office, doubtful, "close")
    assert paying.books() == ("40.00", "50.00", "0.00", 1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": ""}, "To pole jest wymagane."),
        ({"reason": "   "}, "To pole jest wymagane."),
        ({"amount": "0"}, "Kwota musi być większa od zera."),
        ({"amount": "-5"}, "Kwota musi być większa od zera."),
        ({"amount": "sto"}, "Wpisz liczbę."),
        ({"paid_on": "2100-01-01"}, "Dzień zapłaty nie może być"),
        ({"paid_on": "2020-01-01"}, "Dzień zapłaty nie może być"),
        ({"paid_on": "wczoraj"}, "Wpisz poprawną datę."),
    ],
)
def test_a_decision_that_cannot_be_is_told_why(
    office: Client, doubtful: Payment, paying: Paying, changes: dict[str, str], said: str
) -> None:
    assert said in decide(office, doubtful, "post", **changes)
    doubtful.refresh_from_db()
    assert (doubtful.state, paying.books()) == (State.CLERK, ("100.00", "50.00", "0.00", 0))


def test_the_button_asks_payu_and_posts_what_it_says(office: Client, paying: Paying, sandbox: Sandbox) -> None:
    payment = paying.start()
    sandbox.control("POST", f"payu/{payment.provider_order_id}/pay-silent")
    told = words(office.get(reverse("admin:payments_payment_ask", args=[payment.pk]), follow=True))
    assert "Stan płatności: zaksięgowana." in told
    assert paying.books() == ("0.00", "50.00", "0.00", 1)
    assert AuditEntry.objects.filter(verb="post_payment").latest("pk").actor_name == "Tomasz Skarbnik"


@pytest.mark.parametrize("name", ["change", "decision", "ask"])
def test_a_payment_that_is_not_there_is_no_fault_of_ours(office: Client, name: str) -> None:
    address = reverse(f"admin:payments_payment_{name}", args=[999_999])
    assert office.get(address).status_code in {302, 404}


def test_refused_notices_are_counted_and_kept_for_a_look(office: Client, paying: Paying) -> None:
    payment = paying.start()
    assert "0 zdarzenia z błędnym podpisem" in words(office.get(FIRST_PAGE))
    body = body_of(payment)
    for _ in range(3):
        assert send(body, header="signature=00;algorithm=MD5").status_code == 401
    handle_notices(at=make.now())
    assert "1 zdarzenia z błędnym podpisem" in words(office.get(FIRST_PAGE))
    event = InboundEvent.objects.get()
    listed = words(office.get(EVENTS, {"is_verified__exact": 0}))
    assert "payu" in listed
    page = words(office.get(reverse("admin:core_inboundevent_change", args=[event.pk])))
    assert "Ile razy przyszło 3" in page
    assert "anna@example.com" not in page
    payment.refresh_from_db()
    assert payment.state == State.REDIRECTED


def test_a_notice_that_nobody_understands_is_shown_with_its_trouble(office: Client, paying: Paying) -> None:
    send(body_of(paying.start(), extOrderId="0c9f8a4e-0000-4000-8000-000000000009", orderId="UNKNOWN"))
    handle_notices(at=make.now())
    assert "powiadomienie o płatności, której nie znamy" in words(office.get(EVENTS))


@pytest.mark.parametrize("who", ["clerk", "officer"])
def test_other_roles_do_not_see_notices(
    request: pytest.FixtureRequest, signed_in: SignIn, paying: Paying, who: str
) -> None:
    send(body_of(paying.start()), header="")
    browser = signed_in(request.getfixturevalue(who))
    assert browser.get(EVENTS).status_code == 403
    assert "błędnym podpisem" not in words(browser.get(FIRST_PAGE))
