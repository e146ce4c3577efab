"""`manage.py work_letters [--processes N] [--json]`: go on with runs of dunning letters until they are done."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.utils import timezone

from core.actor import job
from core.commands import HouseCommand
from liabilities.letter_runs import work_runs
from liabilities.models import LetterRun


class Command(HouseCommand):
    """Works on runs that the treasurer ordered, as beat does, without a limit of time."""

    help = "Go on with runs of dunning letters until they are done or paused."

    def options(self, parser: ArgumentParser) -> None:
        """--processes."""
        parser.add_argument("--processes", type=int, default=settings.LETTER_PROCESSES, help="cores; 0: all")

    def run(self, **options: Any) -> dict[str, Any]:
        """Work and tell."""
        made = work_runs(clock=timezone.now, by=job("work_letters"), processes=max(0, options["processes"]))
        newest = LetterRun.objects.first()
        return {"made": made, "newest_run": newest.pk if newest else None, "state": newest.state if newest else None}
