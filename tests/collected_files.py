"""Static files as a demo collects them, made once for the demos of the tests: to compress them takes seconds."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from spm.embedded import ROOT


def give_collected_files(directory: Path) -> None:
    """Put them into the demo to be of *directory*; its own start collects anew what changed since they were made."""
    lock_file = hashlib.sha256((ROOT / "requirements.lock").read_bytes()).hexdigest()[:16]
    kept = Path(os.environ["DEMO_DIR"]) / f"static-{lock_file}"
    with kept.with_suffix(".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not kept.exists():
            half = kept.with_suffix(".half")
            subprocess.run(
                [sys.executable, str(ROOT / "manage.py"), "collectstatic", "--noinput", "--verbosity", "0"],
                env={**os.environ, "SPM_PROFILE": "demo", "SPM_STATIC_ROOT": str(half)},
                cwd=ROOT,
                check=True,
            )
            half.rename(kept)  # of that name it is whole
    shutil.copytree(kept, directory / "static")
