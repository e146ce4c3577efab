"""The sandbox's own tests start a real process; they need neither the portal nor its database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sandbox.server import Receiver, SandboxServer


@pytest.fixture(scope="session")
def sandbox_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    """One process a test worker."""
    server = SandboxServer(tmp_path_factory.mktemp("sandbox") / "state.sqlite3")
    yield server
    server.stop()


@pytest.fixture
def sandbox_server(sandbox_of_tests: SandboxServer) -> SandboxServer:
    """The process, emptied."""
    sandbox_of_tests.control("POST", "reset")
    return sandbox_of_tests


@pytest.fixture
def start_sandbox(tmp_path: Path) -> Iterator[Callable[..., SandboxServer]]:
    """`start_sandbox()` starts a process on one state file, so that a test can stop it and start it again."""
    started: list[SandboxServer] = []

    def start(*arguments: str) -> SandboxServer:
        started.append(SandboxServer(tmp_path / "state.sqlite3", *arguments))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Takes notices and reports, and says OK."""
    playing = Receiver()
    server = playing.start()
    yield playing
    server.shutdown()
    server.server_close()
