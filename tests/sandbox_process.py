"""A real sandbox for tests: its own process, port and state file, asked over HTTP."""

import contextlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

READY = re.compile(r"sandbox ready: (http://127\.0\.0\.1:\d+) smtp 127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class Sandbox:
    """Where the sandbox serves, and the questions that tests ask it."""

    url: str
    smtp_port: int

    def control(self, method: str, path: str, **body: Any) -> Any:
        """Call the control API; returns its JSON."""
        answer = requests.request(method, f"{self.url}/control/{path}", json=body or None, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def reset(self) -> None:
        """Forget everything that came, and every setting."""
        self.control("POST", "reset")

    def sms(self, number: str) -> list[dict[str, Any]]:
        """The SMS messages that reached *number*."""
        answer = requests.get(f"{self.url}/control/sms", params={"number": number}, timeout=30)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found

    def mail(self, address: str) -> list[dict[str, Any]]:
        """The e-mails that reached *address*."""
        answer = requests.get(f"{self.url}/control/mail", params={"to": address}, timeout=30)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()
        return found


@contextlib.contextmanager
def running_sandbox(*arguments: str) -> Iterator[Sandbox]:
    """Start a sandbox with further *arguments* and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="spm-sandbox-") as folder:
        command = [sys.executable, "-m", "sandbox", "--port", "0", "--smtp-port", "0"]
        process = subprocess.Popen(
            [*command, "--state", str(Path(folder) / "sandbox.sqlite3"), *arguments], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            found = READY.search(line)
            assert found, f"the sandbox said {line!r}"
            yield Sandbox(url=found[1], smtp_port=int(found[2]))
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
            process.stdout.close()
