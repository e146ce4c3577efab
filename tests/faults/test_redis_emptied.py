"""Redis loses all it knew: nothing is lost, because it only wakes the workers; the outbox is in PostgreSQL."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from notifications.models import Message
from spm import embedded
from spm.celery import app
from tests.faults.outbox import counted, environment, fill_outbox, is_worked_off, references, running, wait_until
from tests.sandbox_process import Sandbox

COUNT = 200


class OwnRedis:
    """A Redis of the test's own, which may be killed and started empty on the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = embedded.free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(embedded.redis_command(self._folder, self.port), stdout=subprocess.DEVNULL)
        assert embedded.wait_for_port(self.port, seconds=10)
        return process

    def kill(self) -> None:
        """SIGKILL, and all that it wrote to the disk is gone."""
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder / "redis")

    def start_empty(self) -> None:
        """A new one on the same port."""
        self._process = self._start()

    def ask(self) -> "redis.Redis":
        """A client."""
        return redis.Redis(port=self.port)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[OwnRedis]:
    """A running Redis, killed at the end."""
    server = OwnRedis(tmp_path)
    yield server
    with contextlib.suppress(OSError):
        server.kill()


@contextlib.contextmanager
def _worker_and_timetable(sandbox: Sandbox, own_redis: OwnRedis, folder: Path) -> Iterator[None]:
    """A Celery worker with beat, as in production, on the test's database and Redis."""
    settings = environment(sandbox, REDIS_URL=own_redis.url, DJANGO_SETTINGS_MODULE="spm.settings")
    command = ("-m", "celery", "--app", "tests.faults.hurried_celery", "worker", "--beat", "--pool", "solo")
    with running(*command, "--schedule", str(folder / "beat"), "--loglevel", "ERROR", environment=settings):
        yield


def _all_left_once(sandbox: Sandbox) -> bool:
    idx: list[str] = sandbox.control("GET", "sms/idx")
    return sorted(idx) == references()


def _wake_up(own_redis: OwnRedis) -> None:
    """What a web request puts into Redis when there is something to send."""
    with app.connection_for_write(own_redis.url) as connection:
        app.send_task("notifications.tasks.dispatch", connection=connection)
    assert own_redis.ask().llen("celery") == 1


def test_wake_ups_that_redis_forgot_are_made_up_for_by_the_timetable(
    transactional_db: None, sandbox: Sandbox, own_redis: OwnRedis, tmp_path: Path
) -> None:
    fill_outbox(COUNT, channel="sms")
    _wake_up(own_redis)
    own_redis.ask().flushall()
    assert own_redis.ask().dbsize() == 0
    with _worker_and_timetable(sandbox, own_redis, tmp_path):
        wait_until(is_worked_off, seconds=40, what="the timetable found the outbox")
    assert counted() == {"sent": COUNT}
    assert _all_left_once(sandbox)


def test_a_worker_outlives_a_redis_that_was_killed_and_came_back_empty(
    transactional_db: None, sandbox: Sandbox, own_redis: OwnRedis, tmp_path: Path
) -> None:
    fill_outbox(20, channel="sms", name="before")
    with _worker_and_timetable(sandbox, own_redis, tmp_path):
        wait_until(is_worked_off, seconds=40, what="the worker works")
        own_redis.kill()
        fill_outbox(COUNT, channel="sms", name="amid")
        own_redis.start_empty()
        wait_until(is_worked_off, seconds=60, what="the same worker goes on")
    assert counted() == {"sent": 20 + COUNT}
    assert _all_left_once(sandbox)
    assert not Message.objects.filter(attempts__gt=1).exists()


def test_two_timetables_and_two_workers_by_mistake_send_nothing_twice(
    transactional_db: None, sandbox: Sandbox, own_redis: OwnRedis, tmp_path: Path
) -> None:
    fill_outbox(COUNT, channel="sms")
    with contextlib.ExitStack() as stack:
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
            stack.enter_context(_worker_and_timetable(sandbox, own_redis, tmp_path / name))
        wait_until(is_worked_off, seconds=60, what="both work")
    assert counted() == {"sent": COUNT}
    assert _all_left_once(sandbox)
    assert not Message.objects.filter(attempts__gt=1).exists()
