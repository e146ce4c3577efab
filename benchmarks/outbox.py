"""Outboxes of any size, filled by one statement, and workers of their own that empty them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks import world
from notifications.kinds import Priority
from notifications.models import Message
from spm import embedded
from tests.sandbox_process import Sandbox

PEOPLE = 10_000
LONG_AFTER_S = 36_000  # delivery reports come in another benchmark
COLUMNS = [field.column for field in Message._meta.concrete_fields if field.column not in {"id", "dedupe_key"}]
REFILL = f"""
INSERT INTO notifications_message (dedupe_key, {", ".join(COLUMNS)})
SELECT dedupe_key || ':' || %(name)s || ':' || g, {", ".join(COLUMNS)}
FROM bench_outbox CROSS JOIN generate_series(1, %(times)s) AS g
"""


def gateway(sandbox: Sandbox, *, latency_ms: int = 0) -> None:
    """The sandbox, empty, with a gateway for SMS that is so far away and reports nothing meanwhile."""
    sandbox.reset()
    sandbox.control("PUT", "settings", sms_latency_ms=latency_ms, sms_report_delay_s=LONG_AFTER_S)


def prepare(channel: str) -> None:
    """10,000 people who consented to *channel*, each with a message; `refill` copies these."""
    world.fill_outbox(PEOPLE, channel=channel)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_outbox")
        cursor.execute("CREATE TABLE bench_outbox AS SELECT * FROM notifications_message")


def refill(count: int, *, priority: Priority = Priority.TRANSACTION, name: str = "r") -> None:
    """An outbox of *count* messages of *priority* (tens of thousands), all of them due, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE notifications_attempt, notifications_message, notifications_gatewayrest CASCADE")
        cursor.execute(
            "UPDATE bench_outbox SET priority = %s, not_before = %s",
            [int(priority), timezone.now() - timedelta(hours=1)],
        )
        cursor.execute(REFILL, {"name": name, "times": count // PEOPLE})
        cursor.execute("VACUUM ANALYZE notifications_message")


def add_crisis(key: str) -> None:
    """One more message, more urgent than all others."""
    columns = ", ".join("0" if name == "priority" else name for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO notifications_message (dedupe_key, {', '.join(COLUMNS)})"
            f" SELECT %s, {columns} FROM bench_outbox LIMIT 1",
            [key],
        )


class Worker:
    """A process that works the outbox when told to."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def start(self, *, lane: Priority = Priority.EVENT) -> None:
        """Work until nothing is due; `wait` tells what became of it."""
        assert self._process.stdin
        self._process.stdin.write(f"{int(lane)}\n")
        self._process.stdin.flush()

    def wait(self) -> dict[str, Any]:
        """`states` by count, `rss_kb` held at the end."""
        assert self._process.stdout
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told


@contextmanager
def workers(count: int, **environment: str) -> Iterator[Sequence[Worker]]:
    """*count* workers, ready to start; they go at the end."""
    known = {
        **os.environ,
        "SPM_SMSAPI_URL": str(settings.SMSAPI["url"]),
        "SPM_SMTP_HOST": settings.EMAIL_HOST,
        "SPM_SMTP_PORT": str(settings.EMAIL_PORT),
        **environment,
    }
    with ExitStack() as stack:
        made = []
        for _ in range(count):
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "benchmarks.worker"],
                    cwd=embedded.ROOT,
                    env=known,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            made.append(Worker(process))
        yield made


def drain(some: Sequence[Worker]) -> None:
    """Let these workers empty the outbox together."""
    for one in some:
        one.start()
    for one in some:
        one.wait()
    assert not Message.objects.exclude(state__in=["sent", "delivered"]).exists()
