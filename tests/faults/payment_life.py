"""A portal of the test's own – PostgreSQL, web, worker, sandbox – whose every process may be killed at any moment, and
residents who go on paying meanwhile, as people do: what did not answer they try again.
"""

import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import requests

from spm import embedded
from tests.migrated_template import give_migrated_database
from tests.sandbox_process import Sandbox, running_sandbox

WEB = ("-m", "gunicorn", "spm.wsgi", "--workers", "2", "--log-level", "critical", "--bind")
WORKER = ("-m", "celery", "-A", "tests.faults.hurried_payments", "worker", "--beat", "--concurrency", "2")
VENDORS = {"payu": "payu", "przelewy24": "p24", "paypal": "paypal"}
OUTCOMES = ("pay", "pay", "pay-twice", "pay-silent", "pay-forged", "cancel")
PATIENCE = 90  # seconds for everything to come to rest
AMOUNT = "1,00"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def children_of(pid: int) -> list[int]:
    """The processes that *pid* started and that live."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    except OSError:
        return []


class Process:
    """One of the portal's processes, started again when it is killed."""

    def __init__(self, command: tuple[str, ...], environment: dict[str, str]) -> None:
        self._command, self._environment = command, environment
        self.running = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, *self._command],
            cwd=embedded.ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill_whole(self) -> None:
        """SIGKILL to it and all its children; then another one."""
        self.stop()
        self.running = self._start()

    def kill_child(self, chance: random.Random) -> None:
        """SIGKILL to one of the processes that do its work; its master makes another one."""
        if not (children := children_of(self.running.pid)):
            return self.kill_whole()
        return kill(chance.choice(children))

    def stop(self) -> None:
        """SIGKILL."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()


def kill(pid: int) -> None:
    """SIGKILL, to whoever is still there."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@dataclass
class Portal:
    """All of it."""

    url: str
    folder: Path
    database: str
    sandbox: Sandbox
    town: dict[str, Any]
    environment: dict[str, str]
    web: Process
    worker: Process
    kills: dict[str, int] = field(default_factory=dict)

    def strike(self, chance: random.Random) -> None:
        """Kill something."""
        place = sum(self.kills.values())
        what = ("postgres", "web", "worker")[place % 3]
        if place % 10 == 9 and what != "postgres":
            what = f"whole {what}"
        if what == "postgres":
            self.ask("SELECT 1")  # it is back from the last time
            postmaster = int((self.folder / "postgres" / "postmaster.pid").read_text(encoding="ascii").split()[0])
            if not (backends := children_of(postmaster)):
                return
            kill(chance.choice(backends))  # the server falls with any of its processes, and recovers
        elif what.startswith("whole"):
            (self.web if what.endswith("web") else self.worker).kill_whole()
        else:
            (self.web if what == "web" else self.worker).kill_child(chance)
        self.kills[what] = self.kills.get(what, 0) + 1

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says, as soon as it is there."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with contextlib.closing(psycopg2.connect(self.database)) as one, one.cursor() as cursor:
                    cursor.execute(query)
                    return list(cursor.fetchall())
            except psycopg2.Error:
                assert time.monotonic() < deadline, "the database did not come back"
                time.sleep(0.1)

    def manage(self, *arguments: str) -> Any:
        """A management command, in peace; its JSON."""
        command = [sys.executable, "manage.py", *arguments, "--json"]
        done = subprocess.run(
            command, cwd=embedded.ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout.splitlines()[-1])

    def taken(self) -> dict[str, str]:
        """The payments of which a provider holds money, by our number: the provider."""
        payu = {
            one["extOrderId"]: "payu" for one in self.sandbox.control("GET", "payu") if one["status"] == "COMPLETED"
        }
        p24 = {one["session_id"]: "przelewy24" for one in self.sandbox.control("GET", "p24") if one["status"] == 2}
        paypal = {
            one["request"]["purchase_units"][0]["custom_id"]: "paypal"
            for one in self.sandbox.control("GET", "paypal")
            if one["capture_status"] == "COMPLETED"
        }
        return {**payu, **p24, **paypal}

    def promised(self) -> set[str]:
        """The payments for which somebody did their part at a provider that waits for us to take the money."""
        p24 = {one["session_id"] for one in self.sandbox.control("GET", "p24") if one["status"] == 1}
        return p24 | {
            one["request"]["purchase_units"][0]["custom_id"]
            for one in self.sandbox.control("GET", "paypal")
            if one["status"] == "APPROVED"
        }


class Resident(threading.Thread):
    """Pays one złoty after another, of the due that two owe together and of an own one, until told to stop."""

    def __init__(self, portal: Portal, who: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._portal, self._stop_asked = portal, stop
        self._chance = random.Random(who)
        self._due = portal.town["joint"]
        self._session = requests.Session()
        self._session.cookies.update(portal.town["sessions"][who])
        self.numbers: list[str] = []

    def run(self) -> None:
        """Pay on."""
        place = self._chance.randrange(3)
        while not self._stop_asked.is_set():
            place += 1
            self._pay(list(VENDORS)[place % 3])

    def _pay(self, provider: str) -> None:
        asked = {"instalment": self._due, f"kwota-{self._due}": AMOUNT}
        shown = self._try("GET", "/platnosci/rozpocznij/", params=asked)
        token = TOKEN.search(shown.text) if shown is not None else None
        if token is None:
            self._stop_asked.wait(0.1)
            return
        form = {
            "csrfmiddlewaretoken": token[1],
            "instalment": str(self._due),
            f"kwota-{self._due}": AMOUNT,
            "number": str(uuid.uuid4()),
            "amount": AMOUNT,
            "provider": provider,
            "confirm": "1",
        }
        for _ in range(40):  # the same form again, as after a page that did not load
            answer = self._try("POST", "/platnosci/rozpocznij/", data=form, allow_redirects=False)
            if answer is not None and answer.is_redirect:
                break
            if self._stop_asked.wait(0.1):
                return
        self.numbers.append(form["number"])
        subject = self._order_of(form["number"], provider)
        if subject:
            with contextlib.suppress(requests.RequestException):
                outcome = self._chance.choice(OUTCOMES)
                requests.post(f"{self._portal.sandbox.url}/control/{VENDORS[provider]}/{subject}/{outcome}", timeout=20)
            self.come_back(form["number"])

    def _order_of(self, number: str, provider: str) -> str:
        if provider == "przelewy24":
            return number
        found = self._portal.ask(f"SELECT provider_order_id FROM payments_payment WHERE number = '{number}'")
        return str(found[0][0]) if found else ""

    def come_back(self, number: str) -> None:
        """The page of return, as long as it loads at once."""
        self._try("GET", f"/platnosci/{number}/powrot/")

    def _try(self, method: str, path: str, **options: Any) -> requests.Response | None:
        try:
            return self._session.request(method, f"{self._portal.url}{path}", timeout=10, **options)
        except requests.RequestException:
            return None


@contextlib.contextmanager
def running_portal(folder: Path) -> Iterator[Portal]:
    """Everything started, on a database of its own; all of it killed at the end."""
    give_migrated_database(folder)
    port = embedded.free_port()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "tests.faults.own_database", str(folder)],
                cwd=embedded.ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        assert server.stdout is not None
        database = server.stdout.readline().strip()
        sandbox = stack.enter_context(running_sandbox())
        url = f"http://127.0.0.1:{port}"
        sandbox.control(
            "PUT", "settings", paypal_webhook_url=f"{url}/hooks/paypal/", payu_notice_scale=0.01, notice_scale=0.01
        )
        vendors = {f"SPM_{vendor}_URL": sandbox.url for vendor in ("PAYU", "P24", "PAYPAL")}
        environment = {
            **os.environ,
            **vendors,
            "DATABASE_URL": database,
            "SPM_BASE_URL": url,
            "SPM_LOG_LEVEL": "CRITICAL",
        }
        made = subprocess.run(
            [sys.executable, "-m", "tests.faults.payment_town"],
            cwd=embedded.ROOT,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        web = Process((*WEB, f"127.0.0.1:{port}"), environment)
        stack.callback(web.stop)
        worker = Process((*WORKER, "--schedule", str(folder / "beat"), "--loglevel", "CRITICAL"), environment)
        stack.callback(worker.stop)
        assert embedded.wait_for_port(port, seconds=30)
        town = json.loads(made.stdout.splitlines()[-1])
        yield Portal(url, folder, database, sandbox, town, environment, web, worker)
