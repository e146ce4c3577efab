"""Whom a run of dunning letters reaches, and what it leaves out and why."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from liabilities.holds import holds_on
from liabilities.in_transit import sums_in_transit
from liabilities.information import Information, information_on
from liabilities.letter_rules import Facts, Skip, is_minor, is_public, may_wait, stands_in_the_way
from liabilities.limitation_facts import limitation_of
from liabilities.models import DecisionKind, DueKind, Instalment, LetterLine, LetterRun, Liability
from liabilities.queries import OpenDue, seen_on
from liabilities.regimes import Regime
from liabilities.reminders import stale_sources
from residents.identity import pesel_birth_date
from residents.models import Mandate, Payer
from residents.models.mandate import Basis


@dataclass(frozen=True)
class Draft:
    """One letter to be: its payer, the dues on it from the oldest, and what the payer was told of each before."""

    payer: Payer
    dues: tuple[OpenDue, ...]
    representative: str
    information: Mapping[int, Sequence[Information]]

    @property
    def total(self) -> Decimal:
        """Principal and interest, in złoty."""
        return sum((due.principal + due.interest.amount for due in self.dues), Decimal("0.00"))


@dataclass(frozen=True)
class Left:
    """A due of a payer that gets no letter, or – without an instalment – all of them."""

    payer_id: int
    instalment_id: int | None
    reason: Skip
    words: str = ""


@dataclass(frozen=True)
class Choice:
    """What came of some addressees."""

    drafts: list[Draft] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def public_kinds() -> list[DueKind]:
    """The kinds of due that a dunning letter may demand."""
    return [kind for kind in DueKind.objects.order_by("name") if is_public(kind.code, Regime(kind.regime))]


def late_dues(run: LetterRun) -> "QuerySet[Instalment]":
    """Open instalments of the run's kinds whose first term passed long enough before the run's day."""
    edge = run.issued_on - timedelta(days=run.overdue_days)
    return (
        Instalment.objects.open()
        .annotate(first_term=Coalesce("accrues_after", "payable_by"))
        # The second half lets PostgreSQL read the index of open instalments.
        .filter(Q(payable_by__lt=edge) | Q(accrues_after__isnull=False), first_term__lt=edge)
        .filter(liability__kind_id__in=run.kinds)
    )


def addressees_of(run: LetterRun) -> list[int]:
    """The keys of everybody who owes such a due, alone or with others, in postal order."""
    kept = Coalesce("liability__payer__merged_into_id", "liability__payer_id")
    joint = Coalesce("liability__bearers__payer__merged_into_id", "liability__bearers__payer_id")
    first = late_dues(run).annotate(who=kept).values_list("who", flat=True).distinct()
    others = late_dues(run).filter(liability__bearers__isnull=False).annotate(who=joint)
    keys = {*first, *others.values_list("who", flat=True).distinct()}
    payers = Payer.objects.filter(pk__in=keys).order_by("postal_code", "city", "street", "name", "pk")
    return list(payers.values_list("pk", flat=True))


def choose(run: LetterRun, payer_ids: Collection[int], *, at: datetime) -> Choice:
    """The letters of these payers, in the order given, and what is left out; a constant number of queries."""
    owed = _owed(run, payer_ids)
    rows = {due.pk: due for dues in owed.values() for due in dues}
    facts = _facts(run, rows, at=at)
    seen = {due.instalment_id: due for due in seen_on(rows.values(), on=run.issued_on)}
    told = information_on(payer_ids, list(rows))
    earlier = _earlier(payer_ids, list(rows))
    payers = Payer.objects.in_bulk(list(payer_ids))
    parents = _parents(payer_ids, at=at)
    choice = Choice()
    for key in payer_ids:
        dues = owed.get(key, [])
        if not dues:
            continue  # paid since the run began
        kept: list[OpenDue] = []
        for due in dues:
            actions = told.get((key, due.pk), [])
            known = replace(
                facts[due.pk],
                earlier_letter=earlier.get((key, due.pk), ""),
                informed_on=actions[0].on if actions else None,
            )
            refusal = stands_in_the_way(known, on=run.issued_on, wait_days=run.wait_days)
            if refusal is None:
                kept.append(seen[due.pk])
            else:
                choice.left.append(Left(key, due.pk, *refusal))
        if not kept:
            continue
        draft = Draft(
            payers[key],
            tuple(kept),
            parents.get(key, ""),
            {due.instalment_id: told.get((key, due.instalment_id), []) for due in kept},
        )
        barred = [
            limitation_of(rows[due.instalment_id], rows[due.instalment_id].limitation_facts.all()) for due in kept
        ]
        first = min((one.last_on for one in barred if one.last_on is not None), default=None)
        if refused := _whole(draft, run, first_barred=first):
            choice.left.append(refused)
        else:
            choice.drafts.append(draft)
    return choice


def _owed(run: LetterRun, payer_ids: Collection[int]) -> dict[int, list[Instalment]]:
    """The late instalments of each payer, the oldest first."""
    of_first = dict(Liability.objects.filter(payer_id__in=payer_ids).values_list("pk", "payer_id"))
    joint = Liability.objects.filter(bearers__payer_id__in=payer_ids)
    owners: dict[int, list[int]] = {key: [payer] for key, payer in of_first.items()}
    for key, payer in joint.values_list("pk", "bearers__payer_id"):
        if payer in payer_ids and payer not in owners.setdefault(key, []):
            owners[key].append(payer)
    rows = (
        late_dues(run)
        .filter(liability_id__in=owners)
        .select_related("liability__kind", "decision")
        .prefetch_related("limitation_facts")
        .order_by("payable_by", "liability_id", "number")
    )
    found: dict[int, list[Instalment]] = {}
    for due in rows:
        for payer in owners[due.liability_id]:
            found.setdefault(payer, []).append(due)
    return found


def _facts(run: LetterRun, dues: Mapping[int, Instalment], *, at: datetime) -> dict[int, Facts]:
    """What stands in the way of each due, whoever owes it."""
    holds = holds_on(list(dues), on=run.issued_on)
    moneys = sums_in_transit(list(dues), at=at)
    stale = set(stale_sources(at=at))
    found: dict[int, Facts] = {}
    for key, due in dues.items():
        limit = limitation_of(due, due.limitation_facts.all())
        relieved = due.decision is not None and due.payable_by >= run.issued_on
        found[key] = Facts(
            hold=str(holds[key]) if key in holds else "",
            relief=f"decyzja {due.decision.number}" if relieved and due.decision else "",
            relief_is_plan=relieved and due.decision is not None and due.decision.kind == DecisionKind.INSTALMENTS,
            in_transit=moneys.get(key, Decimal(0)),
            barred_since=limit.last_on if limit.is_barred(run.issued_on) else None,
            stale_source=due.source if due.source in stale else "",
        )
    return found


def _earlier(payer_ids: Collection[int], instalment_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """The letter by which each payer, or a record that was merged into theirs, is dunned of an instalment already."""
    lines = (
        LetterLine.objects.filter(is_live=True, instalment_id__in=instalment_ids)
        .annotate(kept=Coalesce("payer__merged_into_id", "payer_id"))
        .filter(kept__in=payer_ids)
        .select_related("letter")
        .defer("letter__content")
    )
    return {(line.kept, line.instalment_id): line.letter.sign for line in lines}


def _parents(payer_ids: Collection[int], *, at: datetime) -> dict[int, str]:
    """Whose parent or guardian is known: the name under which each minor is written to."""
    held = Mandate.objects.in_force(at).filter(payer_id__in=payer_ids, basis=Basis.PARENT)
    rows = held.order_by("-pk").values_list("payer_id", "account__full_name")
    return dict(rows)


def born_on(payer: Payer) -> date | None:
    """A payer's day of birth, by the register or by the PESEL; None when neither tells."""
    if payer.birth_date is not None or not payer.pesel:
        return payer.birth_date
    try:
        return pesel_birth_date(payer.pesel)
    except (ValueError, KeyError):
        return None


def _whole(draft: Draft, run: LetterRun, *, first_barred: date | None) -> Left | None:
    """Why a payer gets no letter at all."""
    payer = draft.payer
    if payer.deceased_on is not None:
        return Left(payer.pk, None, Skip.DECEASED, "ustal spadkobierców (Ordynacja podatkowa art. 97 i 100)")
    if not (payer.city and (payer.street or payer.postal_code)):
        return Left(payer.pk, None, Skip.NO_ADDRESS, "uzupełnij adres na karcie płatnika")
    if is_minor(born_on(payer), on=run.issued_on) and not draft.representative:
        return Left(payer.pk, None, Skip.MINOR, "wpisz umocowanie rodzica lub opiekuna (art. 40 k.p.a.)")
    if may_wait(draft.total, least=run.least, first_barred=first_barred, on=run.issued_on):
        words = f"razem {draft.total:.2f} zł, próg {run.least:.2f} zł".replace(".", ",")
        return Left(payer.pk, None, Skip.SMALL, words)
    return None
