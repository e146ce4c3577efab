"""Arrears and runs of dunning letters in few words, for their tests."""

from datetime import date, timedelta
from typing import Any

from liabilities.letter_register import record_outcome
from liabilities.letter_runs import Order, order_letters, work_runs
from liabilities.models import DunningLetter, Instalment, LetterRun, Outcome
from residents.identity import IdentityNumber
from residents.models import Payer
from tests import make

TAX, WASTE = "PODATEK_NIERUCHOMOSCI_OF", "ODPADY"
SIGNER = "Tomasz Skarbnik, skarbnik gminy"


def arrear(
    number: IdentityNumber, key: str, *, days: int = 60, amount: str = "600,00", name: str = "Anna Nowak", **more: Any
) -> Instalment:
    """A due that many *days* late, of a payer with an address."""
    day = make.today() - timedelta(days=days)
    make.dues(make.row(number, key=key, name=name, title=key, amount=amount, due_on=day, **more))
    due = make.instalment(key)
    Payer.objects.filter(pk=due.liability.payer_id, city="").update(
        street="Lipowa 1", postal_code="00-001", city="Dolina"
    )
    return due


def many_arrears(count: int) -> None:
    """One of each of so many payers, «D-0» and so on."""
    day = make.today() - timedelta(days=60)
    people = [(make.pesel(serial), f"D-{serial}", f"Osoba {serial:03}") for serial in range(count)]
    make.dues(*(make.row(who, key=key, name=name, amount="600,00", due_on=day) for who, key, name in people))
    Payer.objects.filter(city="").update(street="Lipowa 1", postal_code="00-001", city="Dolina")


def order(*kinds: str, on: date | None = None, **more: Any) -> LetterRun:
    """A run ordered today."""
    told: dict[str, Any] = {"overdue_days": 14, "wait_days": 7, "signer": SIGNER, **more}
    day = on or make.today()
    wanted = Order(issued_on=day, kinds=kinds or (TAX, WASTE), **told)
    return order_letters(wanted, on=day, by=make.BY, at=make.now())


def work(**more: Any) -> int:
    """Work on what is under way, on one core."""
    return work_runs(clock=make.now, by=make.BY, processes=1, **more)


def run_letters(*kinds: str, **more: Any) -> LetterRun:
    """A run, done."""
    run = order(*kinds, **more)
    work()
    run.refresh_from_db()
    return run


def served(letter: DunningLetter, on: date, outcome: Outcome = Outcome.SERVED, *, today: date | None = None) -> bool:
    """It was served."""
    return record_outcome(
        letter, outcome, on=on, today=today or make.today(), way="post", why="", by=make.BY, at=make.now()
    )
