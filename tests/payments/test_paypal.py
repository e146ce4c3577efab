"""PayPal against a sandbox process: created, approved, captured once, asked, given back; every fault met."""

import logging
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings

from payments.providers import (
    ProviderDoubt,
    ProviderDown,
    ProviderRefused,
    RefundOrder,
    RefundState,
)
from payments.providers.paypal import PayPal
from payments.states import State
from spm import embedded
from tests import make
from tests.payments.orders import ORDER, kept, play
from tests.sandbox_process import Sandbox


@pytest.fixture(autouse=True)
def _no_token() -> None:
    cache.clear()


def _opened(paypal: PayPal) -> str:
    return paypal.create_order(ORDER).provider_order_id


def test_an_order_is_opened_in_zloty_and_once_for_its_number(sandbox: Sandbox) -> None:
    paypal = PayPal()
    redirect = paypal.create_order(ORDER)
    assert paypal.create_order(ORDER) == redirect
    (row,) = kept(sandbox, "paypal")
    assert redirect.url == f"{sandbox.url}/checkoutnow?token={row['order_id']}"
    (unit,) = row["request"]["purchase_units"]
    assert unit["amount"] == {"currency_code": "PLN", "value": "1234.56"}
    assert unit["custom_id"] == ORDER.number


def test_the_payer_approves_and_we_capture_once(sandbox: Sandbox) -> None:
    paypal = PayPal()
    order_id = _opened(paypal)
    assert paypal.retrieve(order_id).state is State.REDIRECTED
    play(sandbox, "paypal", order_id, "pay-silent")
    promised = paypal.retrieve(order_id)
    assert (promised.state, promised.is_promise) == (State.PENDING, True)
    settled = paypal.settle(promised)
    assert (settled.state, settled.amount, settled.paid_on) == (State.PAID, ORDER.amount, make.today())
    assert paypal.settle(promised) == settled
    assert paypal.retrieve(order_id) == settled
    assert settled.payment_id == kept(sandbox, "paypal")[0]["capture_id"]


def test_money_that_paypal_holds_back_is_waited_for(sandbox: Sandbox) -> None:
    paypal = PayPal()
    order_id = _opened(paypal)
    play(sandbox, "paypal", order_id, "pay-pending")
    held = paypal.settle(paypal.retrieve(order_id))
    assert (held.state, held.is_promise) == (State.PENDING, False)
    play(sandbox, "paypal", order_id, "complete")
    assert paypal.retrieve(order_id).state is State.PAID


def test_money_that_paypal_denies_in_the_end_is_a_failure(sandbox: Sandbox) -> None:
    paypal = PayPal()
    order_id = _opened(paypal)
    play(sandbox, "paypal", order_id, "pay-pending")
    paypal.settle(paypal.retrieve(order_id))
    play(sandbox, "paypal", order_id, "deny")
    assert paypal.retrieve(order_id).state is State.FAILED


def test_a_card_that_the_bank_refuses_takes_no_money(sandbox: Sandbox) -> None:
    paypal = PayPal()
    order_id = _opened(paypal)
    play(sandbox, "paypal", order_id, "reject")
    told = paypal.settle(paypal.retrieve(order_id))
    assert (told.state, told.status, told.is_promise) == (State.FAILED, "INSTRUMENT_DECLINED", False)


@pytest.mark.parametrize("fault", ["http500", "html", "cut", "cut_after"])
def test_an_answer_that_was_lost_leaves_an_order_in_doubt(sandbox: Sandbox, fault: str) -> None:
    paypal = PayPal()
    paypal._token()
    sandbox.control("PUT", "settings", paypal_next=[fault])
    with pytest.raises(ProviderDoubt):
        paypal.create_order(ORDER)
    assert len(kept(sandbox, "paypal")) == (1 if fault == "cut_after" else 0)


@pytest.mark.parametrize("fault", ["http500", "cut", "cut_after"])
def test_a_capture_whose_answer_was_lost_is_asked_for_again_and_done_once(sandbox: Sandbox, fault: str) -> None:
    paypal = PayPal()
    order_id = _opened(paypal)
    play(sandbox, "paypal", order_id, "pay-silent")
    promised = paypal.retrieve(order_id)
    sandbox.control("PUT", "settings", paypal_next=[fault])
    with pytest.raises(ProviderDown):
        paypal.settle(promised)
    assert paypal.settle(promised).state is State.PAID


def test_a_token_that_ran_out_is_renewed_once(sandbox: Sandbox) -> None:
    paypal = PayPal()
    order_id = _opened(paypal)
    sandbox.control("POST", "paypal-tokens/expire")
    assert paypal.retrieve(order_id).state is State.REDIRECTED


def test_wrong_keys_are_refused_and_nobody_home_is_down(sandbox: Sandbox, settings: Settings) -> None:
    right = settings.PAYPAL
    settings.PAYPAL = {**right, "client_secret": "zly"}
    with pytest.raises(ProviderRefused) as refused:
        PayPal().create_order(ORDER)
    assert refused.value.code == "invalid_client"
    settings.PAYPAL = {**right, "url": f"http://127.0.0.1:{embedded.free_port()}"}
    with pytest.raises(ProviderDown):
        PayPal().create_order(ORDER)
    with pytest.raises(ProviderDown):
        PayPal().retrieve("5O190127TN364715T")


@pytest.mark.parametrize("order_id", ["5O190127TN364715T", "../../control/settings", ""])
def test_an_order_that_paypal_does_not_know_is_refused(sandbox: Sandbox, order_id: str) -> None:
    with pytest.raises(ProviderRefused):
        PayPal().retrieve(order_id)


def test_a_refund_asked_for_twice_is_one_and_never_more_than_was_paid(sandbox: Sandbox) -> None:
    paypal = PayPal()
    order_id = _opened(paypal)
    play(sandbox, "paypal", order_id, "pay-silent")
    capture = paypal.settle(paypal.retrieve(order_id)).payment_id
    wanted = RefundOrder("1" * 32, order_id, capture, Decimal("234.56"), "nadpłata", "")
    first, again = paypal.refund(wanted), paypal.refund(wanted)
    assert (first.state, again.refund_id) == (RefundState.DONE, first.refund_id)
    with pytest.raises(ProviderRefused) as refused:
        paypal.refund(replace(wanted, number="2" * 32, amount=Decimal("1000.01")))
    assert refused.value.code == "UNPROCESSABLE_ENTITY REFUND_AMOUNT_EXCEEDED"
    assert paypal.retrieve(order_id).state is State.PAID  # it was paid, whatever was given back


def test_neither_keys_nor_tokens_nor_addresses_reach_the_log(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    caplog.set_level(logging.DEBUG, "spm")
    paypal = PayPal()
    paypal.create_order(ORDER)
    log = "\n".join(record.getMessage() for record in caplog.records)
    assert log
    for secret in (settings.PAYPAL["client_secret"], paypal._token(), ORDER.buyer_email):
        assert secret not in log
