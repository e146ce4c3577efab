"""What the demo town handed to its finance system: one export signed and answered, one that waits for a signature."""

from django.db import transaction

from core.actor import Actor, job
from liabilities.models import PostingExport, PostingLine
from liabilities.posting_export import LineAnswer, acknowledge, make_export, sign_export, waiting_entries
from residents.models import Account
from spm.demo.town import Town

BY = job("load_demo")


def hand_over(town: Town) -> None:
    """What was entered so far: signed off by the treasurer, booked by the finance system but for its last line."""
    if PostingExport.objects.exists() or not waiting_entries().entries:
        return
    with transaction.atomic():
        _hand_over(town)


def _hand_over(town: Town) -> None:
    export = make_export(by=BY, at=town.now)
    treasurer = Account.objects.get(email="skarbnik@dolina.example")
    sign_export(export.number, by=Actor(treasurer.full_name, account_id=treasurer.pk), at=town.now)
    lines = PostingLine.objects.filter(export=export).order_by("line").values_list("line", flat=True)
    answers = [
        LineAnswer(line, is_accepted=True, reference=f"FK/{line}/{town.today.year}", answer="") for line in lines
    ]
    last = answers.pop()
    answers.append(LineAnswer(last.line, is_accepted=False, reference="", answer="brak konta w planie kont"))
    acknowledge(export.number, answers, by=BY, at=town.now)


def prepare_next(town: Town) -> None:
    """What was entered since, ready and not signed."""
    if PostingExport.objects.count() == 1 and waiting_entries().entries:
        make_export(by=BY, at=town.now)
