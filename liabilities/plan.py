"""Rozłożenie na raty: arrears or dues of one kind spread over new terms by a decision."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from core.actor import Actor
from core.errors import Refused
from core.money import GROSZ, format_pln, grosz
from liabilities.accrual import circumstances, interest_of
from liabilities.actions import about_instalment
from liabilities.figures import Figures, figures
from liabilities.locking import lock_dues
from liabilities.models import Decision, DecisionKind, DecisionPart, EntryKind, Instalment, LedgerAccount, LedgerEntry
from liabilities.posting import NOTHING, Event, entry_on
from liabilities.prolongation import Stretch, prolongation_fee
from liabilities.reliefs import Ruling, fee_percent, may_be_put_off, record_decision, suspend_limitation
from notifications.actions import withdraw_messages

PORTAL_SOURCE = "portal"  # what no finance system gave a key to; dues files may not use it
MOST_RATES = 60


@dataclass(frozen=True)
class Rate:
    """One instalment of the plan: how much principal, by which term as the decision says it."""

    due_on: date
    principal: Decimal


@dataclass(frozen=True)
class Piece:
    """What of an old instalment goes into which rate of the plan (from 1)."""

    place: int
    rate: Rate
    old: Instalment
    principal: Decimal


def equal_rates(total: Decimal, terms: Sequence[date]) -> list[Rate]:
    """*total* złoty over *terms*, equal to the grosz; the last takes what does not divide."""
    each = (Decimal(int(total * 100) // len(terms)) / 100).quantize(GROSZ)
    return [
        Rate(term, each if place < len(terms) else total - each * (len(terms) - 1))
        for place, term in enumerate(terms, start=1)
    ]


def pieces(olds: Sequence[Instalment], rates: Sequence[Rate]) -> Iterator[Piece]:
    """The oldest first, each rate filled up before the next (OP art. 62 § 1 and 3)."""
    left, sources = NOTHING, iter(olds)
    old = None
    for place, rate in enumerate(rates, start=1):
        wanted = rate.principal
        while wanted > 0:
            if left <= 0 or old is None:
                old = next(sources)
                left = old.outstanding
            taken = min(wanted, left)
            yield Piece(place, rate, old, taken)
            wanted, left = wanted - taken, left - taken


def spread(
    *,
    payer_id: int,
    instalment_ids: Collection[int],
    rates: Sequence[Rate],
    ruling: Ruling,
    with_fee: bool,
    by: Actor,
    at: datetime,
) -> Decision:
    """Spread what is left of instalments of one kind over *rates*: each becomes an instalment of its own.

    Principal moves by entries «przeksięgowanie»; costs of letters stay where they are. Interest of an arrear stands
    still at what it was on the day of the application and goes with its principal; the prolongation fee is of each rate
    (OP art. 67a § 1 pkt 2, art. 49 § 1, art. 57; regulation of 22 August 2005 § 9, 11). Raises Refused as
    `liabilities.reliefs` does, and `foreign_due`, `kinds_differ`, `rates_wrong`, `rates_sum`.
    """
    with transaction.atomic():
        dues = lock_dues(payer_id, instalment_ids)
        if not dues or set(instalment_ids) - dues.keys():
            raise Refused("foreign_due", "Ta należność nie należy do tego płatnika.")
        olds = sorted(dues.values(), key=lambda due: (due.payable_by, due.pk))
        _check(olds, rates, ruling)
        decision = record_decision(DecisionKind.INSTALMENTS, ruling, olds[0], by=by, at=at)
        event = Event(EntryKind.TRANSFER, ruling.decided_on, f"decision:{decision.pk}", at)
        law = figures()
        interest = _interest_then(olds, law, ruling)
        percent = fee_percent(law, olds[0].liability.kind.regime, on=ruling.decided_on) if with_fee else NOTHING
        _book(olds, list(pieces(olds, rates)), interest, percent, law, decision, event, by=by)
        about = [about_instalment(due.pk) for due in olds]
        withdraw_messages(about=about, reason="należność rozłożona na raty", at=at)
    return decision


def _check(olds: Sequence[Instalment], rates: Sequence[Rate], ruling: Ruling) -> None:
    for due in olds:
        may_be_put_off(due)
    if len({due.liability.kind_id for due in olds}) > 1:
        raise Refused("kinds_differ", "Jedna decyzja rozkłada na raty należności jednego rodzaju.")
    terms = [rate.due_on for rate in rates]
    is_wrong = not 1 < len(rates) <= MOST_RATES or terms != sorted(set(terms)) or terms[0] <= ruling.decided_on
    if is_wrong or min((rate.principal for rate in rates), default=NOTHING) <= 0:
        raise Refused(
            "rates_wrong",
            f"Podaj od 2 do {MOST_RATES} rat, każdą większą od zera, w kolejnych terminach po dniu decyzji.",
            where="rates",
        )
    total = sum((due.outstanding for due in olds), NOTHING)
    if sum((rate.principal for rate in rates), NOTHING) != total:
        raise Refused("rates_sum", f"Raty muszą dać razem {format_pln(total)}.", where="rates")
    if any(due.payable_by >= terms[0] for due in olds):
        raise Refused("rates_wrong", "Pierwsza rata musi mieć termin późniejszy niż rozkładane należności.")


def _interest_then(olds: Sequence[Instalment], law: Figures, ruling: Ruling) -> dict[int, Decimal]:
    about, stops_on = circumstances(olds), ruling.applied_on or ruling.decided_on
    return {due.pk: interest_of(due, law=law, about=about, on=stops_on).amount for due in olds}


def _book(
    olds: Sequence[Instalment],
    parts: Sequence[Piece],
    interest: dict[int, Decimal],
    percent: Decimal,
    law: Figures,
    decision: Decision,
    event: Event,
    *,
    by: Actor,
) -> None:
    """New instalments with their principal, interest and fee; the old ones end at nothing."""
    entries, made = [], []
    left = {due.pk: (due.outstanding, interest[due.pk]) for due in olds}
    booked = {due.pk: due.booked_interest for due in olds}
    fees = _fees(parts, percent, law, decision)
    for number, part in enumerate(parts, start=1):
        principal, rest = left[part.old.pk]
        share = rest if part.principal == principal else grosz(rest * part.principal / principal)
        left[part.old.pk] = (principal - part.principal, rest - share)
        moved = min(share, booked[part.old.pk])
        booked[part.old.pk] -= moved
        rate = _new_instalment(part, number, decision, law, event.at)
        fee = fees.pop(part.place, NOTHING)
        entries += [
            entry_on(part.old, EntryKind.TRANSFER, LedgerAccount.PRINCIPAL, -part.principal, event),
            entry_on(rate, EntryKind.TRANSFER, LedgerAccount.PRINCIPAL, part.principal, event),
            entry_on(part.old, EntryKind.TRANSFER, LedgerAccount.INTEREST, -moved, event),
            entry_on(rate, EntryKind.TRANSFER, LedgerAccount.INTEREST, moved, event),
            entry_on(rate, EntryKind.INTEREST, LedgerAccount.INTEREST, share - moved, event),
            entry_on(rate, EntryKind.PROLONGATION, LedgerAccount.FEE, fee, event),
        ]
        made.append(
            DecisionPart(
                decision=decision,
                instalment=rate,
                number=part.place,
                principal=part.principal,
                interest=share,
                fee=fee,
                of_principal=part.principal,
                payable_by=rate.payable_by,
            )
        )
        suspend_limitation(rate, decision, law.moved(parts[-1].rate.due_on, regime=_regime(part.old)).payable_by, by=by)
    LedgerEntry.objects.bulk_create(_joined([entry for entry in entries if entry.amount]))
    DecisionPart.objects.bulk_create(made)


def _joined(entries: Sequence[LedgerEntry]) -> list[LedgerEntry]:
    """What leaves one old instalment leaves it by one entry."""
    leaving: dict[tuple[int | None, str], LedgerEntry] = {}
    rest = []
    for entry in entries:
        place = entry.instalment_id, entry.account
        if entry.amount > 0:
            rest.append(entry)
        elif place in leaving:
            leaving[place].amount += entry.amount
        else:
            leaving[place] = entry
    return [*leaving.values(), *rest]


def _regime(due: Instalment) -> str:
    return due.liability.kind.regime


def _fees(parts: Sequence[Piece], percent: Decimal, law: Figures, decision: Decision) -> dict[int, Decimal]:
    """The fee of each rate by its place, over all the old instalments that it is made of."""
    stops_on = decision.applied_on or decision.decided_on
    stretches: dict[int, list[Stretch]] = {}
    for part in parts:
        until = law.moved(part.rate.due_on, regime=_regime(part.old)).payable_by
        stretch = Stretch(part.principal, max(part.old.payable_by, stops_on), until)
        stretches.setdefault(part.place, []).append(stretch)
    return {place: prolongation_fee(found, percent=percent) for place, found in stretches.items()}


def _new_instalment(part: Piece, number: int, decision: Decision, law: Figures, at: datetime) -> Instalment:
    return Instalment.objects.create(
        liability=part.old.liability,
        source=PORTAL_SOURCE,
        external_id=f"decision:{decision.pk}:{number}",
        number=part.place,
        due_on=part.rate.due_on,
        payable_by=law.moved(part.rate.due_on, regime=_regime(part.old)).payable_by,
        account=part.old.account,
        accrues_after=part.old.payable_by,
        decision=decision,
        as_of=at,
    )
