"""`manage.py queue_reminders [--on DATE] [--json]`: what beat does each morning, by hand."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone

from core.actor import job
from core.commands import HouseCommand, day_argument
from liabilities.reminders import queue_reminders


class Command(HouseCommand):
    """Queues the reminders of a day."""

    help = "Queue the reminders of a day; a second run of the same day queues nothing."

    def options(self, parser: ArgumentParser) -> None:
        """--on."""
        parser.add_argument("--on", help="the day, today by default")

    def run(self, **options: Any) -> dict[str, Any]:
        """Queue and tell."""
        on = day_argument(options["on"])
        report = queue_reminders(on=on, at=timezone.now(), by=job("queue_reminders"))
        return {
            "on": on,
            "queued": report.queued,
            "by_rule": {str(days): count for days, count in report.by_rule.items()},
            "declined_sources": list(report.declined_sources),
        }
