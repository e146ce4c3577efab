"""Dispatch of 20,000 SMS against loops of one request each and a bare bulk loop, to the sandbox on loopback, which
answers at once and as from 50 ms away; 10,000 e-mails by two processes against post-office and a bare smtplib loop, to
a sink. `BENCH_ROWS` takes another number of SMS.
"""

import os
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import requests
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone
from post_office import mail as post_office
from post_office.models import Email

from benchmarks import outbox, world
from benchmarks.table import Measured, rate_of, show
from notifications.dispatch import dispatch
from notifications.models import Message
from tests.sandbox_process import Sandbox

SMS = int(os.environ.get("BENCH_ROWS", "20000"))
LOOP, FAR_LOOP, AT_ONCE = 2_000, 200, 20
LATENCY_MS = 50
MAILS = int(os.environ.get("BENCH_ROWS", "20000")) // 2
BODY = "Dzień dobry,\n\nzaksięgowano wpłatę {0},50 zł z dnia 14 maja 2026, numer SPM-{0:06d}.\n\nDziękujemy."


@contextmanager
def _sink() -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.smtp_sink"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = (
        "127.0.0.1",
        int(process.stdout.readline()),
        False,
    )
    try:
        yield
    finally:
        process.communicate()


def _send_all() -> None:
    dispatch(clock=timezone.now, worker="benchmark")
    assert not Message.objects.exclude(state__in=["sent", "delivered"]).exists()


def _ask(session: requests.Session, **form: str) -> None:
    answer = session.post(
        f"{settings.SMSAPI['url']}sms.do",
        data={"format": "json", "from": "Dolina", "encoding": "utf-8", **form},
        headers={"Authorization": f"Bearer {settings.SMSAPI['token']}"},
        timeout=60,
    )
    assert "error" not in answer.json(), answer.text[:200]


def sms(sandbox: Sandbox) -> None:
    """Measure and print."""

    def gateway() -> None:
        outbox.gateway(sandbox)

    def prepare(latency_ms: int = 0, *, is_fuller: bool = False) -> None:
        outbox.gateway(sandbox, latency_ms=latency_ms)
        world.fill_outbox(SMS, channel="sms", is_fuller=is_fuller)

    def loop(count: int = LOOP) -> None:
        with requests.Session() as session:
            for place in range(count):
                _ask(session, to=f"48{500_000_000 + place * 10}", message=BODY.format(place)[:150], idx=f"l{place}")

    def bulk() -> None:
        with requests.Session() as session:
            for start in range(0, SMS, 1000):
                numbers = ",".join(f"48{500_000_000 + place * 10}" for place in range(start, start + 1000))
                _ask(session, to=numbers, message="Zaksiegowano wplate.")

    ours = rate_of("dispatch, facts of its own each, outcomes committed", SMS, _send_all, prepare=prepare)
    one = rate_of("a loop of one request each", LOOP, loop, prepare=gateway)
    limit = rate_of("a bare loop of 1,000 a request, one text", SMS, bulk, prepare=gateway)
    show("SMS, messages, a gateway that answers at once", ours, one, limit, aims="≥ 10 × the loop")

    def far_away() -> None:
        outbox.gateway(sandbox, latency_ms=LATENCY_MS)

    def prepare_far() -> None:
        prepare(LATENCY_MS)

    def prepare_far_and_full() -> None:
        prepare(LATENCY_MS, is_fuller=True)

    def side_by_side() -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda _: loop(FAR_LOOP // AT_ONCE), range(AT_ONCE)))

    far = rate_of("dispatch, facts of its own each, outcomes committed", SMS, _send_all, prepare=prepare_far)
    full = rate_of("the same, each a text of its own", SMS, _send_all, prepare=prepare_far_and_full)
    far_bulk = rate_of("a bare loop of 1,000 a request, one text", SMS, bulk, prepare=far_away)
    far_loop = rate_of("a loop of one request each", FAR_LOOP, lambda: loop(FAR_LOOP), prepare=far_away)
    far_many = rate_of(f"{AT_ONCE} such loops at once", FAR_LOOP, side_by_side, prepare=far_away)
    with outbox.workers(2) as both:
        two = rate_of("two such workers", SMS, lambda: outbox.drain(both), prepare=prepare_far)
    title = f"SMS, messages, a gateway that is {LATENCY_MS} ms away"
    show(title, far, full, two, far_bulk, far_loop, far_many, aims="≥ 5,000 /s, ≥ 0.6 × the bare bulk loop")


def email() -> None:
    """Measure and print."""
    with _sink():
        _email()


def _email() -> None:
    def prepare() -> None:
        world.fill_outbox(MAILS, channel="email")

    def prepare_peer() -> None:
        Email.objects.all().delete()
        for place in range(MAILS):
            post_office.send(
                f"p{place}@poczta.example",
                settings.DEFAULT_FROM_EMAIL,
                subject="Zaksięgowano wpłatę",
                message=BODY.format(place),
                html_message=f"<p>{BODY.format(place)}</p>",
            )

    def peer() -> None:
        post_office.send_queued_mail_until_done()
        assert Email.objects.filter(status=0).count() == MAILS

    def bare() -> None:
        server = smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT)
        made = EmailMultiAlternatives("Zaksięgowano wpłatę", BODY.format(1), "a@dolina.example", ["p@poczta.example"])
        raw = made.message().as_bytes()
        for _ in range(MAILS):
            server.sendmail("a@dolina.example", ["p@poczta.example"], raw)
        server.quit()

    ours = rate_of("dispatch, one process, outcomes committed", MAILS, _send_all, prepare=prepare)
    others = rate_of("django-post-office", MAILS, peer, prepare=prepare_peer)
    limit: Measured = rate_of("bare smtplib, one connection, one text", MAILS, bare)
    with outbox.workers(2) as both:
        two = rate_of("dispatch, two processes, outcomes committed", MAILS, lambda: outbox.drain(both), prepare=prepare)
    show("E-mail, messages with distinct bodies", two, ours, others, limit, aims="≥ 2,000 /s by two processes")
