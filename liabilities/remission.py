"""Umorzenie: an arrear or its interest remitted by a decision."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from core.actor import Actor
from core.errors import Refused
from core.money import format_pln, grosz
from liabilities.accrual import circumstances, interest_of
from liabilities.actions import about_instalment
from liabilities.figures import figures
from liabilities.locking import lock_due
from liabilities.models import Decision, DecisionKind, DecisionPart, EntryKind, Instalment, LedgerAccount, LedgerEntry
from liabilities.posting import NOTHING, Event, closed_among, entry_on
from liabilities.reliefs import Ruling, record_decision
from notifications.actions import withdraw_messages


def remit(
    instalment: Instalment, ruling: Ruling, *, principal: Decimal, interest: Decimal, by: Actor, at: datetime
) -> Decision:
    """Remit *principal* of an instalment and *interest* due on the day of the decision, in złoty.

    With a principal goes its own interest (OP art. 67a § 2): what runs is counted from what is left, what a decision
    booked is remitted in proportion. *interest* is remitted of what is left then. Raises Refused as
    `liabilities.reliefs.record_decision`, and `nothing_to_post`, `remit_too_much`.
    """
    if min(principal, interest) < 0 or not principal + interest:
        raise Refused("nothing_to_post", "Podaj, ile umorzono: należności, odsetek albo obu.", where="principal")
    with transaction.atomic():
        due = lock_due(instalment)
        if principal > due.outstanding:
            raise Refused("remit_too_much", f"Pozostało {format_pln(due.outstanding)}.", where="principal")
        decision = record_decision(DecisionKind.REMISSION, ruling, due, by=by, at=at)
        event = Event(EntryKind.REMISSION, ruling.decided_on, f"decision:{decision.pk}", at)
        share = principal / due.outstanding if due.outstanding else Decimal(0)
        with_principal, fee = grosz(due.booked_interest * share), grosz(due.fee * share)
        due.outstanding -= principal
        due.booked_interest -= with_principal
        accrued = interest_of(due, law=figures(), about=circumstances([due]), on=ruling.decided_on).amount
        if interest > accrued:
            words = f"Odsetek od tego, co zostaje, jest {format_pln(accrued)} na dzień decyzji."
            raise Refused("remit_too_much", words, where="interest")
        wanted = [
            (EntryKind.INTEREST, LedgerAccount.INTEREST, interest - min(interest, due.booked_interest)),
            (EntryKind.REMISSION, LedgerAccount.INTEREST, -interest - with_principal),
            (EntryKind.REMISSION, LedgerAccount.FEE, -fee),
            (EntryKind.REMISSION, LedgerAccount.PRINCIPAL, -principal),
        ]
        LedgerEntry.objects.bulk_create(entry_on(due, *one, event) for one in wanted if one[2])
        DecisionPart.objects.create(
            decision=decision,
            instalment=due,
            principal=principal,
            interest=interest,
            fee=NOTHING,
            of_principal=due.outstanding,
        )
        about = [about_instalment(key) for key in closed_among([due.pk])]
        withdraw_messages(about=about, reason="należność umorzona", at=at)
    return decision
