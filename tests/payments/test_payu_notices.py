"""PayU's notices: the signature over the raw bytes, and what an order says. No server is asked."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from payments.providers import NoticeRefused, NoticeUnclear
from payments.providers.payu import HASHES, PayU, is_signed
from payments.states import State

KEY = "b6ca15b0d1020e8094d9b5f8d163db54"
BODY = '{"order": "Żółć"}'.encode()
ORDER = {
    "orderId": "WZHF5FFDRJ140731GUEST000P01",
    "extOrderId": "0c9f8a4e-0000-4000-8000-000000000001",
    "merchantPosId": "300746",
    "currencyCode": "PLN",
    "totalAmount": "123456",
    "status": "COMPLETED",
}


def _signed(body: bytes, algorithm: str = "MD5", key: str = KEY) -> str:
    return HASHES[algorithm](body + key.encode()).hexdigest()


def _read(told: Any, *, name: str = "OpenPayu-Signature") -> Any:
    raw = told if isinstance(told, bytes) else json.dumps(told).encode()
    return PayU().read_notice({name: f"signature={_signed(raw)};algorithm=MD5"}, raw)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-384", "SHA-512"])
def test_each_allowed_hash_signs(algorithm: str) -> None:
    header = f"sender=checkout;signature={_signed(BODY, algorithm)};algorithm={algorithm};content=DOCUMENT"
    assert is_signed(BODY, header, second_key=KEY)


@pytest.mark.parametrize(
    "header",
    [
        f"algorithm=MD5;signature={_signed(BODY)}",
        f" signature={_signed(BODY).upper()} ; algorithm=md5 ",
        f"content=DOCUMENT;signature={_signed(BODY, 'SHA-256')};algorithm=SHA256;x=a=b",
    ],
)
def test_the_parts_of_the_header_come_in_any_order_and_case(header: str) -> None:
    assert is_signed(BODY, header, second_key=KEY)


@pytest.mark.parametrize(
    "header",
    [
        "",
        ";;;",
        "signature",
        "algorithm=MD5",
        f"signature={_signed(BODY)}",
        f"signature={_signed(BODY)};algorithm=",
        f"signature={_signed(BODY)};algorithm=SHA-256",
        f"signature={_signed(BODY, key='')};algorithm=MD5",
        f"signature={_signed(BODY + b' ')};algorithm=MD5",
        f"signature={_signed(BODY)[:-1]};algorithm=MD5",
        "signature=żółć;algorithm=MD5",
        f"signature={_signed(BODY)};algorithm=CRC32",
        # SHA-1 is known, but the town does not allow it
        f"signature={_signed(BODY, 'SHA-1')};algorithm=SHA-1",
        f"signature={_signed(BODY, 'SHA-1')};algorithm=SHA",
    ],
)
def test_anything_else_is_no_signature(header: str) -> None:
    assert not is_signed(BODY, header, second_key=KEY)


def test_the_town_may_allow_sha_1_and_forbid_md5(settings: Settings) -> None:
    settings.PAYU = {**settings.PAYU, "algorithms": ["SHA-1"]}
    assert is_signed(BODY, f"signature={_signed(BODY, 'SHA-1')};algorithm=SHA", second_key=KEY)
    assert not is_signed(BODY, f"signature={_signed(BODY)};algorithm=MD5", second_key=KEY)


def test_without_a_second_key_nothing_is_signed() -> None:
    assert not is_signed(BODY, f"signature={_signed(BODY, key='')};algorithm=MD5", second_key="")


def test_a_recipient_without_keys_of_its_own_never_gets_the_towns(settings: Settings) -> None:
    odpady = PayU("odpady")
    assert PayU().is_ready()
    assert not odpady.is_ready()
    with pytest.raises(NoticeRefused):
        odpady.read_notice({"OpenPayu-Signature": f"signature={_signed(BODY)};algorithm=MD5"}, BODY)
    other = {"pos_id": "145227", "client_id": "145227", "client_secret": "1" * 32, "second_key": "2" * 32}
    settings.PAYU = {**settings.PAYU, "others": {"odpady": other}}
    body = json.dumps({"order": {**ORDER, "merchantPosId": "145227"}}).encode()
    signed = {"OpenPayu-Signature": f"signature={_signed(body, key=other['second_key'])};algorithm=MD5"}
    assert odpady.read_notice(signed, body).state is State.PAID
    with pytest.raises(NoticeRefused):
        PayU().read_notice(signed, body)


@pytest.mark.parametrize("name", ["OpenPayu-Signature", "X-OpenPayU-Signature", "openpayu-signature"])
def test_a_notice_is_read_into_zloty_and_a_polish_day(name: str) -> None:
    read = _read({"order": ORDER, "localReceiptDateTime": "2026-05-14T23:30:00.000+01:00"}, name=name)
    assert (read.provider_order_id, read.number) == (ORDER["orderId"], ORDER["extOrderId"])
    assert (read.state, read.status) == (State.PAID, "COMPLETED")
    assert (read.amount, read.currency) == (Decimal("1234.56"), "PLN")
    assert read.paid_on == date(2026, 5, 15)  # 0:30 in Warsaw


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("NEW", State.REDIRECTED),
        ("PENDING", State.PENDING),
        ("WAITING_FOR_CONFIRMATION", State.PENDING),
        ("COMPLETED", State.PAID),
        ("CANCELED", State.CANCELLED),
        ("REJECTED", State.CLERK),
    ],
)
def test_each_state_of_payu_is_one_of_ours(status: str, state: State) -> None:
    read = _read({"order": {**ORDER, "status": status}})
    assert (read.state, read.paid_on) == (state, None)


@pytest.mark.parametrize("amount", [123456, "123456"])
def test_amounts_come_as_strings_or_numbers(amount: object) -> None:
    assert _read({"order": {**ORDER, "totalAmount": amount}}).amount == Decimal("1234.56")


@pytest.mark.parametrize(
    "told",
    [
        {"order": {**ORDER, "status": "REFUNDED"}},
        {"order": {**ORDER, "merchantPosId": "145227"}},
        {"order": {**ORDER, "totalAmount": "12.50"}},
        {"order": {**ORDER, "totalAmount": None}},
        {"order": {**ORDER, "orderId": "a b/../c"}},
        {"order": {**ORDER, "orderId": "A" * 81}},
        {"order": {key: value for key, value in ORDER.items() if key != "currencyCode"}},
        {"order": ORDER, "localReceiptDateTime": "wczoraj"},
        {"order": ORDER, "localReceiptDateTime": 7},
        {"order": [ORDER]},
        {"order": None},
        {"orderId": ORDER["orderId"], "refund": {"amount": "100", "status": "FINALIZED"}},
        [],
        "text",
        7,
        None,
    ],
)
def test_a_genuine_notice_of_another_kind_is_left_to_a_clerk(told: object) -> None:
    with pytest.raises(NoticeUnclear):
        _read(told)


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"{", b"<html>"])
def test_a_signed_body_that_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(NoticeRefused) as refused:
        _read(raw)
    assert not refused.value.is_forged


def test_the_signature_is_checked_before_the_body_is_read() -> None:
    with pytest.raises(NoticeRefused) as refused:
        PayU().read_notice({"OpenPayu-Signature": "signature=0;algorithm=MD5"}, b"{")
    assert refused.value.is_forged
