"""PayU's orders over HTTP, against a sandbox process: opened once, asked about, every fault of the way met."""

import logging
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings

from payments.providers import (
    Order,
    OrderLine,
    ProviderDoubt,
    ProviderDown,
    ProviderRefused,
    RefundOrder,
    RefundState,
    provider_named,
    providers,
)
from payments.providers.payu import PayU
from payments.states import State
from spm import embedded
from tests.sandbox_process import Sandbox

ORDER = Order(
    number="0c9f8a4e-0000-4000-8000-000000000001",
    amount=Decimal("1234.56"),
    description="Gmina Dolina, należności, SPM-000001",
    lines=[
        OrderLine("Podatek od nieruchomości 2026, rata 1", Decimal("1200.00")),
        OrderLine("Ż" * 300, Decimal("34.56")),
    ],
    customer_ip="127.0.0.1",
    buyer_email="anna@example.com",
    notify_url="http://127.0.0.1:1/hooks/payu/",
    continue_url="http://127.0.0.1:1/powrot/",
    valid_seconds=1800,
)


@pytest.fixture(autouse=True)
def _no_token() -> None:
    cache.clear()


def _orders(sandbox: Sandbox) -> list[dict[str, object]]:
    found: list[dict[str, object]] = sandbox.control("GET", "payu")
    return found


def test_an_order_is_opened_as_the_document_says(sandbox: Sandbox) -> None:
    redirect = PayU().create_order(ORDER)
    (kept,) = _orders(sandbox)
    assert redirect.provider_order_id == kept["orderId"]
    assert redirect.url.startswith(f"{sandbox.url}/payu/pay/")
    assert (kept["extOrderId"], kept["totalAmount"], kept["currencyCode"]) == (ORDER.number, "123456", "PLN")
    assert kept["validityTime"] == "1800"
    assert kept["buyer"] == {"email": "anna@example.com", "language": "pl"}
    assert [(line["unitPrice"], line["quantity"]) for line in kept["products"]] == [("120000", "1"), ("3456", "1")]  # type: ignore[attr-defined]


def test_an_order_is_retrieved_with_its_state(sandbox: Sandbox) -> None:
    payu = PayU()
    order_id = payu.create_order(ORDER).provider_order_id
    assert payu.retrieve(order_id).state is State.REDIRECTED
    sandbox.control("POST", f"payu/{order_id}/pay-silent")
    told = payu.retrieve(order_id)
    assert (told.state, told.amount, told.number, told.paid_on) == (State.PAID, ORDER.amount, ORDER.number, None)


def test_a_second_order_for_one_payment_is_in_doubt_and_not_opened(sandbox: Sandbox) -> None:
    payu = PayU()
    payu.create_order(ORDER)
    with pytest.raises(ProviderDoubt, match="ERROR_ORDER_NOT_UNIQUE"):
        payu.create_order(ORDER)
    assert len(_orders(sandbox)) == 1


def test_the_token_is_asked_for_once_and_renewed_when_payu_forgets_it(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "spm.outgoing")
    payu = PayU()
    for last in "123":
        payu.create_order(replace(ORDER, number=ORDER.number[:-1] + last))
    assert len(caplog.records) == 1 + 3
    sandbox.control("POST", "payu-tokens/expire")
    payu.create_order(replace(ORDER, number=ORDER.number[:-1] + "4"))
    assert len(caplog.records) == 4 + 3  # refused, a new token, again
    assert len(_orders(sandbox)) == 4


def test_paying_goes_on_while_redis_is_away(sandbox: Sandbox, settings: Settings) -> None:
    nobody = f"redis://127.0.0.1:{embedded.free_port()}/0"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": nobody}}
    assert PayU().create_order(ORDER).provider_order_id == _orders(sandbox)[0]["orderId"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("http500", ProviderDoubt),
        ("http503", ProviderDown),
        ("html", ProviderDoubt),
        ("status_number", ProviderDoubt),
        ("cut", ProviderDoubt),
        ("cut_after", ProviderDoubt),
    ],
)
def test_a_fault_while_opening_says_whether_the_order_may_be_there(
    sandbox: Sandbox, fault: str, error: type[Exception]
) -> None:
    payu = PayU()
    payu.create_order(replace(ORDER, number="a token is in the cache now"))
    sandbox.control("PUT", "settings", payu_next=[fault])
    with pytest.raises(error):
        payu.create_order(ORDER)
    assert len(_orders(sandbox)) == 1 + (fault == "cut_after")


@pytest.mark.parametrize("fault", ["http500", "http503", "html", "status_number", "cut", "cut_after"])
def test_any_fault_while_asking_is_safe_to_repeat(sandbox: Sandbox, fault: str) -> None:
    payu = PayU()
    order_id = payu.create_order(ORDER).provider_order_id
    sandbox.control("PUT", "settings", payu_next=[fault])
    with pytest.raises(ProviderDown):
        payu.retrieve(order_id)
    assert payu.retrieve(order_id).state is State.REDIRECTED


@pytest.mark.parametrize("fault", ["http500", "http503", "html", "cut"])
def test_no_order_can_be_there_when_the_token_was_not_given(sandbox: Sandbox, fault: str) -> None:
    sandbox.control("PUT", "settings", payu_next=[fault])
    with pytest.raises(ProviderDown):
        PayU().create_order(ORDER)
    assert _orders(sandbox) == []


def test_nobody_there_is_safe_to_repeat(settings: Settings) -> None:
    settings.PAYU = {**settings.PAYU, "url": f"http://127.0.0.1:{embedded.free_port()}"}
    with pytest.raises(ProviderDown):
        PayU().create_order(ORDER)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_secret": "0" * 32}, "invalid_client"),
        ({"pos_id": "145227"}, "ERROR_VALUE_INVALID"),
    ],
)
def test_a_refusal_carries_payus_own_word(
    sandbox: Sandbox, settings: Settings, changes: dict[str, str], code: str
) -> None:
    settings.PAYU = {**settings.PAYU, **changes}
    with pytest.raises(ProviderRefused, match=code):
        PayU().create_order(ORDER)
    assert _orders(sandbox) == []


@pytest.mark.parametrize("order_id", ["WZHF5FFDRJ140731GUEST000P01", "../../control/settings", ""])
def test_an_order_that_payu_does_not_know_is_refused(sandbox: Sandbox, order_id: str) -> None:
    with pytest.raises(ProviderRefused):
        PayU().retrieve(order_id)


def test_neither_keys_nor_tokens_nor_addresses_reach_the_log(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    caplog.set_level(logging.DEBUG, "spm")
    PayU().create_order(ORDER)
    token = PayU()._token()
    log = "\n".join(record.getMessage() for record in caplog.records)
    assert log
    for secret in (settings.PAYU["client_secret"], settings.PAYU["second_key"], token, ORDER.buyer_email):
        assert secret not in log


def test_the_town_names_its_ways_to_pay_in_their_order(settings: Settings) -> None:
    assert isinstance(provider_named("payu"), PayU)
    with pytest.raises(KeyError):
        provider_named("inny")
    settings.PAYMENT_WAYS = ["transfer", "payu"]
    assert [provider.name for provider in providers()] == ["payu"]
    settings.PAYU = {**settings.PAYU, "client_secret": ""}
    assert providers() == []


def test_a_refund_asked_for_twice_is_one(sandbox: Sandbox) -> None:
    payu = PayU()
    order_id = payu.create_order(ORDER).provider_order_id
    sandbox.control("POST", f"payu/{order_id}/pay-silent")
    wanted = RefundOrder("1" * 32, order_id, "", Decimal("34.56"), "nadpłata", "")
    first, again = payu.refund(wanted), payu.refund(wanted)
    assert (first.state, again.refund_id) == (RefundState.PENDING, first.refund_id)
    with pytest.raises(ProviderRefused):
        payu.refund(replace(wanted, number="2" * 32, amount=ORDER.amount))
