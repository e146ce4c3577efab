"""Delivery reports: GET with aligned lists, until the body is exactly `OK`; and the gateway's faults."""

import time
from typing import Any

import pytest
import requests

from tests.sandbox.server import Receiver, SandboxServer

NAMES = {
    "MsgId",
    "status",
    "status_name",
    "idx",
    "from",
    "to",
    "donedate",
    "sent_at",
    "points",
    "username",
    "mcc",
    "mnc",
}


def _sent(server: SandboxServer, receiver: Receiver, count: int, **fields: Any) -> list[str]:
    idx = [f"I-{place}" for place in range(count)]
    numbers = ",".join(str(48500100000 + place) for place in range(count))
    server.sms(to=numbers, idx="|".join(idx), notify_url=f"{receiver.url}/hooks/sms/tajne/", **fields)
    return idx


def _reported(receiver: Receiver) -> list[tuple[str, str]]:
    return [
        pair
        for heard in receiver.heard
        for pair in zip(heard.query["idx"][0].split(","), heard.query["status_name"][0].split(","), strict=True)
    ]


def test_several_reports_come_in_one_call_with_aligned_lists(sandbox_server: SandboxServer, receiver: Receiver) -> None:
    idx = _sent(sandbox_server, receiver, 3)
    (heard,) = receiver.wait_for(1)
    assert (heard.method, heard.path, set(heard.query)) == ("GET", "/hooks/sms/tajne/", NAMES)
    assert heard.query["idx"] == [",".join(idx)]
    assert heard.query["status"] == ["404,404,404"]
    assert heard.query["status_name"] == ["DELIVERED,DELIVERED,DELIVERED"]
    assert heard.query["to"] == ["48500100000,48500100001,48500100002"]
    assert {len(heard.query[name][0].split(",")) for name in NAMES} == {3}


def test_a_call_holds_no_more_reports_than_set_nor_a_too_long_address(
    sandbox_server: SandboxServer, receiver: Receiver
) -> None:
    sandbox_server.set(sms_reports_per_call=1000)
    _sent(sandbox_server, receiver, 100)
    sandbox_server.control("POST", "flush")
    assert sorted(_reported(receiver)) == sorted((f"I-{place}", "DELIVERED") for place in range(100))
    assert len(receiver.heard) > 1


@pytest.mark.parametrize("answer", [(200, "ok"), (200, "OK\n"), (200, ""), (500, "OK"), (302, "OK")])
def test_a_report_is_repeated_until_the_body_is_exactly_ok(
    sandbox_server: SandboxServer, receiver: Receiver, answer: tuple[int, str]
) -> None:
    answers = iter([answer, answer])
    receiver.answer = lambda heard: next(answers, (200, "OK"))
    sandbox_server.set(sms_report_retry_s=0.05)
    _sent(sandbox_server, receiver, 1)
    receiver.wait_for(3)
    assert sandbox_server.control("POST", "flush") == {
        "notices": 0,
        "reports": 0,
        "waiting": {"notices": 0, "reports": 0, "refunds": 0},
    }
    assert _reported(receiver) == [("I-0", "DELIVERED")] * 3


def test_special_numbers_end_as_they_are_known_to(sandbox_server: SandboxServer, receiver: Receiver) -> None:
    numbers = "48500000000,48500000001,48500000002,48500000003"
    sandbox_server.sms(to=numbers, idx="A|B|C|D", notify_url=receiver.url)
    sandbox_server.control("POST", "flush")
    assert _reported(receiver) == [("A", "DELIVERED"), ("B", "UNDELIVERED"), ("C", "EXPIRED")]
    assert receiver.heard[0].query["status"] == ["404,405,402"]


def test_endings_of_numbers_can_be_given_an_outcome(sandbox_server: SandboxServer, receiver: Receiver) -> None:
    sandbox_server.set(sms_numbers={"7": "FAILED", "77": "REJECTED"}, sms_status="UNDELIVERED")
    sandbox_server.sms(to="48500100001,48500100007,48500100077", idx="A|B|C", notify_url=receiver.url)
    sandbox_server.control("POST", "flush")
    assert _reported(receiver) == [("A", "UNDELIVERED"), ("B", "FAILED"), ("C", "REJECTED")]


def test_reports_can_be_repeated_preceded_and_delayed(sandbox_server: SandboxServer, receiver: Receiver) -> None:
    sandbox_server.set(sms_report_repeats=3, sms_report_before=["SENT"], sms_report_delay_s=60)
    _sent(sandbox_server, receiver, 1)
    time.sleep(0.1)
    assert receiver.heard == []
    assert sandbox_server.control("POST", "flush")["reports"] == 6
    assert _reported(receiver) == [("I-0", "SENT"), ("I-0", "DELIVERED")] * 3


def test_reports_can_come_shuffled_and_none_is_lost(sandbox_server: SandboxServer, receiver: Receiver) -> None:
    sandbox_server.set(sms_report_shuffle=True, sms_report_delay_s=60)
    idx = _sent(sandbox_server, receiver, 60)
    sandbox_server.control("POST", "flush")
    came = [name for name, _ in _reported(receiver)]
    assert sorted(came) == sorted(idx)
    assert came != idx


def test_the_address_for_reports_can_be_a_setting(sandbox_server: SandboxServer, receiver: Receiver) -> None:
    sandbox_server.set(sms_notify_url=f"{receiver.url}/raporty?klucz=1")
    sandbox_server.sms(idx="A")
    (heard,) = receiver.wait_for(1)
    assert (heard.path, heard.query["klucz"], heard.query["idx"]) == ("/raporty", ["1"], ["A"])


def test_a_test_message_has_no_report(sandbox_server: SandboxServer, receiver: Receiver) -> None:
    _sent(sandbox_server, receiver, 1, test=1)
    assert sandbox_server.control("POST", "flush")["reports"] == 0


def _asked(server: SandboxServer) -> requests.Response:
    fields = {"to": "48500123456", "message": "x", "from": "Dolina", "format": "json", "idx": "A", "check_idx": "1"}
    headers = {"Authorization": "Bearer sandbox-token"}
    with requests.Session() as once:
        return once.post(f"{server.url}/sms.do", data=fields, headers=headers, timeout=5)


@pytest.mark.parametrize(
    ("fault", "status", "body", "left"),
    [
        ("http429", 429, '"error": 203', 0),
        ("error203", 200, '"error": 203', 0),
        ("http502", 502, "Bad Gateway", 0),
        ("http500", 500, "Internal Server Error", 1),
        ("error201", 200, '"error": 201', 1),
        ("truncated", 200, '{"count": 1, "list"', 1),
    ],
)
def test_faults_hit_the_next_request_and_the_journal_knows_what_left(
    sandbox_server: SandboxServer, fault: str, status: int, body: str, left: int
) -> None:
    sandbox_server.set(sms_next=[fault])
    answer = _asked(sandbox_server)
    assert answer.status_code == status
    assert body in answer.text
    assert sandbox_server.control("GET", "sms/counts")["total"] == left
    again = _asked(sandbox_server).json()
    assert again.get("error") == (53 if left else None)


@pytest.mark.parametrize(("fault", "left"), [("cut", 1), ("cut_before", 0)])
def test_a_cut_connection_leaves_the_outcome_unknown(sandbox_server: SandboxServer, fault: str, left: int) -> None:
    sandbox_server.set(sms_next=[fault])
    with pytest.raises(requests.ConnectionError):
        _asked(sandbox_server)
    assert sandbox_server.control("GET", "sms/counts")["total"] == left


def test_a_gateway_that_is_down_takes_nothing(sandbox_server: SandboxServer) -> None:
    sandbox_server.set(sms_down=True)
    with pytest.raises(requests.ConnectionError):
        _asked(sandbox_server)
    assert sandbox_server.control("GET", "sms/counts")["total"] == 0


def test_latency_and_rate_can_be_set(sandbox_server: SandboxServer) -> None:
    sandbox_server.set(sms_latency_ms=200)
    started = time.monotonic()
    _asked(sandbox_server)
    assert time.monotonic() - started >= 0.2
    sandbox_server.set(sms_latency_ms=0, sms_requests_per_s=1)
    assert 429 in {_asked(sandbox_server).status_code for _ in range(4)}
