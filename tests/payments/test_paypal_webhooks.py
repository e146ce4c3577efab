"""PayPal's webhooks: signed by the certificate of an allowed host, over the raw bytes; anything else is refused."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings

from payments.providers import NoticeRefused, NoticeUnclear, ProviderDown
from payments.providers.paypal import PayPal
from payments.providers.paypal_signature import may_be_read
from payments.states import State
from spm import embedded
from tests.payments.orders import ORDER, kept, play
from tests.sandbox_process import Sandbox


@dataclass
class Webhook:
    """One event as it would be POSTed to us."""

    headers: dict[str, str]
    body: bytes


@pytest.fixture
def webhooks(sandbox: Sandbox) -> list[Webhook]:
    """What PayPal says of an order that was approved and captured."""
    cache.clear()
    sandbox.control("PUT", "settings", paypal_webhook_url="http://127.0.0.1:1/hooks/paypal/")
    paypal = PayPal()
    order_id = paypal.create_order(ORDER).provider_order_id
    play(sandbox, "paypal", order_id, "pay")
    paypal.settle(paypal.retrieve(order_id))
    (order,) = kept(sandbox, "paypal")
    return [Webhook(one["headers"], one["body"].encode()) for one in order["notices"]]


def test_an_approval_is_a_promise_and_a_capture_is_money(webhooks: list[Webhook]) -> None:
    approved, captured = (PayPal().read_notice(one.headers, one.body) for one in webhooks)
    assert (approved.state, approved.is_promise, approved.number) == (State.PENDING, True, ORDER.number)
    assert (captured.state, captured.is_promise, captured.number) == (State.PAID, False, ORDER.number)
    assert captured.provider_order_id == approved.provider_order_id
    assert (captured.amount, captured.currency) == (ORDER.amount, "PLN")


def _refused(headers: dict[str, str], body: bytes) -> bool:
    with pytest.raises(NoticeRefused) as refused:
        PayPal().read_notice(headers, body)
    return refused.value.is_forged


def test_a_byte_or_a_header_changed_is_a_forgery(webhooks: list[Webhook]) -> None:
    one = webhooks[1]
    assert _refused(one.headers, one.body.replace(b"1234.56", b"9234.56"))
    assert _refused({}, one.body)
    changes: dict[str, Any] = {
        "PAYPAL-TRANSMISSION-ID": "0",
        "PAYPAL-TRANSMISSION-TIME": "2026-01-01T00:00:00Z",
        "PAYPAL-TRANSMISSION-SIG": "AAAA",
        "PAYPAL-AUTH-ALGO": "SHA1withRSA",
        "PAYPAL-CERT-URL": "https://zly.example/v1/notifications/certs/CERT-1",
    }
    for name, value in changes.items():
        assert _refused({**one.headers, name: value}, one.body), name


def test_what_is_meant_for_another_webhook_is_refused(webhooks: list[Webhook], settings: Settings) -> None:
    settings.PAYPAL = {**settings.PAYPAL, "webhook_id": "INNY"}
    assert _refused(webhooks[1].headers, webhooks[1].body)


def test_a_forged_event_of_the_sandbox_is_refused(sandbox: Sandbox) -> None:
    cache.clear()
    sandbox.control("PUT", "settings", paypal_webhook_url="http://127.0.0.1:1/hooks/paypal/")
    order_id = PayPal().create_order(ORDER).provider_order_id
    play(sandbox, "paypal", order_id, "pay-forged")
    (one,) = kept(sandbox, "paypal")[0]["notices"]
    assert _refused(one["headers"], one["body"].encode())


def test_without_the_certificate_the_sender_is_asked_to_come_again(webhooks: list[Webhook], settings: Settings) -> None:
    away = f"http://127.0.0.1:{embedded.free_port()}"
    settings.PAYPAL = {**settings.PAYPAL, "url": away}
    headers = {**webhooks[1].headers, "PAYPAL-CERT-URL": f"{away}/v1/notifications/certs/CERT-1"}
    with pytest.raises(ProviderDown):
        PayPal().read_notice(headers, webhooks[1].body)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77", True),
        ("https://api.paypal.com:443/v1/notifications/certs/CERT-1", True),
        ("http://api.paypal.com/v1/notifications/certs/CERT-1", False),
        ("https://api.paypal.com:8443/v1/notifications/certs/CERT-1", False),
        ("https://api.paypal.com.zly.example/v1/notifications/certs/CERT-1", False),
        ("https://zly.example/v1/notifications/certs/CERT-1", False),
        ("https://api.paypal.com@zly.example/v1/notifications/certs/CERT-1", False),
        ("https://u:p@api.paypal.com/v1/notifications/certs/CERT-1", False),
        ("https://api.paypal.com/v1/notifications/certs/../../redirect", False),
        ("https://api.paypal.com/v1/notifications/certs/CERT-1?x=1", False),
        ("https://api.paypal.com:x/v1/notifications/certs/CERT-1", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_certificates_are_read_from_paypal_alone(address: str, allowed: bool, settings: Settings) -> None:
    settings.PAYPAL = {**settings.PAYPAL, "url": "https://api-m.paypal.com", "certificate_hosts": ["api.paypal.com"]}
    assert may_be_read(address) is allowed


def test_events_of_another_kind_are_left_to_a_clerk(webhooks: list[Webhook], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("payments.providers.paypal.is_genuine", lambda *_, **__: True)
    capture = json.loads(webhooks[1].body)
    for changes in (
        {"event_type": "PAYMENT.CAPTURE.REFUNDED", "resource": {**capture["resource"], "status": "NOWY"}},
        {"event_type": "CUSTOMER.DISPUTE.CREATED"},
        {"event_type": None},
        {"resource": None},
        {"resource": {**capture["resource"], "status": "NOWY"}},
        {"resource": {**capture["resource"], "amount": {"currency_code": "PLN", "value": "-1.00"}}},
        {"resource": {**capture["resource"], "amount": {"currency_code": "PLN", "value": "NaN"}}},
    ):
        with pytest.raises(NoticeUnclear):
            PayPal().read_notice({}, json.dumps({**capture, **changes}).encode())
    with pytest.raises(NoticeUnclear):
        PayPal().read_notice({}, b"[]")
    with pytest.raises(NoticeRefused):
        PayPal().read_notice({}, b"{")
