"""PostgreSQL falls and comes back in the middle of batches: no message is lost, none goes out twice."""

import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2
import pytest

from notifications.models import message_reference
from spm import embedded
from tests.faults.outbox import LEASE_SECONDS, running
from tests.faults.payment_life import children_of, kill
from tests.faults.size import KILLS, sized
from tests.migrated_template import give_migrated_database
from tests.sandbox_process import Sandbox

FALLS = sized(1, of_200=20)
MESSAGES = FALLS * 300
CHANCE = random.Random(20261121)
PATIENCE = 90
RESTS = "SELECT NOT EXISTS (SELECT FROM notifications_message WHERE state IN ('queued', 'sending'))"
STATES = "SELECT state, count(*) FROM notifications_message GROUP BY state"


def _ask(database: str, query: str) -> list[tuple[object, ...]]:
    """What the database says, as soon as it is there."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with contextlib.closing(psycopg2.connect(database)) as one, one.cursor() as cursor:
                cursor.execute(query)
                return list(cursor.fetchall())
        except psycopg2.Error:
            assert time.monotonic() < deadline, "the database did not come back"
            time.sleep(0.1)


def _fall(folder: Path) -> None:
    """SIGKILL to one of the server's processes: it falls with all of them, and recovers."""
    postmaster = int((folder / "postgres" / "postmaster.pid").read_text(encoding="ascii").split()[0])
    kill(CHANCE.choice(children_of(postmaster)))


def _wait(database: str, query: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _ask(database, query)[0][0]:
        assert time.monotonic() < deadline, query
        time.sleep(0.02)


def _finish(database: str, environment: dict[str, str]) -> None:
    """Workers, one after another, as a supervisor starts them: one that found the database down has ended."""
    deadline = time.monotonic() + PATIENCE
    while not _ask(database, RESTS)[0][0]:
        with running("manage.py", "dispatch", environment=environment) as worker:
            while worker.poll() is None and not _ask(database, RESTS)[0][0]:
                assert time.monotonic() < deadline, _ask(database, STATES)
                time.sleep(0.1)


def _letters_went_once(sandbox: Sandbox, states: dict[object, object]) -> None:
    """None twice, none lost; in doubt are whole batches: what they wrote down fell with the database."""
    assert set(states) <= {"sent", "unknown"}
    told = sandbox.control("GET", "mail/counts")
    assert told["duplicates"] == 0
    assert int(str(states.get("sent", 0))) <= told["total"] <= MESSAGES == sum(int(str(n)) for n in states.values())


@pytest.mark.usefixtures("django_db_setup")
@pytest.mark.parametrize("channel", ["sms", "email"] if KILLS else ["sms"])
def test_a_database_that_falls_amid_batches_loses_and_doubles_nothing(sandbox: Sandbox, channel: str) -> None:
    with tempfile.TemporaryDirectory(prefix="spm-fall-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        give_migrated_database(folder)
        command = [sys.executable, "-m", "tests.faults.own_database", str(folder)]
        server = stack.enter_context(
            subprocess.Popen(command, cwd=embedded.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
        assert server.stdout is not None
        database = server.stdout.readline().strip()
        environment = {
            **os.environ,
            "DATABASE_URL": database,
            "SPM_SMSAPI_URL": f"{sandbox.url}/",
            "SPM_SMTP_HOST": "127.0.0.1",
            "SPM_SMTP_PORT": str(sandbox.smtp_port),
            "SPM_DISPATCH_LEASE_SECONDS": str(LEASE_SECONDS),
            "SPM_LOG_LEVEL": "CRITICAL",
        }
        filled = [sys.executable, "-m", "tests.faults.outbox_town", str(MESSAGES), channel]
        subprocess.run(filled, cwd=embedded.ROOT, env=environment, check=True)
        sandbox.control("PUT", "settings", sms_latency_ms=300.0, sms_report_delay_s=3600.0)
        for _ in range(FALLS):
            newest = _ask(database, "SELECT COALESCE(max(id), 0) FROM notifications_attempt")[0][0]
            with running("manage.py", "dispatch", environment=environment):
                _wait(
                    database,
                    f"SELECT max(id) > {newest} OR NOT EXISTS (SELECT FROM notifications_message"
                    " WHERE state IN ('queued', 'sending')) FROM notifications_attempt",
                )
                time.sleep(CHANCE.uniform(0, 0.4))
                _fall(folder)
                _ask(database, "SELECT 1")
        sandbox.control("PUT", "settings", sms_latency_ms=0.0)
        _finish(database, environment)
        if channel == "email":
            _letters_went_once(sandbox, dict(_ask(database, STATES)))
            return
        assert _ask(database, STATES) == [("sent", MESSAGES)]
        ids = [int(str(one)) for (one,) in _ask(database, "SELECT id FROM notifications_message")]
        assert sorted(sandbox.control("GET", "sms/idx")) == sorted(map(message_reference, ids))
