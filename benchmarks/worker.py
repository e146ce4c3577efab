"""`python -m benchmarks.worker`: works the outbox once for each line that it reads (the least urgent priority)."""

import json
import logging
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
django.setup()
logging.disable(logging.WARNING)

from django.utils import timezone  # noqa: E402  settings first

from notifications.dispatch import dispatch  # noqa: E402
from notifications.kinds import Priority  # noqa: E402


def rss_kb() -> int:
    """The memory that this process holds, in kilobytes."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


def main() -> None:
    """Until standard input ends."""
    print("ready", flush=True)
    for line in sys.stdin:
        report = dispatch(clock=timezone.now, worker=f"bench-{os.getpid()}", least_urgent=Priority(int(line)))
        print(json.dumps({"states": report.told(), "rss_kb": rss_kb()}), flush=True)


if __name__ == "__main__":
    main()
