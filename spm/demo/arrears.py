"""Arrears work of the demo town: a month ago a run of dunning letters, most of which were served; a disputed due."""

from datetime import date, datetime, timedelta

from core.actor import job
from core.errors import Refused
from liabilities.holds import hold_back
from liabilities.letter_register import record_outcome
from liabilities.letter_runs import Order, number_some, order_letters
from liabilities.models import HoldReason, Instalment, Outcome

BY = job("load_demo")
KINDS = ("PODATEK_NIERUCHOMOSCI_OF", "PODATEK_ROLNY", "PODATEK_LESNY", "LACZNE_ZOBOWIAZANIE")
TOLD = 25  # letters of which something is known
AGO, SERVED_AGO = timedelta(days=30), timedelta(days=22)
# Of each five: three received, one left at the post office, one came back. Of those after TOLD nothing is known yet.
OUTCOMES = (Outcome.SERVED, Outcome.SERVED, Outcome.FICTION, Outcome.SERVED, Outcome.RETURNED)


def dun(*, today: date, now: datetime) -> None:
    """Order the run and number its letters; a worker sets the sheets as soon as the demo runs."""
    late = Instalment.objects.overdue(today - AGO).filter(liability__kind_id__in=KINDS)
    disputed = late.select_related("liability").order_by("pk").first()
    if disputed is not None:
        hold_back(
            disputed,
            reason=HoldReason.DISPUTE,
            note="odwołanie do SKO, FN.3120.9",
            until_on=None,
            on=today - AGO - timedelta(days=5),
            by=BY,
        )
    day, at = today - AGO, now - AGO
    wanted = Order(issued_on=day, kinds=KINDS, overdue_days=14, wait_days=7, signer="Tomasz Skarbnik, skarbnik gminy")
    try:
        run = order_letters(wanted, on=day, by=BY, at=at)
    except Refused:  # a town so small that nobody is late
        return
    while number_some(run, by=BY, at=at):
        pass
    for place, letter in enumerate(list(run.letters.order_by("number"))[:TOLD]):
        outcome = OUTCOMES[place % len(OUTCOMES)]
        served = today - SERVED_AGO + timedelta(days=place % 4)
        why = "adresat nieznany" if outcome is Outcome.RETURNED else ""
        record_outcome(letter, outcome, on=served, today=today, way="post", why=why, by=BY, at=now)
