"""Limitation of dues as staff see it: facts entered and taken back, what is barred, and what soon will be."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from core import audit
from core.actor import Actor
from core.errors import Refused
from liabilities.actions import about_instalment
from liabilities.limitation import Effect, Fact, Limitation, limitation
from liabilities.models import Instalment, LimitationFact
from liabilities.regimes import Regime


@dataclass(frozen=True)
class Barred:
    """An open instalment and its limitation; `is_barred` on the day that was asked for."""

    instalment: Instalment
    limitation: Limitation
    is_barred: bool

    @property
    def left(self) -> Decimal:
        """Principal and costs that are open, in złoty."""
        left: Decimal = self.instalment.outstanding + self.instalment.costs
        return left


def record_fact(
    instalment: Instalment, *, effect: Effect, from_on: date, until_on: date | None, basis: str, by: Actor
) -> LimitationFact:
    """Keep a fact that stops or breaks the limitation of an instalment, with its *basis* in words.

    Raises Refused `basis_missing`, `ends_before`.
    """
    if not basis.strip():
        raise Refused("basis_missing", "Podaj podstawę: przepis i zdarzenie.", where="basis")
    if until_on is not None and until_on < from_on:
        raise Refused("ends_before", "Koniec jest wcześniejszy niż początek.", where="until_on")
    with transaction.atomic():
        fact = LimitationFact.objects.create(
            instalment=instalment,
            effect=effect,
            from_on=from_on,
            until_on=until_on,
            basis=basis.strip()[:200],
            recorded_by=by.name,
        )
        audit.record("record_fact", about_instalment(instalment.pk), by=by, fact=fact.pk, basis=basis)
    return fact


def withdraw_fact(fact: LimitationFact, *, reason: str, by: Actor, at: datetime) -> None:
    """Take a wrong fact back; it stays to be seen. Raises Refused `reason_missing`."""
    if not reason.strip():
        raise Refused("reason_missing", "Napisz, dlaczego.", where="reason")
    with transaction.atomic():
        LimitationFact.objects.filter(pk=fact.pk, withdrawn_at__isnull=True).update(withdrawn_at=at)
        audit.record("withdraw_fact", about_instalment(fact.instalment_id), by=by, fact=fact.pk, reason=reason)


def limitation_of(due: Instalment, facts: Iterable[LimitationFact]) -> Limitation:
    """The limitation of an instalment (with liability and kind at hand) by the facts in force, from its first term."""
    return limitation(
        due.accrues_after or due.payable_by,
        regime=Regime(due.liability.kind.regime),
        years=due.liability.kind.limitation_years,
        facts=[
            Fact(Effect(fact.effect), fact.from_on, fact.until_on, fact.basis)
            for fact in facts
            if fact.withdrawn_at is None
        ],
    )


def barred_by(instalments: Iterable[Instalment], *, on: date) -> list[Barred]:
    """The limitation of each instalment (with liability, kind and facts at hand), *on* a day."""
    found = []
    for due in instalments:
        known = limitation_of(due, due.limitation_facts.all())
        found.append(Barred(due, known, known.is_barred(on)))
    return found


def _candidates(horizon: date) -> "QuerySet[Instalment]":
    """Open instalments whose plain time ends by the *horizon*'s year; of taxes a year later than of claims' years."""
    years = F("liability__kind__limitation_years")
    return (
        Instalment.objects.filter(Q(outstanding__gt=0) | Q(costs__gt=0), payable_by__year__lte=horizon.year - years)
        .select_related("liability__kind", "liability__payer")
        .prefetch_related("limitation_facts")
        .order_by("payable_by", "pk")
    )


def soon_barred(*, by_day: date) -> "QuerySet[Instalment]":
    """Open instalments that are, or *by_day* will be, barred, the oldest first; nothing stopped or broke their time."""
    facts = LimitationFact.objects.filter(instalment=OuterRef("pk"), withdrawn_at__isnull=True)
    return _candidates(by_day).filter(~Exists(facts))


def stopped(*, by_day: date) -> "QuerySet[Instalment]":
    """Of the rest of them: those whose time was stopped or broken by a fact."""
    facts = LimitationFact.objects.filter(instalment=OuterRef("pk"), withdrawn_at__isnull=True)
    return _candidates(by_day).filter(Exists(facts))
