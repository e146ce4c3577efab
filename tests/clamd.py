"""ClamAV's own clamd with one signature, EICAR's, on a port of its own; `make browser` installs it."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spm.demo.machine import server_path
from tests.documents import EICAR

STARTED_WITHIN = 60  # seconds


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


@contextmanager
def running_clamd(folder: Path) -> Iterator[str]:
    """A clamd that lives in *folder*; gives its address as SPM_CLAMAV takes it."""
    program = server_path("clamd")
    assert program, "clamd is missing: `make browser` installs it, or apt-get install clamav-daemon"
    (folder / "signatures").mkdir()
    (folder / "signatures" / "eicar.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n", encoding="ascii")
    port = free_port()
    (folder / "clamd.conf").write_text(
        f"Foreground yes\nDatabaseDirectory {folder}/signatures\nTCPSocket {port}\nTCPAddr 127.0.0.1\n"
        f"LocalSocket {folder}/clamd.sock\nTemporaryDirectory {folder}\nLogFile {folder}/clamd.log\n",
        encoding="ascii",
    )
    with subprocess.Popen([program, "--config-file", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL) as clamd:
        try:
            _await(port, clamd, folder)
            yield f"tcp://127.0.0.1:{port}"
        finally:
            clamd.terminate()
            clamd.wait(10)


def _await(port: int, clamd: "subprocess.Popen[bytes]", folder: Path) -> None:
    for _ in range(STARTED_WITHIN * 10):
        with socket.socket() as line:
            line.settimeout(1)
            if line.connect_ex(("127.0.0.1", port)) == 0:
                line.sendall(b"zPING\0")
                if line.recv(16).startswith(b"PONG"):
                    return
        try:
            clamd.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(f"clamd did not start: {(folder / 'clamd.log').read_text(encoding='utf-8')[-500:]}")
