"""The money of a payment into the ledger, and its confirmations: all of them or none."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings

from core.actor import Actor
from liabilities.actions import PaymentPart, post_payment
from notifications.actions import queue_message
from payments.messages import PAYMENT_POSTED
from payments.models import Payment
from payments.queries import balance_text
from payments.states import State
from payments.transitions import advance, day_of, payment_reference, share_reference
from payments.virtual_accounts import kept_records


def post(payment: Payment, paid_on: date, *, reason: str, by: Actor, at: datetime) -> None:
    """Post the money of each payer in the basket and queue each one's confirmation, under the payment's lock.

    A payer whose record was merged meanwhile is the record that was kept. Payers are locked in the order of their ids,
    so that two payments never wait for each other. Raises Refused as `post_payment`.
    """
    payment.paid_on, payment.posted_at, payment.problem = paid_on, at, ""
    advance(payment, State.PAID, reason=reason, at=at)
    shares = _shares(payment)
    for payer_id in sorted(shares):
        reference = share_reference(payment, payer_id)
        post_payment(payer_id=payer_id, parts=shares[payer_id], value_on=paid_on, reference=reference, by=by, at=at)
    for payer_id in sorted(shares):
        amount = sum((part.amount for part in shares[payer_id]), Decimal(0))
        _confirm(payment, payer_id, amount, paid_on=paid_on, at=at)


def _confirm(payment: Payment, payer_id: int, amount: Decimal, *, paid_on: date, at: datetime) -> None:
    queue_message(
        kind=PAYMENT_POSTED.code,
        payer_id=payer_id,
        topic="payments",
        about=payment_reference(payment),
        facts={
            "amount_pln": str(amount),
            "paid_on": paid_on.isoformat(),
            "reference": payment.reference,
            "balance_text": balance_text(payer_id, on=day_of(at)),
            "town": settings.TOWN["short_name"],
            "link": f"{settings.BASE_URL}/platnosci/",
        },
        dedupe_key=share_reference(payment, payer_id),
        at=at,
    )


def _shares(payment: Payment) -> dict[int, list[PaymentPart]]:
    """The payment's amount over its lines, in their order, by payer.

    What exceeds them goes with the last one, to that payer's credit.
    """
    lines = list(payment.lines.order_by("pk"))
    kept = kept_records({line.payer_id for line in lines})
    left, shares = payment.amount, defaultdict(list)
    for line in lines:
        share = left if line is lines[-1] else min(left, line.total)
        left -= share
        if share > 0:
            shares[kept[line.payer_id]].append(PaymentPart(line.instalment_id, share))
    return shares
