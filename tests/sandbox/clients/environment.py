"""An environment of their own for clients that others published: installed once, by hashes, and put before ours."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
REQUIREMENTS = HERE / "requirements.txt"
RUN = (
    "import runpy, sys; sys.path.insert(0, sys.argv[1]); script = sys.argv[2]; sys.argv = sys.argv[2:];"
    " runpy.run_path(script, run_name='__main__')"
)


class IndexIsAway(Exception):
    """They are not installed yet, and no package index answers."""


def installed() -> Path:
    """The folder with the published clients. Raises IndexIsAway with pip's words."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    folder = ROOT / ".test" / f"clients-{digest}-{sys.version_info.major}.{sys.version_info.minor}"
    if folder.exists():
        return folder
    folder.parent.mkdir(exist_ok=True)
    own = Path(tempfile.mkdtemp(prefix="clients-", dir=folder.parent))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    # Some ask for Python 3.12; what is called of them runs on 3.11 as well, and the hashes say that they are unchanged.
    command += ["--require-hashes", "--ignore-requires-python", "--target", str(own), "-r", str(REQUIREMENTS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        shutil.rmtree(own, ignore_errors=True)
        raise IndexIsAway(done.stderr[-800:])
    try:
        own.rename(folder)
    except OSError:  # another test worker was faster
        shutil.rmtree(own, ignore_errors=True)
    return folder


def command_of(script: Path, *arguments: str) -> list[str]:
    """The command that runs *script* with the published clients before ours, and our own house out of reach."""
    return [sys.executable, "-I", "-c", RUN, str(installed()), str(script), *arguments]


def run(script: str, *arguments: str) -> dict[str, Any]:
    """Run the client *script* of this folder; what it printed as JSON."""
    quiet = {name: value for name, value in os.environ.items() if not name.startswith(("SPM_", "DJANGO_", "PYTEST_"))}
    done = subprocess.run(
        command_of(HERE / script, *arguments),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=quiet,
        cwd=tempfile.gettempdir(),
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
