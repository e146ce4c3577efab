"""`make demo` as a process: it takes up what a crash left, says what is in its way, and leaves nothing running."""

import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from spm import embedded
from tests import make
from tests.browser.demo_process import Demo, prepare_demo, processes_of, start_demo, wait_until_said

pytestmark = pytest.mark.xdist_group("demo")
SMALL = {"people": 4, "companies": 1}
SERVERS = ("SPM_BASE_URL", "SPM_PAYU_URL", "SPM_SMTP_PORT", "REDIS_URL")


@dataclass
class Pair:
    """Two demos side by side; the first one's first start was killed half-way."""

    first: Demo
    second: Demo


def within(seconds: float, question: Callable[[], object]) -> object:
    """What *question* answers as soon as it is truthy, or its last answer when the time is over."""
    deadline = time.monotonic() + seconds
    while not (answer := question()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer


def ports_of(demo: Demo) -> list[int]:
    """The TCP ports of the running demo's servers."""
    told = embedded.running_demo(demo.directory)
    return [int(told[name].rpartition(":")[2].partition("/")[0]) for name in SERVERS]


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    return embedded.wait_for_port(port, seconds=0.05)


def is_healthy(demo: Demo) -> bool:
    """Whether the portal answers with its database and Redis."""
    with urllib.request.urlopen(f"{demo.url}/health/", timeout=10) as answer:
        return bool(json.load(answer) == {"database": True, "redis": True})


def only_postgres_of(demo: Demo) -> bool:
    """Whether nothing but the database is left of a demo: it waits for the next start."""
    return all("postgres" in command for command in processes_of(demo.directory).values())


def end_of(demo: Demo) -> tuple[int, str]:
    """The exit code and the last words of a demo that ends by itself."""
    said, _ = demo.process.communicate(timeout=30)
    return demo.process.returncode, said


def import_a_due(demo: Demo, folder: Path) -> dict[str, int]:
    """Import one due by manage.py beside the demo, and tell what changed."""
    path = folder / "naleznosci.csv"
    path.write_text(f"{make.HEADER}\n{make.row(make.pesel(5), name='Jan Sprawdzony')}\n", encoding="utf-8")
    told: dict[str, int] = json.loads(
        demo.manage("import_dues", str(path), "--source", "proba", "--as-of", "2026-01-02T08:00", "--json")
    )
    return told


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two ready demos; whatever a test left of them is stopped at the end."""
    homes = [tmp_path_factory.mktemp(name) for name in ("first", "second")]
    ports = [embedded.free_port(), embedded.free_port()]
    for home in homes:
        prepare_demo(home)
    started = [start_demo(home, port=port, **SMALL) for home, port in zip(homes, ports, strict=True)]
    try:
        wait_until_said(started[0], "  zgody")
        started[0].process.kill()
        started[0].process.wait()
        started.append(start_demo(homes[0], port=ports[0], **SMALL))
        wait_until_said(started[1], "SPM ready: ")
        wait_until_said(started[2], "SPM ready: ")
        yield Pair(first=started[2], second=started[1])
    finally:
        for demo in started:
            if demo.process.poll() is None:
                demo.stop()
        for home in homes:
            for process in processes_of(home):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with any demo."""
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def _give_the_dead_servers_number_to(pid: int, directory: Path) -> None:
    """What happens after a restart of the machine: the number in the lock files is somebody else's."""
    locks = [directory / "postgres" / "postmaster.pid", *(directory / "postgres").glob(".s.PGSQL.*.lock")]
    assert len(locks) == 2
    for lock in locks:
        _, *rest = lock.read_text(encoding="utf-8").splitlines()
        lock.write_text("\n".join([str(pid), *rest]) + "\n", encoding="utf-8")


def test_a_start_that_was_killed_half_way_is_taken_up_again(pair: Pair) -> None:
    said = "".join(pair.first.said)
    assert "należności z trzech lat" in said
    assert "płatności" in said
    assert is_healthy(pair.first)
    told = json.loads(pair.first.manage("load_demo", "--json"))
    assert told == {"payers": SMALL["people"] + SMALL["companies"]}


def test_two_demos_run_side_by_side_and_share_nothing(pair: Pair, tmp_path: Path) -> None:
    assert is_healthy(pair.first)
    assert is_healthy(pair.second)
    assert not set(ports_of(pair.first)) & set(ports_of(pair.second))
    assert import_a_due(pair.first, tmp_path)["created"] == 1
    assert json.loads(pair.first.manage("load_demo", "--json"))["payers"] == 6
    assert json.loads(pair.second.manage("load_demo", "--json"))["payers"] == 5


def test_a_second_demo_in_the_same_place_is_sent_elsewhere(pair: Pair) -> None:
    code, said = end_of(start_demo(pair.first.directory, port=embedded.free_port(), **SMALL))
    assert code == 1
    assert f"runs already at {pair.first.url}" in said
    assert "name another DEMO_DIR and PORT" in said
    assert "Traceback" not in said
    assert is_healthy(pair.first)


def test_a_busy_port_is_told_with_a_way_out(pair: Pair, tmp_path: Path) -> None:
    port = ports_of(pair.first)[0]
    code, said = end_of(start_demo(tmp_path, port=port, **SMALL))
    assert code == 1
    assert f"Port {port} is busy" in said
    assert f"PORT={port + 10}" in said
    assert "Traceback" not in said
    assert processes_of(tmp_path) == {}


@pytest.mark.parametrize("port", [80, 70_000])
def test_a_port_that_is_none_is_told(port: int, tmp_path: Path) -> None:
    code, said = end_of(start_demo(tmp_path, port=port, **SMALL))
    assert (code, "choose a number from 1024 to 65000" in said) == (1, True)


def test_sigterm_leaves_no_process_and_no_port(pair: Pair) -> None:
    ports = ports_of(pair.second)
    assert all(answers(port) for port in ports)
    assert len(processes_of(pair.second.directory)) > 6
    pair.second.process.terminate()
    assert pair.second.process.wait(30) == 0
    assert within(5, lambda: not processes_of(pair.second.directory)), processes_of(pair.second.directory)
    assert not any(answers(port) for port in ports)
    assert embedded.running_demo(pair.second.directory) == {}


def test_after_everything_was_killed_the_next_start_keeps_the_data_and_ctrl_c_leaves_nothing(
    pair: Pair, tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    import_a_due(pair.first, tmp_path)
    ports = ports_of(pair.first)
    pair.first.process.kill()
    pair.first.process.wait()
    assert within(20, lambda: only_postgres_of(pair.first)), processes_of(pair.first.directory)
    assert not any(answers(port) for port in ports)
    for process in processes_of(pair.first.directory):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    assert within(10, lambda: not processes_of(pair.first.directory)), processes_of(pair.first.directory)
    _give_the_dead_servers_number_to(stranger.pid, pair.first.directory)

    pair.first = start_demo(pair.first.directory, port=ports[0], **SMALL)
    wait_until_said(pair.first, "SPM ready: ")
    assert is_healthy(pair.first)
    assert "należności z trzech lat" not in "".join(pair.first.said)
    assert import_a_due(pair.first, tmp_path)["unchanged"] == 1

    assert pair.first.stop() == 0
    assert within(5, lambda: not processes_of(pair.first.directory)), processes_of(pair.first.directory)
    assert not any(answers(port) for port in ports)
    assert stranger.poll() is None, "a process that bears the dead server's number is not ours to stop"
