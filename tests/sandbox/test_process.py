"""The process: starts, keeps what it accepted over a restart or a kill, stops at once; and the control API."""

import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
import requests

from tests.sandbox.server import CLIENT, ROOT, Receiver, SandboxServer

Start = Callable[..., SandboxServer]


def test_it_stops_at_once_even_with_open_connections(start_sandbox: Start) -> None:
    server = start_sandbox("--portal-url", "http://127.0.0.1:8800")
    assert 'href="http://127.0.0.1:8800"' in server.page("/")
    server.set(sms_next=["hang"])
    with (
        socket.create_connection(("127.0.0.1", server.smtp_port)) as talking,
        socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as asking,
    ):
        talking.recv(100)
        asking.sendall(b"POST /sms.do HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        time.sleep(0.1)
        code, seconds = server.stop()
    assert code == 0
    assert seconds < 8, "it waited for its clients instead of leaving"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_accepted_is_lost_when_it_ends(start_sandbox: Start, how: signal.Signals) -> None:
    first = start_sandbox()
    numbers = ",".join(str(48500100000 + place) for place in range(1000))
    first.sms(to=numbers, idx="|".join(f"I-{place}" for place in range(1000)), check_idx=1)
    with smtplib.SMTP("127.0.0.1", first.smtp_port) as smtp:
        smtp.sendmail("a@dolina.example", ["anna@example.com"], "Subject: x\r\n\r\nx\r\n")
    first.process.send_signal(how)
    first.process.wait(10)
    second = start_sandbox()
    counts = second.control("GET", "sms/counts")
    assert (counts["total"], counts["distinct_idx"]) == (1000, 1000)
    assert second.control("GET", "mail/counts")["total"] == 1
    assert second.sms(idx="I-999", check_idx=1)["error"] == 53
    assert second.sms(idx="I-1000", check_idx=1)["count"] == 1


def test_settings_orders_and_what_waits_survive_a_restart(start_sandbox: Start, receiver: Receiver) -> None:
    first = start_sandbox()
    first.set(payu_late_s=3600, sms_report_delay_s=3600, sms_latency_ms=1)
    order_id = first.order(notifyUrl=receiver.url, extOrderId="WPL-1").json()["orderId"]
    first.control("POST", f"payu/{order_id}/pay-late")
    first.sms(idx="A", notify_url=receiver.url)
    token = first.token()
    assert first.stop()[0] == 0
    second = start_sandbox()
    assert second.control("GET", "settings")["sms_latency_ms"] == 1
    assert second.control("GET", "pending") == {"notices": 2, "reports": 1, "refunds": 0}
    assert second.payu("GET", f"orders/{order_id}", token).json()["orders"][0]["status"] == "COMPLETED"
    assert receiver.heard == []
    assert second.control("POST", "flush") == {
        "notices": 2,
        "reports": 1,
        "waiting": {"notices": 0, "reports": 0, "refunds": 0},
    }
    assert [one.method for one in receiver.heard] == ["POST", "POST", "GET"]


def test_other_credentials_can_be_given(start_sandbox: Start) -> None:
    server = start_sandbox("--payu-client-secret", "1" * 32, "--sms-token", "inny")
    url = f"{server.url}/pl/standard/user/oauth/authorize"
    assert requests.post(url, data=CLIENT, timeout=10).status_code == 401
    assert requests.post(url, data=CLIENT | {"client_secret": "1" * 32}, timeout=10).status_code == 200
    assert server.sms()["error"] == 101
    assert server.sms(token="inny")["count"] == 1


def test_a_busy_port_is_said_plainly(sandbox_server: SandboxServer, tmp_path: object) -> None:
    port = sandbox_server.url.rpartition(":")[2]
    command = [sys.executable, "-m", "sandbox", "--port", port, "--smtp-port", "0", "--state", f"{tmp_path}/s"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("sandbox cannot start: ")
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nie_ma_takiego", 1),
        ("sms_latency_ms", "dużo"),
        ("sms_latency_ms", -1),
        ("sms_error_share", 1.5),
        ("payu_algorithm", "ROT13"),
        ("sms_numbers", {"1": "ZJEDZONY"}),
        ("sms_next", ["trzęsienie ziemi"]),
        ("sms_senders", [1]),
        ("mail_refusals", {"anna": "200 OK"}),
        ("vms_hours", [8]),
        ("payu_down", 1),
    ],
)
def test_a_wrong_setting_is_refused_and_changes_nothing(
    sandbox_server: SandboxServer, name: str, value: object
) -> None:
    before = sandbox_server.control("GET", "settings")
    assert sandbox_server.control("PUT", "settings", expect=400, **{"sms_jitter_ms": 5, name: value})["error"]
    assert sandbox_server.control("GET", "settings") == before


def test_unknown_orders_and_endings_are_not_found(sandbox_server: SandboxServer) -> None:
    order_id = sandbox_server.order().json()["orderId"]
    assert "pay-late" in sandbox_server.control("POST", f"payu/{order_id}/wybuch", expect=404)["error"]
    sandbox_server.control("POST", "payu/BRAK/pay", expect=404)
    sandbox_server.control("GET", "payu/BRAK", expect=404)


def test_reset_forgets_everything(sandbox_server: SandboxServer) -> None:
    sandbox_server.set(sms_latency_ms=1)
    sandbox_server.sms(idx="A", check_idx=1)
    sandbox_server.order(extOrderId="WPL-1")
    sandbox_server.control("POST", "reset")
    assert sandbox_server.control("GET", "sms/counts")["total"] == 0
    assert sandbox_server.control("GET", "settings")["sms_latency_ms"] == 0
    assert sandbox_server.sms(idx="A", check_idx=1)["count"] == 1
    assert sandbox_server.order(extOrderId="WPL-1").status_code == 302
