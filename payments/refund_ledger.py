"""How money that goes back leaves the ledger: dues that must give are opened again, then the credit goes out."""

from datetime import date, datetime
from decimal import Decimal

from core.actor import Actor
from liabilities.refund import refund_credit
from liabilities.repost import free_payment
from payments.models import BankEntry, Payment
from payments.refund_sources import plan_refund, share_of


def take_out(
    source: Payment | BankEntry,
    payer_id: int,
    amount: Decimal,
    *,
    reference: str,
    reason: str,
    on: date,
    by: Actor,
    at: datetime,
) -> None:
    """Enter that *amount* złoty of *source* went from *payer_id* back; *reference* is where its entries' names begin.

    In the caller's transaction, under the lock of *source*; done once, since who calls keeps that it was done. Raises
    Refused `not_posted`, `credit_used` and as the ledger's verbs.
    """
    share = share_of(source, payer_id)
    plan = plan_refund(share, amount)
    if plan.from_dues:
        if isinstance(source, BankEntry):
            source.posting += 1
            new = source.ledger_reference
        else:
            new = f"{share.base}/{reference.rstrip(':')}"
        free_payment(
            payer_id=share.payer_id,
            reference=share.reference,
            new_reference=new,
            amount=plan.from_dues,
            reason=reason,
            on=on,
            by=by,
            at=at,
        )
        if isinstance(source, BankEntry):
            source.save(update_fields=["posting"])
        plan = plan_refund(share_of(source, payer_id), amount)
    for kind, sum_ in plan.from_credit:
        refund_credit(
            payer_id=share.payer_id,
            due_kind=kind,
            amount=sum_,
            reference=f"{reference}{kind or ''}",
            on=on,
            by=by,
            at=at,
        )
