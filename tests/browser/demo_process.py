"""A real `make demo` for the browser tests: its own directory, port and a small town; stopped to the last process."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from spm import embedded
from tests.collected_files import give_collected_files
from tests.migrated_template import give_migrated_database

PATIENCE = 240  # seconds until the demo must be ready
OWN = ("SPM_", "DATABASE_URL", "REDIS_URL", "DEMO_DIR", "PORT", "PYTEST_")


@dataclass
class Demo:
    """A running demo: its addresses, directory and what it said."""

    url: str
    directory: Path
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What a shell beside the demo needs to run manage.py on it."""
        return {**_bare(), "DEMO_DIR": str(self.directory)}

    @property
    def sandbox_url(self) -> str:
        """Where the demo's gateways are."""
        return embedded.running_demo(self.directory)["SPM_PAYU_URL"]

    def manage(self, *arguments: str) -> str:
        """Run manage.py beside the demo as a person at the shell would; returns what it printed."""
        command = [sys.executable, str(embedded.ROOT / "manage.py"), *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self) -> int:
        """Ctrl-C; returns the exit code. What takes longer than half a minute is named."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired as late:
            raise AssertionError("\n".join(["still there:", *processes_of(self.directory).values()])) from late


def processes_of(directory: Path) -> dict[int, str]:
    """The processes that were started for the demo in *directory*: id → command line."""
    mark = str(directory).encode()
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):  # it ended, or is somebody else's
            said, given = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
            if said and (mark in said or b"DEMO_DIR=" + mark + b"\0" in given):
                found[int(entry.name)] = said.replace(b"\0", b" ").decode(errors="replace")
    return found


def prepare_demo(directory: Path) -> None:
    """Put into *directory* what any demo makes first: a migrated database and the collected static files."""
    give_migrated_database(directory)
    give_collected_files(directory)


def _bare() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(OWN)}


def start_demo(directory: Path, *, port: int, people: int = 40, companies: int = 5) -> Demo:
    """Start a demo in *directory*; it is not ready yet."""
    environment = {
        **_bare(),
        "DEMO_DIR": str(directory),
        "PORT": str(port),
        "SPM_DEMO_PEOPLE": str(people),
        "SPM_DEMO_COMPANIES": str(companies),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "spm.demo.supervisor"],
        cwd=embedded.ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Demo(f"http://127.0.0.1:{port}", directory, process)


@contextlib.contextmanager
def running_demo(*, people: int = 40) -> Iterator[Demo]:
    """Start a demo on a database that was migrated already, and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="spm-demo-") as folder:
        prepare_demo(Path(folder))
        demo = start_demo(Path(folder), port=embedded.free_port(), people=people)
        try:
            wait_until_said(demo, "SPM ready: ")
            yield demo
        finally:
            if demo.process.poll() is None:
                demo.stop()


def wait_until_said(demo: Demo, words: str) -> None:
    """Read what the demo says until a line begins with *words*."""
    killer = threading.Timer(PATIENCE, demo.process.kill)
    killer.start()
    assert demo.process.stdout is not None
    try:
        for line in demo.process.stdout:
            demo.said.append(line)
            if line.startswith(words):
                return
    finally:
        killer.cancel()
    raise AssertionError(f"the demo never said {words!r}:\n" + "".join(demo.said))
