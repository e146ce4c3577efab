"""A sandbox process of the tests' own, and a receiver that plays the portal for its notices and reports."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(r"sandbox ready: (http://127\.0\.0\.1:\d+) smtp 127\.0\.0\.1:(\d+)\n")
CLIENT = {
    "grant_type": "client_credentials",
    "client_id": "300746",
    "client_secret": "2ee86a66e5d97e3fadc400c9f19b065d",
}
SECOND_KEY = "b6ca15b0d1020e8094d9b5f8d163db54"


class SandboxServer:
    """A running `python -m sandbox`, asked over HTTP as any client would."""

    def __init__(self, state: Path, *arguments: str) -> None:
        self.state = state
        command = [sys.executable, "-m", "sandbox", "--port", "0", "--smtp-port", "0", "--state", str(state)]
        self.process = subprocess.Popen([*command, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = READY.fullmatch(line)
        assert found, f"the sandbox said {line!r}"
        self.url, self.smtp_port = found[1], int(found[2])
        self.http = requests.Session()

    def stop(self) -> tuple[int, float]:
        """SIGTERM; returns the exit code and how many seconds it took."""
        self.http.close()
        started = time.monotonic()
        self.process.terminate()
        code = self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code, time.monotonic() - started

    def control(self, method: str, path: str, *, expect: int = 200, **body: Any) -> Any:
        """The control API; asserts the HTTP status and returns the JSON."""
        answer = self.http.request(method, f"{self.url}/control/{path}", json=body or None, timeout=30)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def set(self, **settings: Any) -> None:
        """Change settings."""
        self.control("PUT", "settings", **settings)

    def page(self, path: str, *, expect: int = 200) -> str:
        """A page's HTML."""
        answer = self.http.get(f"{self.url}{path}", timeout=30)
        assert answer.status_code == expect, answer.text
        return answer.text

    def sms(self, path: str = "sms.do", *, token: str = "sandbox-token", **fields: Any) -> dict[str, Any]:
        """A form-encoded request to SMSAPI's face, with sensible fields unless told otherwise."""
        usual = {"to": "48500123456", "message": "Dzien dobry", "from": "Dolina", "format": "json", "encoding": "utf-8"}
        sent = {name: value for name, value in (usual | fields).items() if value is not None}
        sent = {name.rstrip("_"): value for name, value in sent.items()}
        headers = {"Authorization": f"Bearer {token}"}
        answer = self.http.post(f"{self.url}/{path}", data=sent, headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def token(self) -> str:
        """A PayU access token."""
        answer = self.http.post(f"{self.url}/pl/standard/user/oauth/authorize", data=CLIENT, timeout=30)
        return str(answer.json()["access_token"])

    def payu(self, method: str, path: str, token: str | None = None, **body: Any) -> requests.Response:
        """A request to PayU's face; redirects are not followed."""
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        url = f"{self.url}/api/v2_1/{path}"
        return self.http.request(method, url, json=body or None, headers=headers, timeout=30, allow_redirects=False)

    def order(self, **changes: Any) -> requests.Response:
        """Create an order of 1 234,56 zł made of two products, with *changes*; None leaves a field out."""
        return self.payu("POST", "orders", **order_body(**changes))


def order_body(**changes: Any) -> dict[str, Any]:
    """An OrderCreateRequest as the portal sends it."""
    body = {
        "merchantPosId": "300746",
        "customerIp": "127.0.0.1",
        "description": "Podatek od nieruchomości, rata I",
        "currencyCode": "PLN",
        "totalAmount": "123456",
        "products": [
            {"name": "Należność główna", "unitPrice": "120000", "quantity": "1"},
            {"name": "Odsetki", "unitPrice": "3456", "quantity": "1"},
        ],
        "buyer": {"email": "anna@example.com", "language": "pl"},
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


@dataclass(frozen=True)
class Heard:
    """One request that reached the receiver."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class Receiver:
    """Plays the portal: keeps every request and answers with `answer(heard)`, by default `200 OK`."""

    answer: Callable[[Heard], tuple[int, str]] = lambda heard: (200, "OK")
    heard: list[Heard] = field(default_factory=list)
    url: str = ""

    def wait_for(self, count: int, *, seconds: float = 8) -> list[Heard]:
        """Wait until *count* requests have come; returns all."""
        end = time.monotonic() + seconds
        while len(self.heard) < count and time.monotonic() < end:
            time.sleep(0.01)
        assert len(self.heard) >= count, f"{len(self.heard)} of {count} requests came"
        return list(self.heard)

    def start(self) -> ThreadingHTTPServer:
        """Listen on a free port."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _take(self) -> None:
                split = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                query = parse_qs(split.query, keep_blank_values=True)
                heard = Heard(self.command, split.path, query, dict(self.headers), body, time.time())
                status, said = receiver.answer(heard)
                receiver.heard.append(heard)
                self.send_response(status)
                self.send_header("Content-Length", str(len(said.encode())))
                self.end_headers()
                self.wfile.write(said.encode())

            do_GET = do_POST = _take  # noqa: N815 (the standard library's names)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        return server
