"""Przelewy24 against a sandbox process: registered, told about, verified, asked, given back; every fault met."""

import hashlib
import json
import logging
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from payments.providers import (
    NoticeRefused,
    NoticeUnclear,
    ProviderDoubt,
    ProviderDown,
    ProviderRefused,
    RefundOrder,
    RefundState,
)
from payments.providers.przelewy24 import Przelewy24, signature
from payments.states import State
from spm import embedded
from tests import make
from tests.payments.orders import ORDER, kept, play
from tests.sandbox_process import Sandbox

CRC = "sandbox-p24-crc"
SAID = {
    "merchantId": 12345,
    "posId": 12345,
    "sessionId": ORDER.number,
    "amount": 123456,
    "originAmount": 123456,
    "currency": "PLN",
    "orderId": 3_000_000_123,
    "methodId": 154,
    "statement": "p24-A1B-C2D ąęł/należność",
}


def _body(crc: str = CRC, **changes: Any) -> bytes:
    said = {**SAID, **changes}
    return json.dumps({**said, "sign": signature(said, crc)}, ensure_ascii=False).encode()


def test_what_is_signed_is_compact_json_with_letters_and_slashes_as_they_are() -> None:
    text = '{"sessionId":"ż/1","merchantId":1,"amount":100,"currency":"PLN","crc":"k"}'
    signed = {"sessionId": "ż/1", "merchantId": 1, "amount": 100, "currency": "PLN"}
    assert signature(signed, "k") == hashlib.sha384(text.encode()).hexdigest()


def test_a_transaction_is_registered_as_the_document_says(sandbox: Sandbox) -> None:
    redirect = Przelewy24().create_order(ORDER)
    (row,) = kept(sandbox, "przelewy24")
    assert redirect.provider_order_id == ORDER.number == row["session_id"]
    assert redirect.url == f"{sandbox.url}/trnRequest/{row['token']}"
    asked = row["request"]
    assert (asked["amount"], asked["currency"], asked["timeLimit"]) == (123456, "PLN", 30)
    assert (asked["email"], asked["country"], asked["language"]) == ("anna@example.com", "PL", "pl")


def test_an_address_that_is_too_long_for_the_field_stays_at_home(sandbox: Sandbox, settings: Settings) -> None:
    Przelewy24().create_order(replace(ORDER, buyer_email=f"{'a' * 45}@example.com"))
    assert kept(sandbox, "przelewy24")[0]["request"]["email"] == settings.TOWN["contact_email"]


def test_money_is_ours_after_it_was_verified(sandbox: Sandbox) -> None:
    p24 = Przelewy24()
    p24.create_order(ORDER)
    assert p24.retrieve(ORDER.number).state is State.REDIRECTED
    play(sandbox, "przelewy24", ORDER.number, "pay-silent")
    promised = p24.retrieve(ORDER.number)
    assert (promised.state, promised.is_promise, promised.amount) == (State.PENDING, True, ORDER.amount)
    settled = p24.settle(promised)
    assert (settled.state, settled.is_promise, settled.paid_on) == (State.PAID, False, make.today())
    assert int(settled.payment_id) > 2**31
    again = p24.settle(promised)  # two workers, or a lost answer
    assert (again.state, again.payment_id) == (State.PAID, settled.payment_id)


def test_another_sum_is_not_verified(sandbox: Sandbox) -> None:
    p24 = Przelewy24()
    p24.create_order(ORDER)
    play(sandbox, "przelewy24", ORDER.number, "pay-silent")
    promised = p24.retrieve(ORDER.number)
    with pytest.raises(ProviderRefused):
        p24.settle(replace(promised, amount=Decimal("1.00")))
    assert p24.retrieve(ORDER.number).state is State.PENDING


def test_a_notice_is_read_as_a_promise_with_polish_letters_unescaped() -> None:
    read = Przelewy24().read_notice({}, _body())
    assert (read.number, read.provider_order_id, read.payment_id) == (ORDER.number, ORDER.number, "3000000123")
    assert (read.state, read.is_promise, read.amount, read.currency) == (State.PENDING, True, ORDER.amount, "PLN")


@pytest.mark.parametrize(
    ("raw", "is_forged"),
    [
        (_body("other"), True),
        (_body().replace(b"123456", b"123457", 1), True),
        (json.dumps(SAID).encode(), True),
        (json.dumps({**SAID, "sign": 7}).encode(), True),
        (b"{}", True),
        (b"[]", False),
        (b"", False),
        (b"\xff", False),
    ],
)
def test_what_is_not_signed_by_the_crc_is_refused(raw: bytes, is_forged: bool) -> None:
    with pytest.raises(NoticeRefused) as refused:
        Przelewy24().read_notice({}, raw)
    assert refused.value.is_forged is is_forged


@pytest.mark.parametrize("changes", [{"merchantId": 1}, {"posId": 1}, {"amount": "12.50"}, {"orderId": "x"}])
def test_a_genuine_notice_of_another_kind_is_left_to_a_clerk(changes: dict[str, Any]) -> None:
    with pytest.raises(NoticeUnclear):
        Przelewy24().read_notice({}, _body(**changes))


def test_without_a_crc_nothing_is_signed(settings: Settings) -> None:
    settings.PRZELEWY24 = {**settings.PRZELEWY24, "crc": ""}
    assert not Przelewy24().is_ready()
    with pytest.raises(NoticeRefused):
        Przelewy24().read_notice({}, _body(""))


@pytest.mark.parametrize("fault", ["http500", "http503", "html", "cut", "cut_after"])
def test_an_answer_that_was_lost_leaves_a_registration_in_doubt(sandbox: Sandbox, fault: str) -> None:
    sandbox.control("PUT", "settings", p24_next=[fault])
    with pytest.raises(ProviderDoubt):
        Przelewy24().create_order(ORDER)
    assert len(kept(sandbox, "przelewy24")) == (1 if fault == "cut_after" else 0)


@pytest.mark.parametrize("fault", ["http500", "cut", "cut_after"])
def test_a_verification_that_failed_may_be_done_again(sandbox: Sandbox, fault: str) -> None:
    p24 = Przelewy24()
    p24.create_order(ORDER)
    play(sandbox, "przelewy24", ORDER.number, "pay-silent")
    promised = p24.retrieve(ORDER.number)
    sandbox.control("PUT", "settings", p24_next=[fault])
    with pytest.raises(ProviderDown):
        p24.settle(promised)
    assert p24.settle(promised).state is State.PAID


def test_a_shop_with_wrong_keys_is_refused_and_nobody_home_is_down(sandbox: Sandbox, settings: Settings) -> None:
    right = settings.PRZELEWY24
    settings.PRZELEWY24 = {**right, "api_key": "zly"}
    with pytest.raises(ProviderRefused) as refused:
        Przelewy24().create_order(ORDER)
    assert refused.value.code == "Incorrect authentication"
    settings.PRZELEWY24 = {**right, "url": f"http://127.0.0.1:{embedded.free_port()}"}
    with pytest.raises(ProviderDown):
        Przelewy24().create_order(ORDER)
    with pytest.raises(ProviderDown):
        Przelewy24().retrieve(ORDER.number)


@pytest.mark.parametrize("number", ["nie-ma", "../../control/settings", ""])
def test_a_transaction_that_przelewy24_does_not_know_is_refused(sandbox: Sandbox, number: str) -> None:
    with pytest.raises(ProviderRefused):
        Przelewy24().retrieve(number)


def test_a_refund_asked_for_twice_is_one_and_never_more_than_was_paid(sandbox: Sandbox) -> None:
    p24 = Przelewy24()
    p24.create_order(ORDER)
    play(sandbox, "przelewy24", ORDER.number, "pay-silent")
    settled = p24.settle(p24.retrieve(ORDER.number))
    wanted = RefundOrder("1" * 32, ORDER.number, settled.payment_id, Decimal("234.56"), "nadpłata", "")
    assert p24.refund(wanted).state is RefundState.PENDING
    assert p24.refund(wanted).status == "exists"
    with pytest.raises(ProviderRefused):
        p24.refund(replace(wanted, number="2" * 32, amount=Decimal("1000.01")))
    assert p24.refund(replace(wanted, number="3" * 32, amount=Decimal("1000.00"))).status == "created"


def test_neither_keys_nor_addresses_reach_the_log(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    caplog.set_level(logging.DEBUG, "spm")
    Przelewy24().create_order(ORDER)
    log = "\n".join(record.getMessage() for record in caplog.records)
    assert log
    for secret in (settings.PRZELEWY24["api_key"], settings.PRZELEWY24["crc"], ORDER.buyer_email):
        assert secret not in log
