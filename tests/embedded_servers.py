"""The servers that the tests run on: loaded by pytest before Django's settings are (`-p tests.embedded_servers`).

PostgreSQL and Redis come out of wheels unless DATABASE_URL and REDIS_URL name others. Under xdist the first process
starts them; each worker gets a database and a Redis number of its own.
"""

import atexit
import os
import subprocess
import tempfile
from pathlib import Path

from spm import embedded

DIRECTORY = Path(os.environ.get("TEST_DIR") or embedded.ROOT / ".test")


def _start_redis() -> str:
    port = embedded.free_port()
    folder = Path(tempfile.mkdtemp(prefix="spm-redis-"))
    process = subprocess.Popen(embedded.redis_command(folder, port), stdout=subprocess.DEVNULL)
    atexit.register(process.kill)
    if not embedded.wait_for_port(port, seconds=10):
        raise embedded.ServerTrouble("The embedded Redis did not start.")
    return f"redis://127.0.0.1:{port}"


def _prepare() -> None:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        os.environ["SPM_PROFILE"] = "test"
        os.environ["DEMO_DIR"] = str(DIRECTORY)
        for name, value in embedded.secrets_of(DIRECTORY).items():
            os.environ.setdefault(name, value)
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = embedded.start_database(DIRECTORY, durable=False).url
        os.environ.setdefault("SPM_TEST_REDIS", os.environ.get("REDIS_URL") or _start_redis())
    number = int(worker.removeprefix("gw") or 0) if worker else 15
    os.environ["REDIS_URL"] = f"{os.environ['SPM_TEST_REDIS'].rstrip('/')}/{number}"
    os.environ["SPM_MEDIA_ROOT"] = tempfile.mkdtemp(prefix="spm-media-")


_prepare()
