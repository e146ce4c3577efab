"""The outbox under load: a second worker, memory over a million messages, one crisis message behind a backlog."""

import os
import statistics
import time

from benchmarks import outbox
from benchmarks.table import Measured, rate_of, show
from notifications.kinds import Priority
from notifications.models import Message
from tests.sandbox_process import Sandbox

BULK = int(os.environ.get("BENCH_ROWS", "60000"))
MANY = int(os.environ.get("BENCH_ROWS", "1000000"))
BACKLOG = int(os.environ.get("BENCH_ROWS", "100000"))
STEP = 100_000
ALARMS = 15
LATENCY_MS = 50


def second_worker(sandbox: Sandbox) -> None:
    """The same outbox by one worker and by two, at a gateway 50 ms away."""
    outbox.prepare("sms")

    def prepare() -> None:
        outbox.gateway(sandbox, latency_ms=LATENCY_MS)
        outbox.refill(BULK)

    with outbox.workers(2) as both:
        two = rate_of("two workers", BULK, lambda: outbox.drain(both), prepare=prepare)
        one = rate_of("one worker", BULK, lambda: outbox.drain(both[:1]), prepare=prepare)
    show("A second worker, SMS at a gateway 50 ms away", two, one, aims="> 1 × (it grows)")


def memory(sandbox: Sandbox) -> None:
    """What one worker holds as it sends message after message."""
    outbox.prepare("sms")
    held: list[int] = []
    step = min(STEP, MANY)
    with outbox.workers(1) as (worker,):
        for round_ in range(MANY // step):
            outbox.gateway(sandbox)
            outbox.refill(step, name=str(round_))
            worker.start()
            held.append(worker.wait()["rss_kb"])
    print(f"\n## Memory of one worker over {MANY:,} messages")
    for place, kilobytes in enumerate(held, start=1):
        print(f"  after {place * step:>9,} messages {kilobytes / 1024:>8.1f} MB")
    print(f"  from the first step to the last: {held[-1] / held[0]:.3f} ×")
    print("  aim: flat (≤ 1.05 ×)")


def crisis(sandbox: Sandbox) -> None:
    """From queueing one crisis message to the gateway's answer, stored: alone, and behind a backlog that leaves."""
    outbox.prepare("sms")
    with outbox.workers(2) as (busy, urgent):
        outbox.gateway(sandbox, latency_ms=LATENCY_MS)
        outbox.refill(0)
        alone = statistics.median(_alarm(urgent, place) for place in range(ALARMS))
        outbox.refill(BACKLOG, priority=Priority.REMINDER)
        busy.start()
        behind = statistics.median(_alarm(urgent, place) for place in range(ALARMS))
        left = Message.objects.filter(state="queued").count()
        busy.wait()
    title = f"One crisis message behind {BACKLOG:,} reminders ({left:,} of them still waiting at the end)"
    show(
        title,
        Measured("behind the backlog", 1 / behind),
        Measured("alone", 1 / alone),
        aims="≥ 0.5 × (2 times as long)",
    )
    print(f"  {behind * 1000:.0f} ms behind the backlog, {alone * 1000:.0f} ms alone")


def _alarm(urgent: outbox.Worker, place: int) -> float:
    """Seconds from the commit of one crisis message until its outcome is committed, by whichever worker took it."""
    key = f"crisis:{place}:{time.monotonic_ns()}"
    outbox.add_crisis(key)
    began = time.perf_counter()
    urgent.start(lane=Priority.TRANSACTION)
    urgent.wait()
    while not Message.objects.filter(dedupe_key=key, state__in=["sent", "delivered"]).exists():
        time.sleep(0.002)
    return time.perf_counter() - began
