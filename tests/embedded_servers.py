"""The servers that the tests run on: loaded by pytest before Django's settings are (`-p tests.embedded_servers`).

PostgreSQL and Redis come out of wheels unless DATABASE_URL and REDIS_URL name others. Under xdist the first process
starts them; each worker gets a database and a Redis number of its own. A second run beside one that lasts gets servers
of its own in a folder that goes away with it.
"""

import atexit
import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from spm import embedded

HELD = []  # the lock's file stays open as long as the run


def _passing_folder(name: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"spm-{name}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _directory() -> Path:
    kept = Path(os.environ.get("TEST_DIR") or embedded.ROOT / ".test")
    kept.mkdir(parents=True, exist_ok=True)
    HELD.append((kept / "lock").open("w"))
    try:
        fcntl.flock(HELD[0], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _passing_folder("test")
    return kept


def _start_redis() -> str:
    port = embedded.free_port()
    folder = _passing_folder("redis")
    process = subprocess.Popen(embedded.redis_command(folder, port), stdout=subprocess.DEVNULL)
    atexit.register(process.kill)
    if not embedded.wait_for_port(port, seconds=10):
        raise embedded.ServerTrouble("The embedded Redis did not start.")
    return f"redis://127.0.0.1:{port}"


def _prepare() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        directory = _directory()
        os.environ["SPM_PROFILE"] = "test"
        os.environ["DEMO_DIR"] = str(directory)
        for name, value in embedded.secrets_of(directory).items():
            os.environ.setdefault(name, value)
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = embedded.start_database(directory, durable=False).url
        os.environ.setdefault("SPM_TEST_REDIS", os.environ.get("REDIS_URL") or _start_redis())
    number = int(worker.removeprefix("gw") or 0) if worker else 15
    os.environ["REDIS_URL"] = f"{os.environ['SPM_TEST_REDIS'].rstrip('/')}/{number}"
    os.environ["SPM_MEDIA_ROOT"] = str(_passing_folder("media"))


_prepare()
