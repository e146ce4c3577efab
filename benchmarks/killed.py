"""10,000 e-mails while the sender is killed by SIGKILL over and over: ours and django-post-office, lost and twice.

`SPM_BENCH_KILLS` takes another number of kills; there are a hundred e-mails for each.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection
from post_office import mail as post_office
from post_office.models import Email

from benchmarks import world
from benchmarks.sending import BODY
from notifications.models import Message
from spm import embedded

KILLS = int(os.environ.get("SPM_BENCH_KILLS", "100"))
MAILS = KILLS * 100
CHANCE = random.Random(20261121)
LONGEST = 0.05  # seconds that a sender lives after it was seen to send: some dozens of e-mails
PATIENCE = 120


def main() -> None:
    """Kill both, count, print."""
    print(f"\n## {MAILS:,} e-mails, the sender killed {KILLS} times")
    for name, fill, command, is_done in (
        ("SPM", _fill_ours, ("manage.py", "dispatch"), _ours_done),
        ("django-post-office", _fill_peer, ("manage.py", "send_queued_mail"), _peer_done),
    ):
        with tempfile.TemporaryDirectory() as folder:
            journal = Path(folder) / "journal"
            journal.touch()
            sink = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.smtp_sink", str(journal)],
                cwd=embedded.ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            assert sink.stdout
            port = int(sink.stdout.readline())
            fill()
            _kill_and_finish(command, journal, port, is_done)
            sink.communicate()
            arrived = Counter(journal.read_text(encoding="ascii").split())
        _tell(name, arrived)


def _tell(name: str, arrived: Counter[str]) -> None:
    doubtful = Message.objects.filter(state="unknown").count() if name == "SPM" else 0
    twice = sum(1 for count in arrived.values() if count > 1)
    missing = MAILS - len(arrived)
    told = f"twice {twice:>6,} ({twice / MAILS:.1%}), never arrived {missing:>6,}, listed in doubt {doubtful:,}"
    print(f"  {name:<20} {told}")


def _environment(port: int) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "SPM_SMTP_HOST": "127.0.0.1",
        "SPM_SMTP_PORT": str(port),
        "SPM_DISPATCH_LEASE_SECONDS": "1",
        "SPM_LOG_LEVEL": "CRITICAL",
    }


def _kill_and_finish(command: tuple[str, ...], journal: Path, port: int, is_done: Callable[[], bool]) -> None:
    for number in range(KILLS + PATIENCE):
        if is_done():
            return
        before = journal.stat().st_size
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=embedded.ROOT,
            env=_environment(port),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + PATIENCE
            while journal.stat().st_size == before and process.poll() is None and not is_done():
                assert time.monotonic() < deadline, "nothing leaves"
                time.sleep(0.005)
            if number < KILLS:
                time.sleep(CHANCE.uniform(0, LONGEST))
                continue
            while not is_done() and process.poll() is None:
                time.sleep(0.05)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _fill_ours() -> None:
    world.fill_outbox(MAILS, channel="email")


def _ours_done() -> bool:
    connection.close_if_unusable_or_obsolete()
    return not Message.objects.filter(state__in=["queued", "sending"]).exists()


def _fill_peer() -> None:
    Email.objects.all().delete()
    for place in range(MAILS):
        post_office.send(
            f"p{place}@poczta.example",
            settings.DEFAULT_FROM_EMAIL,
            subject="Zaksięgowano wpłatę",
            message=BODY.format(place),
        )


def _peer_done() -> bool:
    return not Email.objects.filter(status__in=[2, 3, None]).exists()
