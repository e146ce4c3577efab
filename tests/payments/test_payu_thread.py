"""The whole way with real parts: the sandbox PayU signs its notices and sends them to a portal that serves."""

import pytest

from core.models import InboundEvent
from payments.notices import ask_late_payments, handle_notices
from payments.states import State
from tests import make
from tests.payments.paying import Paying, path_of, postings
from tests.sandbox_process import Sandbox

PAID = ("0.00", "50.00", "0.00", 1)
UNPAID = ("100.00", "50.00", "0.00", 0)
pytestmark = pytest.mark.usefixtures("portal")


def _deliver(sandbox: Sandbox) -> None:
    """Let the sandbox send what waits, then handle what came."""
    assert sandbox.control("POST", "flush")["waiting"]["notices"] == 0
    handle_notices(at=make.now())


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-512"])
def test_paying_at_the_sandbox_posts_the_payment(paying_for_all: Paying, sandbox: Sandbox, algorithm: str) -> None:
    sandbox.control("PUT", "settings", payu_algorithm=algorithm)
    payment = paying_for_all.start()
    sandbox.control("POST", f"payu/{payment.provider_order_id}/pay")
    _deliver(sandbox)
    assert (paying_for_all.books(), path_of(payment)[-1]) == (PAID, "paid")


@pytest.mark.parametrize(
    ("outcomes", "state", "books"),
    [
        (["pay-twice"], State.PAID, PAID),
        (["pay-reversed"], State.PAID, PAID),
        (["pay-late"], State.PAID, PAID),
        (["pay", "stale-pending", "stale-canceled", "again-completed"], State.PAID, PAID),
        (["cancel"], State.CANCELLED, UNPAID),
        (["reject"], State.CANCELLED, UNPAID),
        (["cancel", "late-money"], State.CLERK, UNPAID),
        (["start"], State.PENDING, UNPAID),
    ],
)
def test_whatever_payu_sends_the_books_are_right(
    paying_for_all: Paying, sandbox: Sandbox, outcomes: list[str], state: State, books: object
) -> None:
    payment = paying_for_all.start()
    for outcome in outcomes:
        sandbox.control("POST", f"payu/{payment.provider_order_id}/{outcome}")
        _deliver(sandbox)
    payment.refresh_from_db()
    assert (payment.state, paying_for_all.books()) == (state, books)
    assert postings(payment) == (1 if state is State.PAID else 0)


def test_forged_notices_are_counted_and_the_truth_is_asked_for(paying_for_all: Paying, sandbox: Sandbox) -> None:
    payment = paying_for_all.start()
    sandbox.control("POST", f"payu/{payment.provider_order_id}/pay-forged")
    sandbox.control("POST", "flush")
    handle_notices(at=make.now())
    assert InboundEvent.objects.filter(is_verified=False).count() == 2
    assert paying_for_all.books() == UNPAID
    later = payment.started_at + (payment.frozen_until - payment.started_at)
    assert ask_late_payments(at=later) == {"paid": 1}
    assert paying_for_all.books() == PAID
