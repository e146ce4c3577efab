"""The whole way at each provider with real parts: the sandbox sends its notices to a portal that serves."""

from datetime import timedelta

import pytest

from core.models import InboundEvent
from payments.models import Payment
from payments.notices import ask_late_payments, handle_notices
from payments.states import State
from tests import make
from tests.payments.orders import play
from tests.payments.paying import Paying, postings
from tests.sandbox_process import Sandbox

PAID = ("0.00", "50.00", "0.00", 1)
UNPAID = ("100.00", "50.00", "0.00", 0)
LATER = timedelta(minutes=10)
OTHERS = ("przelewy24", "paypal")


@pytest.fixture(autouse=True)
def _webhook(portal: str, sandbox: Sandbox) -> None:
    """PayPal's panel knows our address; the others are told it with each order."""
    sandbox.control("PUT", "settings", paypal_webhook_url=f"{portal}/hooks/paypal/")


def _deliver(sandbox: Sandbox) -> None:
    """Let the sandbox send what waits and handle it, until nothing new comes of it."""
    while True:
        sandbox.control("POST", "flush")
        if not handle_notices(at=make.now()):
            return


@pytest.mark.parametrize("provider", OTHERS)
@pytest.mark.parametrize("outcome", ["pay", "pay-twice", "pay-late"])
def test_paying_posts_once_however_often_it_is_told(
    paying_for_all: Paying, sandbox: Sandbox, provider: str, outcome: str
) -> None:
    payment = paying_for_all.start(provider=provider)
    play(sandbox, provider, payment.provider_order_id, outcome)
    _deliver(sandbox)
    play(sandbox, provider, payment.provider_order_id, "again")
    _deliver(sandbox)
    payment.refresh_from_db()
    assert (payment.state, paying_for_all.books(), postings(payment)) == (State.PAID, PAID, 1)
    assert payment.provider_payment_id
    assert payment.paid_on == make.today()


@pytest.mark.parametrize(
    ("provider", "outcome"), [("przelewy24", "cancel"), ("przelewy24", "reject"), ("paypal", "cancel")]
)
def test_a_payment_that_was_given_up_takes_no_money_and_expires(
    paying_for_all: Paying, sandbox: Sandbox, provider: str, outcome: str
) -> None:
    payment = paying_for_all.start(provider=provider)
    play(sandbox, provider, payment.provider_order_id, outcome)
    _deliver(sandbox)
    payment.refresh_from_db()
    assert payment.state in {State.REDIRECTED, State.PENDING}
    assert paying_for_all.books() == UNPAID
    ask_late_payments(at=make.now() + timedelta(days=8))
    payment.refresh_from_db()
    assert payment.state == State.EXPIRED
    assert paying_for_all.books() == UNPAID


def test_a_bank_that_refuses_paypals_capture_ends_the_payment_at_once(paying_for_all: Paying, sandbox: Sandbox) -> None:
    payment = paying_for_all.start(provider="paypal")
    play(sandbox, "paypal", payment.provider_order_id, "reject")
    _deliver(sandbox)
    payment.refresh_from_db()
    assert (payment.state, paying_for_all.books()) == (State.FAILED, UNPAID)


@pytest.mark.parametrize("provider", OTHERS)
@pytest.mark.parametrize("outcome", ["pay-silent", "pay-forged"])
def test_money_of_which_nobody_told_us_is_asked_for_and_posted(
    paying_for_all: Paying, sandbox: Sandbox, provider: str, outcome: str
) -> None:
    payment = paying_for_all.start(provider=provider)
    play(sandbox, provider, payment.provider_order_id, outcome)
    _deliver(sandbox)
    assert paying_for_all.books() == UNPAID
    assert InboundEvent.objects.filter(is_verified=False).exists() is (outcome == "pay-forged")
    assert ask_late_payments(at=make.now() + LATER) == {"paid": 1}
    assert (paying_for_all.books(), postings(payment)) == (PAID, 1)


@pytest.mark.parametrize("provider", OTHERS)
def test_a_notice_that_comes_while_the_provider_is_down_is_pending_and_settled_later(
    paying_for_all: Paying, sandbox: Sandbox, provider: str
) -> None:
    payment = paying_for_all.start(provider=provider)
    play(sandbox, provider, payment.provider_order_id, "pay")
    sandbox.control("POST", "flush")
    sandbox.control("PUT", "settings", p24_down=True, paypal_down=True)
    assert handle_notices(at=make.now()) == 1
    payment.refresh_from_db()
    assert (payment.state, paying_for_all.books()) == (State.PENDING, UNPAID)
    sandbox.control("PUT", "settings", p24_down=False, paypal_down=False)
    assert ask_late_payments(at=make.now() + LATER) == {"paid": 1}
    assert paying_for_all.books() == PAID


@pytest.mark.parametrize("provider", OTHERS)
def test_a_promise_of_another_sum_is_not_taken_and_waits_for_a_clerk(
    paying_for_all: Paying, sandbox: Sandbox, provider: str
) -> None:
    payment = paying_for_all.start(provider=provider)
    play(sandbox, provider, payment.provider_order_id, "pay")
    Payment.objects.filter(pk=payment.pk).update(amount="99.00")
    _deliver(sandbox)
    payment.refresh_from_db()
    assert (payment.state, paying_for_all.books()) == (State.CLERK, UNPAID)
    assert "a płatność jest na 99.00 PLN" in payment.problem


def test_notices_of_a_way_that_residents_are_no_longer_offered_still_count(
    paying_for_all: Paying, sandbox: Sandbox, settings: object
) -> None:
    payment = paying_for_all.start(provider="przelewy24")
    settings.PAYMENT_WAYS = ["payu"]  # type: ignore[attr-defined]
    play(sandbox, "przelewy24", payment.provider_order_id, "pay")
    _deliver(sandbox)
    assert paying_for_all.books() == PAID
