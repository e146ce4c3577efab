"""Odroczenie: one term put off by a decision."""

from datetime import date, datetime

from django.db import transaction

from core.actor import Actor
from core.dates import format_date
from core.errors import Refused
from liabilities.accrual import circumstances, interest_of
from liabilities.actions import about_instalment
from liabilities.figures import figures
from liabilities.locking import lock_due
from liabilities.models import Decision, DecisionKind, DecisionPart, EntryKind, Instalment, LedgerAccount, LedgerEntry
from liabilities.posting import NOTHING, Event, entry_on
from liabilities.prolongation import Stretch, prolongation_fee
from liabilities.reliefs import Ruling, fee_percent, may_be_put_off, record_decision, suspend_limitation
from notifications.actions import withdraw_messages


def defer(instalment: Instalment, ruling: Ruling, *, until: date, with_fee: bool, by: Actor, at: datetime) -> Decision:
    """Put the term of an instalment off *until* a day, which the law moves as it moves every term.

    Of an arrear, interest stands still at what it was on the day of the application; from the next day on (of what is
    no arrear yet: from the day after the term) a prolongation fee counts, where the council resolved one and *with_fee*
    does not waive it (OP art. 67a § 1 pkt 1, art. 49 § 1, art. 57). Reminders of the old term are withdrawn. Raises
    Refused as `liabilities.reliefs` does, and `term_not_later`.
    """
    with transaction.atomic():
        due = lock_due(instalment)
        may_be_put_off(due)
        law, regime = figures(), due.liability.kind.regime
        payable_by = law.moved(until, regime=regime).payable_by
        if payable_by <= max(due.payable_by, ruling.decided_on):
            words = f"Nowy termin musi być późniejszy niż decyzja i niż {format_date(due.payable_by)}."
            raise Refused("term_not_later", words, where="until")
        decision = record_decision(DecisionKind.DEFERRAL, ruling, due, by=by, at=at)
        stops_on = ruling.applied_on or ruling.decided_on
        interest = interest_of(due, law=law, about=circumstances([due]), on=stops_on).amount - due.booked_interest
        percent = fee_percent(law, regime, on=ruling.decided_on) if with_fee else NOTHING
        stretch = Stretch(due.outstanding, max(due.payable_by, stops_on), payable_by)
        fee = prolongation_fee([stretch], percent=percent)
        event = Event(EntryKind.PROLONGATION, ruling.decided_on, f"decision:{decision.pk}", at)
        wanted = [
            (EntryKind.INTEREST, LedgerAccount.INTEREST, interest),
            (EntryKind.PROLONGATION, LedgerAccount.FEE, fee),
        ]
        LedgerEntry.objects.bulk_create(entry_on(due, *one, event) for one in wanted if one[2])
        DecisionPart.objects.create(
            decision=decision,
            instalment=due,
            principal=due.outstanding,
            interest=interest,
            fee=fee,
            of_principal=due.outstanding,
            payable_by=payable_by,
        )
        Instalment.objects.filter(pk=due.pk).update(
            due_on=min(until, payable_by), payable_by=payable_by, accrues_after=due.payable_by, decision=decision
        )
        suspend_limitation(due, decision, payable_by, by=by)
        withdraw_messages(about=[about_instalment(due.pk)], reason="termin odroczony", at=at)
    return decision
