"""The demo's processes: started with a log each, watched, and stopped to the last one."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

GRACE = 8.0  # seconds between asking a process to stop and killing it
PR_SET_PDEATHSIG = 1


class ChildDied(Exception):
    """A process of the demo ended by itself."""


def die_with_parent() -> None:
    """Have the kernel stop this process when the supervisor is killed; keep Ctrl-C for the supervisor alone."""
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Children:
    """Named processes in the order in which they were started."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: list[str]) -> None:
        """Start *command*; what it prints goes to logs/*name*.log."""
        with (self.logs / f"{name}.log").open("wb") as log:
            self._running[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, preexec_fn=die_with_parent
            )

    def check(self) -> None:
        """Raise ChildDied when one ended by itself, with the last lines of its log."""
        for name, process in self._running.items():
            if process.poll() is not None:
                tail = (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()[-12:]
                raise ChildDied(f"The demo's {name} ended with code {process.returncode}:\n" + "\n".join(tail))

    def wait_for_line(self, name: str, words: str, *, seconds: float) -> None:
        """Wait until *words* stand in the log of *name*; raise ChildDied when they do not come."""
        deadline = time.monotonic() + seconds
        while words not in (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace"):
            self.check()
            if time.monotonic() > deadline:
                raise ChildDied(f"The demo's {name} did not get ready; its log is {self.logs / f'{name}.log'}.")
            time.sleep(0.1)

    def watch(self) -> None:
        """Return never, unless one of them ends (ChildDied) or somebody interrupts."""
        while True:
            self.check()
            time.sleep(0.5)

    def stop(self) -> None:
        """Ask the newest first, give each its time, then kill what is left."""
        for process in reversed(self._running.values()):
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + GRACE
        for name, process in reversed(self._running.items()):
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                print(f"{name} did not stop within {GRACE:.0f} seconds and was killed.", file=sys.stderr)
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._running.clear()
