"""`manage.py load_demo [--people N] [--companies N]`: fill an empty demo with the town; a filled one is left alone."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from broadcasts.models import DutyOfficer
from consents.models import PrintedForm
from core.commands import HouseCommand
from core.errors import Refused
from mailroom.models import IncomingMail
from payments.models import BankStatement, Payment
from residents.models import Account, Payer
from spm.demo.bank import bring_statement, pay_elsewhere
from spm.demo.letters import deliver_letters
from spm.demo.money_back import give_back, settle_payouts
from spm.demo.night import fall
from spm.demo.papers import lay_out_papers
from spm.demo.people import people
from spm.demo.postings import hand_over, prepare_next
from spm.demo.signed import write_signed
from spm.demo.signins import SAMPLES
from spm.demo.town import Town, liven, load


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
        town = Town(options["people"], options["companies"], timezone.localdate(), timezone.now())
        if not Account.objects.filter(email="anna@dolina.example").exists():
            load(town, say=self._say)
        if not Payment.objects.exists():  # also when an earlier start was stopped between the two
            liven(town, say=self._say)
        inhabitants = people(town.people, today=town.today)
        if not BankStatement.objects.exists():
            pay_elsewhere(inhabitants, town)
            hand_over(town)
            bring_statement(inhabitants, town)
        settle_payouts(town)
        give_back(town)
        prepare_next(town)
        if not PrintedForm.objects.exists():
            with transaction.atomic():
                lay_out_papers(inhabitants, today=town.today, now=town.now)
        if folder := str(settings.SIGNATURES["folder"]):
            trusted = Path(folder)
            write_signed(inhabitants, trusted=trusted, samples=trusted.parent / SAMPLES, at=town.now)
        if not DutyOfficer.objects.exists():
            fall(town.now)
        if not IncomingMail.objects.exists():
            deliver_letters(inhabitants, clock=timezone.now, say=self._say)
        return {"payers": Payer.objects.count()}

    def _say(self, text: str) -> None:
        self.stderr.write(f"  {text}")
