"""`manage.py dispatch [--once] [--urgent] [--json]`: send what is due; without --once, go on until stopped."""

import time
from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from core.commands import HouseCommand
from notifications.dispatch import dispatch
from notifications.kinds import Priority
from notifications.reports import apply_reports
from notifications.storing import DispatchReport
from notifications.tasks import worker_name

PAUSE = 2  # seconds between two looks at an empty outbox


class Command(HouseCommand):
    """Works the outbox from a shell, beside any number of workers."""

    help = "Send the messages that are due."

    def options(self, parser: ArgumentParser) -> None:
        """--once, --urgent."""
        parser.add_argument("--once", action="store_true", help="until nothing is due, then end")
        parser.add_argument("--urgent", action="store_true", help="leave reminders and events to other workers")

    def run(self, **options: Any) -> dict[str, Any]:
        """Send and tell. Ctrl-C ends it; what it held then is taken up again when its lease runs out."""
        total = DispatchReport()
        lane = Priority.TRANSACTION if options["urgent"] else Priority.EVENT
        try:
            while True:
                report = dispatch(clock=timezone.now, worker=worker_name(), least_urgent=lane)
                total.states += report.states
                apply_reports(at=timezone.now())
                if options["once"]:
                    break
                if report.states:
                    self.stderr.write(str(report.told()))
                time.sleep(PAUSE)
        except KeyboardInterrupt:
            self.stderr.write("Przerwano.")
        return {"states": total.told()}
