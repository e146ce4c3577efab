"""PayU's notifications: what is told, in which order, how it is signed, and that it is repeated until 200."""

import hashlib
import json
from typing import Any

import pytest

from sandbox.payu_notices import SCHEDULE
from tests.sandbox.server import SECOND_KEY, Heard, Receiver, SandboxServer


def _order(server: SandboxServer, receiver: Receiver, **changes: Any) -> str:
    answer = server.order(notifyUrl=f"{receiver.url}/hooks/payu/", extOrderId="WPL-9", **changes)
    return str(answer.json()["orderId"])


def _signature(heard: Heard) -> dict[str, str]:
    return dict(part.split("=", 1) for part in heard.headers["OpenPayu-Signature"].split(";"))


def _statuses(heard: list[Heard]) -> list[str]:
    return [json.loads(one.body)["order"]["status"] for one in heard]


OUTCOMES = [
    ("pay", ["PENDING", "COMPLETED"]),
    ("cancel", ["CANCELED"]),
    ("reject", ["PENDING", "CANCELED"]),
    ("pay-twice", ["PENDING", "PENDING", "COMPLETED", "COMPLETED"]),
    ("pay-reversed", ["COMPLETED", "PENDING"]),
]


@pytest.mark.parametrize(("outcome", "statuses"), OUTCOMES)
def test_each_outcome_is_told_in_its_order(
    sandbox_server: SandboxServer, receiver: Receiver, outcome: str, statuses: list[str]
) -> None:
    order_id = _order(sandbox_server, receiver)
    sandbox_server.control("POST", f"payu/{order_id}/{outcome}")
    assert _statuses(receiver.wait_for(len(statuses))) == statuses
    assert sandbox_server.control("POST", "flush")["notices"] == 0


def test_a_notice_is_signed_over_its_raw_bytes_and_carries_the_order(
    sandbox_server: SandboxServer, receiver: Receiver
) -> None:
    order_id = _order(sandbox_server, receiver)
    sandbox_server.control("POST", f"payu/{order_id}/pay")
    pending, completed = receiver.wait_for(2)
    for heard in (pending, completed):
        signed = _signature(heard)
        expected = hashlib.md5(heard.body + SECOND_KEY.encode()).hexdigest()
        assert signed == {
            "sender": "checkout",
            "signature": expected,
            "algorithm": "MD5",
            "content": "DOCUMENT",
        }
        assert heard.headers["X-OpenPayU-Signature"] == heard.headers["OpenPayu-Signature"]
    assert "localReceiptDateTime" not in json.loads(pending.body)
    told = json.loads(completed.body)
    assert told["localReceiptDateTime"].endswith(("+01:00", "+02:00"))
    assert (told["order"]["orderId"], told["order"]["extOrderId"]) == (order_id, "WPL-9")
    assert (told["order"]["totalAmount"], told["order"]["currencyCode"]) == ("123456", "PLN")
    assert told["order"]["description"] == "Podatek od nieruchomości, rata I"
    assert told["properties"][0]["name"] == "PAYMENT_ID"


@pytest.mark.parametrize(
    ("algorithm", "name"), [("SHA-1", "sha1"), ("SHA-256", "sha256"), ("SHA-384", "sha384"), ("SHA-512", "sha512")]
)
def test_the_algorithm_of_the_signature_can_be_set(
    sandbox_server: SandboxServer, receiver: Receiver, algorithm: str, name: str
) -> None:
    sandbox_server.set(payu_algorithm=algorithm)
    order_id = _order(sandbox_server, receiver)
    sandbox_server.control("POST", f"payu/{order_id}/cancel")
    (heard,) = receiver.wait_for(1)
    expected = hashlib.new(name, heard.body + SECOND_KEY.encode()).hexdigest()
    assert (_signature(heard)["algorithm"], _signature(heard)["signature"]) == (algorithm, expected)


def test_a_forged_notice_has_a_signature_of_another_key(sandbox_server: SandboxServer, receiver: Receiver) -> None:
    order_id = _order(sandbox_server, receiver)
    sandbox_server.control("POST", f"payu/{order_id}/pay-forged")
    for heard in receiver.wait_for(2):
        assert _signature(heard)["signature"] != hashlib.md5(heard.body + SECOND_KEY.encode()).hexdigest()


def test_a_silent_payment_is_never_told(sandbox_server: SandboxServer, receiver: Receiver) -> None:
    order_id = _order(sandbox_server, receiver)
    sandbox_server.control("POST", f"payu/{order_id}/pay-silent")
    flushed = sandbox_server.control("POST", "flush")
    assert (flushed["notices"], flushed["waiting"]["notices"], receiver.heard) == (0, 0, [])
    assert sandbox_server.payu("GET", f"orders/{order_id}").json()["orders"][0]["status"] == "COMPLETED"


def test_a_late_notice_waits_until_it_is_flushed(sandbox_server: SandboxServer, receiver: Receiver) -> None:
    order_id = _order(sandbox_server, receiver)
    sandbox_server.control("POST", f"payu/{order_id}/pay-late")
    assert (sandbox_server.control("GET", "pending")["notices"], receiver.heard) == (2, [])
    assert sandbox_server.control("POST", "flush")["notices"] == 2
    assert _statuses(receiver.heard) == ["PENDING", "COMPLETED"]


def test_a_notice_is_repeated_until_200_by_the_vendors_schedule(
    sandbox_server: SandboxServer, receiver: Receiver
) -> None:
    answers = iter([500, 302, 404, 200])
    receiver.answer = lambda heard: (next(answers), "")
    sandbox_server.set(payu_notice_scale=0.001)
    order_id = _order(sandbox_server, receiver)
    sandbox_server.control("POST", f"payu/{order_id}/cancel")
    heard = receiver.wait_for(4)
    assert len({one.body for one in heard}) == 1
    assert sandbox_server.control("POST", "flush")["notices"] == 0
    (notice,) = sandbox_server.control("GET", f"payu/{order_id}")["notices"]
    assert (notice["state"], notice["tries"], notice["answer"]) == ("taken", 4, "200")


def test_the_schedule_is_the_vendors_twenty_attempts_over_72_hours() -> None:
    assert len(SCHEDULE) == 20
    assert SCHEDULE[:7] == (0, 60, 120, 300, 600, 1800, 3600)
    assert SCHEDULE[-1] == 72 * 3600


def test_a_notice_is_given_up_after_twenty_attempts(sandbox_server: SandboxServer, receiver: Receiver) -> None:
    receiver.answer = lambda heard: (500, "")
    sandbox_server.set(payu_notice_scale=0.0)
    order_id = _order(sandbox_server, receiver)
    sandbox_server.control("POST", f"payu/{order_id}/cancel")
    receiver.wait_for(20)
    sandbox_server.control("POST", "flush")
    (notice,) = sandbox_server.control("GET", f"payu/{order_id}")["notices"]
    assert (notice["state"], notice["tries"], len(receiver.heard)) == ("given_up", 20, 20)


@pytest.mark.parametrize(("outcome", "status"), [("stale-pending", "PENDING"), ("stale-canceled", "CANCELED")])
def test_stale_notices_can_come_after_completed(
    sandbox_server: SandboxServer, receiver: Receiver, outcome: str, status: str
) -> None:
    order_id = _order(sandbox_server, receiver)
    sandbox_server.control("POST", f"payu/{order_id}/pay")
    receiver.wait_for(2)
    sandbox_server.control("POST", f"payu/{order_id}/{outcome}")
    assert _statuses(receiver.wait_for(3))[-1] == status
    assert sandbox_server.control("GET", f"payu/{order_id}")["status"] == "COMPLETED"


def test_an_order_that_runs_out_is_told_as_canceled(sandbox_server: SandboxServer, receiver: Receiver) -> None:
    _order(sandbox_server, receiver, validityTime="1")
    assert _statuses(receiver.wait_for(1)) == ["CANCELED"]


@pytest.mark.parametrize("status", ["FINALIZED", "CANCELED"])
def test_a_refund_is_told_when_it_is_settled(sandbox_server: SandboxServer, receiver: Receiver, status: str) -> None:
    sandbox_server.set(payu_refund_s=0, payu_refund_status=status)
    order_id = _order(sandbox_server, receiver)
    sandbox_server.control("POST", f"payu/{order_id}/pay")
    receiver.wait_for(2)
    sandbox_server.payu("POST", f"orders/{order_id}/refunds", refund={"description": "Zwrot", "amount": "3456"})
    told = json.loads(receiver.wait_for(3)[2].body)
    assert (told["orderId"], told["extOrderId"]) == (order_id, "WPL-9")
    refund = told["refund"]
    assert (refund["amount"], refund["currencyCode"], refund["status"]) == ("3456", "PLN", status)
    assert refund["reasonDescription"] == "Zwrot"
