"""A warning to 100,000 people by SMS: the audience frozen against a bare INSERT … SELECT, the messages handed over by
one worker and by two against a bare bulk loop, to a gateway that answers at once and to one 50 ms away, a page of the
portal meanwhile against the same page at rest. `BENCH_ROWS` takes another size.
"""

import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import requests
from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks import outbox, world
from benchmarks.table import rate_of, show
from broadcasts.composing import make_draft
from broadcasts.models import Hazard
from broadcasts.sending import start
from consents.models import Consent, Topic
from notifications.dispatch import dispatch
from notifications.models import Message
from residents.actions import register_payers
from residents.models import Contact
from spm import embedded
from tests.sandbox_process import Sandbox

PEOPLE = int(os.environ.get("BENCH_ROWS") or 100_000)
ASKED = 100
FAR_MS = 50
TEXT = "DOLINA: silny wiatr do godz. 6:00. Zostan w domu, zabezpiecz okna i balkon."
BARE_TABLE = """
DROP TABLE IF EXISTS bench_message;
CREATE TABLE bench_message (LIKE notifications_message INCLUDING ALL);
"""
ONE = "DROP TABLE IF EXISTS bench_one; CREATE TABLE bench_one AS SELECT * FROM notifications_message LIMIT 1"
BARE = """
INSERT INTO {table}
    (kind, topic_code, channel, priority, payer_id, address, about, facts, dedupe_key, not_before, expires_at)
SELECT one.kind, one.topic_code, 'sms', one.priority, k.payer_id, c.address, one.about, one.facts,
       'bare:' || k.payer_id, now(), one.expires_at
FROM consents_consent AS k
JOIN residents_contact AS c ON c.payer_id = k.payer_id AND c.kind = 'phone'
CROSS JOIN bench_one AS one
WHERE k.topic_id = %s AND k.channel = 'sms' AND k.during @> now()
"""


def main(sandbox: Sandbox) -> None:
    """Measure and print."""
    _town()
    _frozen()
    _handed_over(sandbox)
    _page_meanwhile(sandbox)


def _town() -> None:
    """People who asked for warnings by SMS."""
    world.empty()
    ids = list(register_payers(dict.fromkeys(world.numbers(PEOPLE), "Płatnik"), by=world.BY).values())
    Contact.objects.bulk_create(
        (
            Contact(payer_id=key, kind="phone", address=f"+48{500_000_000 + place * 10}", source="wniosek")
            for place, key in enumerate(ids)
        ),
        batch_size=2000,
    )
    topic, moment = Topic.objects.get(code="crisis"), timezone.now() - timedelta(days=1)
    signed = world.paper(ids[0], moment)
    Consent.objects.bulk_create(
        (Consent(payer_id=key, topic=topic, channel="sms", application=signed, during=(moment, None)) for key in ids),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _empty_outbox() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE notifications_attempt, notifications_message RESTART IDENTITY CASCADE")
        cursor.execute("TRUNCATE notifications_suppressedaddress")
        cursor.execute("VACUUM ANALYZE notifications_message")


def _start() -> None:
    """As an officer does past the second person: words checked, audience frozen, steps written down, committed."""
    now = timezone.now()
    said = {"hazard": Hazard.objects.get(code="wind"), "sms": TEXT, "until": now + timedelta(hours=2)}
    draft = make_draft(said=said, by=world.BY, at=now)
    sent = start(draft, by=world.BY, at=now, break_glass="Druga osoba jest niedostępna.")
    assert sent.audience == PEOPLE


def _frozen() -> None:
    topic = Topic.objects.get(code="crisis")

    def prepare_bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(BARE_TABLE)

    def bare(table: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(BARE.format(table=table), [topic.pk])
            assert cursor.rowcount == PEOPLE

    ours = rate_of("a warning started: audience and messages, committed", PEOPLE, _start, prepare=_empty_outbox)
    with connection.cursor() as cursor:
        cursor.execute(ONE)
    limit = rate_of(
        "a bare INSERT … SELECT into the same table",
        PEOPLE,
        lambda: bare("notifications_message"),
        prepare=_empty_outbox,
    )
    unchecked = rate_of(
        "one into a copy without foreign keys", PEOPLE, lambda: bare("bench_message"), prepare=prepare_bare
    )
    show("Audience of a warning frozen, messages", ours, limit, unchecked, aims="≥ 0.67 × the bare INSERT … SELECT")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_message, bench_one")


def _handed_over(sandbox: Sandbox) -> None:
    with outbox.workers(2) as both:
        for latency_ms in (0, FAR_MS):
            _handed_over_at(sandbox, latency_ms, both)


def _handed_over_at(sandbox: Sandbox, latency_ms: int, both: Sequence[outbox.Worker]) -> None:
    def gateway() -> None:
        outbox.gateway(sandbox, latency_ms=latency_ms)

    def prepare() -> None:
        gateway()
        _empty_outbox()
        _start()

    def ours() -> None:
        dispatch(clock=timezone.now, worker="benchmark")
        assert not Message.objects.exclude(state__in=["sent", "delivered"]).exists()

    def bare() -> None:
        with requests.Session() as session:
            for begin in range(0, PEOPLE, 1000):
                numbers = ",".join(f"48{500_000_000 + place * 10}" for place in range(begin, min(begin + 1000, PEOPLE)))
                answer = session.post(
                    f"{settings.SMSAPI['url']}sms.do",
                    data={"format": "json", "from": "Dolina", "to": numbers, "message": TEXT},
                    headers={"Authorization": f"Bearer {settings.SMSAPI['token']}"},
                    timeout=60,
                )
                assert "error" not in answer.json(), answer.text[:200]

    with _memory() as kilobytes:
        worked = rate_of("until the last message is at the gateway, outcomes committed", PEOPLE, ours, prepare=prepare)
    limit = rate_of("a bare loop of 1,000 numbers a request", PEOPLE, bare, prepare=gateway)
    two = rate_of("two such workers", PEOPLE, lambda: outbox.drain(both), prepare=prepare)
    title = f"A warning handed over, messages, a gateway {latency_ms} ms away"
    show(title, worked, limit, two, aims="≥ 0.67 × the bare loop where the gateway is 50 ms away")
    half = len(kilobytes) // 2
    print(f"  memory, highest: first half {max(kilobytes[:half]):,} kB, second {max(kilobytes[half:]):,} kB")


@contextmanager
def _memory() -> Iterator[list[int]]:
    """This process's resident memory, ten times a second."""
    seen: list[int] = []
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.1):
            seen.append(int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


@contextmanager
def _portal() -> Iterator[str]:
    port = embedded.free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "spm.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "1"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "benchmarks.settings", "SPM_LOG_LEVEL": "ERROR"},
        stderr=subprocess.DEVNULL,
    )
    try:
        assert embedded.wait_for_port(port, seconds=20)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait()


def _page_meanwhile(sandbox: Sandbox) -> None:
    """Answers of the first page, with its banner, at rest and while one worker sends the warning."""
    with _portal() as url, requests.Session() as session:

        def ask(enough: Callable[[int], bool]) -> float:
            took: list[float] = []
            while not enough(len(took)):
                began = time.perf_counter()
                assert session.get(url, timeout=30).status_code == 200
                took.append(time.perf_counter() - began)
            return statistics.median(took)

        sandbox.reset()
        _empty_outbox()
        _start()
        ask(lambda count: count >= ASKED // 4)
        at_rest = ask(lambda count: count >= ASKED)
        environment = {**os.environ, "SPM_SMSAPI_URL": settings.SMSAPI["url"]}
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "dispatch", "--once"], cwd=embedded.ROOT, env=environment
        )
        meanwhile = ask(lambda _count: worker.poll() is not None)
        assert worker.returncode == 0
    print("\n## The portal's first page while a warning goes out, median of an answer")
    print(f"  at rest {at_rest * 1000:,.1f} ms, meanwhile {meanwhile * 1000:,.1f} ms: {meanwhile / at_rest:.2f} ×")
    print("  aim: within 2 × of the page at rest")
