"""`manage.py load_demo [--people N] [--companies N]`: fill an empty demo with the town; a filled one is left alone."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.utils import timezone

from core.commands import HouseCommand
from core.errors import Refused
from residents.models import Account, Payer
from spm.demo.town import Town, load


class Command(HouseCommand):
    """Loads the demo town once."""

    help = "Fill an empty demo with the demo town."

    def options(self, parser: ArgumentParser) -> None:
        """How large."""
        parser.add_argument("--people", type=int, default=settings.DEMO_PEOPLE)
        parser.add_argument("--companies", type=int, default=settings.DEMO_COMPANIES)

    def run(self, **options: Any) -> dict[str, Any]:
        """Load, unless somebody is there already. Raises Refused outside the demo."""
        if not settings.DEMO:
            raise Refused("not_a_demo", "To polecenie działa tylko w pokazie.")
        if not Account.objects.filter(email="anna@dolina.example").exists():
            town = Town(options["people"], options["companies"], timezone.localdate(), timezone.now())
            load(town, say=lambda text: self.stderr.write(f"  {text}"))
        return {"payers": Payer.objects.count()}
