"""`python -m tests.faults.dying_workers KILLS SHARE`: workers one after another, each of which takes SHARE messages and
dies by SIGKILL between the gateway's answer and its commit. A fork each, so that a thousand take minutes, not hours.

Run in a process of its own, on the database that DATABASE_URL names. Prints how many died so.
"""

import os
import signal
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spm.settings")
django.setup()

from django.conf import settings  # noqa: E402  after the setup
from django.utils import timezone  # noqa: E402

from notifications.dispatch import dispatch  # noqa: E402

settings.MESSAGE_GATEWAYS = {"sms": ["tests.faults.dying_gateway.DyingSmsApi"]}


def main(kills: int, share: int) -> None:
    """Let *kills* workers die. One that finds nothing to take ends by itself, and the next one looks again."""
    died = 0
    while died < kills:
        child = os.fork()
        if child == 0:
            dispatch(clock=timezone.now, worker=f"dying-{os.getpid()}", most=share)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        died += os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "a worker failed of itself"
    print(died)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
