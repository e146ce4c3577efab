"""A deferral or a plan of instalments ends: missed, by law (wygaśnięcie), or repealed."""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from core import audit
from core.actor import Actor
from core.errors import Refused
from liabilities.locking import lock_many
from liabilities.models import (
    Decision,
    DecisionKind,
    DecisionPart,
    EntryKind,
    Instalment,
    LedgerAccount,
    LedgerEntry,
    LimitationFact,
)
from liabilities.posting import Event, entry_on

logger = logging.getLogger("spm.ledger")
# A transfer made in time may be posted some days later: until then the figures say «missed», the books do not yet.
BOOKED_AFTER = timedelta(days=7)
MISSED_IN_A_ROW = 3
DEFERRAL_WORDS = "termin minął bez zapłaty: decyzja wygasła (Ordynacja podatkowa art. 259 § 1 pkt 1)"
PLAN_WORDS = "trzy kolejne raty bez zapłaty: decyzja wygasła (Ordynacja podatkowa art. 259 § 1a)"


def end_relief(decision: Decision, *, why: str, on: date, by: Actor, at: datetime) -> int:
    """End a deferral or a plan: what is unpaid of it is due by its first term again, without the prolongation fee.

    Nothing moves back: the rates stay as they are, with interest from the first term (OP art. 49 § 2, art. 57 § 4).
    Returns how many instalments it met. Raises Refused `reason_missing`, `decision_ended`, `not_a_term`.
    """
    if not why.strip():
        raise Refused("reason_missing", "Napisz, dlaczego decyzja przestaje obowiązywać.", where="why")
    with transaction.atomic():
        open_ones = list(decision.instalments.filter(accrues_after__isnull=False, outstanding__gt=0))
        lock_many({decision.payer.kept_id}, [due.pk for due in open_ones])
        fresh = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
        if fresh.kind == DecisionKind.REMISSION:
            raise Refused("not_a_term", "Umorzenie cofa się przez storno jego wpisów.")
        if fresh.ended_on is not None:
            raise Refused("decision_ended", "Ta decyzja już nie obowiązuje.")
        _lapse(decision, [due.pk for due in open_ones], on=on, at=at)
        fresh.ended_on, fresh.ended_why = on, why.strip()[:300]
        fresh.save(update_fields=["ended_on", "ended_why"])
        keys = decision.parts.values("instalment_id")
        LimitationFact.objects.filter(
            instalment__in=keys, basis__endswith=f"decyzja {fresh.number}", until_on__gt=on, from_on__lte=on
        ).update(until_on=on)
        audit.record("end_relief", f"decision:{decision.pk}", by=by, why=why, instalments=len(open_ones))
    return len(open_ones)


def _lapse(decision: Decision, instalment_ids: Sequence[int], *, on: date, at: datetime) -> None:
    """These unpaid parts are due by their first term again; their unpaid fees are written off. Locks are held."""
    event = Event(EntryKind.WRITE_OFF, on, f"lapse:{decision.pk}", at)
    dues = Instalment.objects.filter(pk__in=instalment_ids, accrues_after__isnull=False).select_related("liability")
    LedgerEntry.objects.bulk_create(
        entry_on(due, EntryKind.WRITE_OFF, LedgerAccount.FEE, -due.fee, event) for due in dues if due.fee
    )
    dues.update(due_on=F("accrues_after"), payable_by=F("accrues_after"), accrues_after=None)
    DecisionPart.objects.filter(decision=decision, instalment_id__in=instalment_ids).update(lapsed_on=on)


def lapse_reliefs(*, on: date, by: Actor, at: datetime) -> int:
    """Book what lapsed by law: missed deferrals whole, missed rates each, and all rates of a plan after three in a row.

    Waits a week after a term, for payments made in time and told of later. Returns how many instalments it met; safe to
    run again. Source: OP art. 259 § 1 and 1a.
    """
    missed = Instalment.objects.filter(
        accrues_after__isnull=False,
        outstanding__gt=0,
        payable_by__lt=on - BOOKED_AFTER,
        decision__ended_on__isnull=True,
    )
    met = 0
    for decision in Decision.objects.filter(pk__in=missed.values("decision_id")).select_related("payer").order_by("pk"):
        try:
            met += _lapse_one(decision, on=on, by=by, at=at)
        except Refused as refusal:
            logger.warning("decision %s was not ended: %s", decision.pk, refusal.code)
    return met


def _lapse_one(decision: Decision, *, on: date, by: Actor, at: datetime) -> int:
    if decision.kind == DecisionKind.DEFERRAL:
        return end_relief(decision, why=DEFERRAL_WORDS, on=on, by=by, at=at)
    with transaction.atomic():
        late = decision.instalments.filter(
            accrues_after__isnull=False, outstanding__gt=0, payable_by__lt=on - BOOKED_AFTER
        )
        keys = list(late.values_list("pk", flat=True))
        lock_many({decision.payer.kept_id}, keys)
        keys = list(late.values_list("pk", flat=True))
        _lapse(decision, keys, on=on, at=at)
        if keys:
            audit.record("lapse_rates", f"decision:{decision.pk}", by=by, instalments=keys)
        if _in_a_row(decision) >= MISSED_IN_A_ROW:
            return len(keys) + end_relief(decision, why=PLAN_WORDS, on=on, by=by, at=at)
    return len(keys)


def _in_a_row(decision: Decision) -> int:
    """The longest run of rates that lapsed one after another."""
    missed = set(decision.parts.filter(lapsed_on__isnull=False).values_list("number", flat=True))
    longest = run = 0
    for place in range(1, max(missed, default=0) + 1):
        run = run + 1 if place in missed else 0
        longest = max(longest, run)
    return longest
