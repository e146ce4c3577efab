"""`manage.py apply_retention [--dry-run]`: forget what is past its term."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from core.actor import job
from core.commands import HouseCommand
from core.retention import apply_retention


class Command(HouseCommand):
    """Applies every retention rule in use, in batches; `--dry-run` only counts."""

    help = "Forget what is past its term by the retention rules."

    def options(self, parser: ArgumentParser) -> None:
        """Whether only to count."""
        parser.add_argument("--dry-run", action="store_true", help="count only, forget nothing")

    def run(self, **options: Any) -> dict[str, Any]:
        """Apply the rules; the answer has a line a rule. Ends with code 1 when a rule could not be finished."""
        is_rehearsal = bool(options["dry_run"])
        done = apply_retention(at=timezone.now(), by=job("apply_retention"), is_rehearsal=is_rehearsal)
        failed = [line.category for line in done if line.problem]
        if failed:
            raise CommandError(f"Nie dokończono: {', '.join(failed)}. Szczegóły są w dzienniku programu.")
        return {
            "dry_run": is_rehearsal,
            "rules": [
                {
                    "category": line.category,
                    "name": line.name,
                    "before": timezone.localdate(line.before),
                    "count": line.count,
                    "waits_for_a_person": line.waits,
                }
                for line in done
            ],
        }

    def lines(self, answer: dict[str, Any]) -> list[str]:
        """A line a rule."""
        verb = "do usunięcia" if answer["dry_run"] else "usunięto"
        return [
            f"{rule['name']}, sprzed {rule['before']}: "
            f"{'czeka na decyzję' if rule['waits_for_a_person'] else verb} {rule['count']}"
            for rule in answer["rules"]
        ]
