"""The most memory that a command of ours holds, in a process of its own."""

import subprocess
import sys
from pathlib import Path

from spm import embedded

TELLS_MEMORY = """
import atexit, runpy, sys
from pathlib import Path
status = Path("/proc/self/status")
atexit.register(lambda: print(status.read_text().partition("VmHWM:")[2].split()[0], file=sys.stderr))
sys.argv = ["manage.py", *sys.argv[1:]]
runpy.run_path("manage.py", run_name="__main__")
"""


def peak_memory(command: str, path: Path) -> int:
    """The most memory that `manage.py` *command* held while it took the file of *path*, in megabytes.

    It says so itself at its end: what the system counts for a child holds the memory of the process that began it too.
    """
    done = subprocess.run(
        [sys.executable, "-c", TELLS_MEMORY, command, str(path)],
        cwd=embedded.ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    return int(done.stderr.split()[-1]) // 1024
