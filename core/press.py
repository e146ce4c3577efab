"""Many PDFs on all cores: a typesetter in a process of its own on each (core/typesetting.py).

Processes of our own and not a pool of Python's: a Celery worker may not have children of that kind, and these hold no
connection and no secret.
"""

import contextlib
import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO

from django.conf import settings

from core.typesetting import DONE, read_frame, send_frame

STATIC = Path(settings.BASE_DIR) / "static"
TRIES = 2
AHEAD = 4  # sheets that wait for each process, so that none is idle while the caller stores what is done
# What a library needs to find its parts; nothing of ours, no secret, goes along.
PASSED_ON = ("LD_LIBRARY_PATH", "FONTCONFIG_PATH", "FONTCONFIG_FILE", "XDG_CACHE_HOME", "HOME", "TMPDIR")


class NotSet(Exception):
    """A sheet could not be set; the message names the kind of fault, never what stands on the sheet."""


class _Died(Exception):
    """The process is gone."""


class _Typesetter:
    """One process."""

    def __init__(self) -> None:
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "core.typesetting", str(STATIC)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=settings.BASE_DIR,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", **kept},
        )

    def set(self, html: str) -> bytes:
        """One sheet. Raises NotSet, _Died."""
        took, gave = self._pipes()
        try:
            send_frame(took, html.encode())
            sign = gave.read(len(DONE))
            content = read_frame(gave)
        except OSError as error:
            raise _Died from error
        if content is None:
            raise _Died
        if sign != DONE:
            raise NotSet(content.decode())
        return content

    def end(self) -> None:
        """It ends by itself when its input does; one that hangs is killed."""
        took, gave = self._pipes()
        with contextlib.suppress(OSError):
            took.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        gave.close()

    def _pipes(self) -> tuple[BinaryIO, BinaryIO]:
        if self._process.stdin is None or self._process.stdout is None:
            raise _Died
        return self._process.stdin, self._process.stdout  # type: ignore[return-value]  # opened as bytes


class Press:
    """Some typesetters at work."""

    def __init__(self, processes: int) -> None:
        """Start *processes* of them."""
        self._count = processes
        self._idle: SimpleQueue[_Typesetter] = SimpleQueue()
        for _ in range(processes):
            self._idle.put(_Typesetter())
        self._threads = ThreadPoolExecutor(processes)

    def set_all(self, sheets: Iterable[str]) -> Iterator[bytes | NotSet]:
        """Each of *sheets* as PDF/UA, in their order, or why it could not be set; they are taken a few ahead."""
        waiting: deque[Future[bytes | NotSet]] = deque()
        for html in sheets:
            waiting.append(self._threads.submit(self._set, html))
            if len(waiting) >= self._count * AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _set(self, html: str) -> bytes | NotSet:
        typesetter = self._idle.get()
        try:
            for _ in range(TRIES):
                try:
                    return typesetter.set(html)
                except _Died:  # killed for its memory, perhaps: the next one may live
                    typesetter.end()
                    typesetter = _Typesetter()
            return NotSet("the typesetter died")
        except NotSet as fault:
            return fault
        finally:
            self._idle.put(typesetter)

    def end(self) -> None:
        """Let the typesetters go."""
        self._threads.shutdown(cancel_futures=True)
        for _ in range(self._count):
            self._idle.get().end()


@contextlib.contextmanager
def press(processes: int = 0) -> Iterator[Press]:
    """A press with a typesetter on each of *processes* cores (0: on all); they are gone at the end."""
    started = Press(processes or os.cpu_count() or 1)
    try:
        yield started
    finally:
        started.end()
