"""The money of a payment into the ledger, and its confirmation: both or neither."""

from datetime import date, datetime

from django.conf import settings

from core.actor import Actor
from liabilities.actions import PaymentPart, post_payment
from notifications.actions import queue_message
from payments.messages import PAYMENT_POSTED
from payments.models import Payment
from payments.queries import balance_text
from payments.states import State
from payments.transitions import advance, day_of, payment_reference


def post(payment: Payment, paid_on: date, *, reason: str, by: Actor, at: datetime) -> None:
    """Post the money and queue the confirmation: both or neither. The caller holds the payment's lock."""
    payment.paid_on, payment.posted_at, payment.problem = paid_on, at, ""
    advance(payment, State.PAID, reason=reason, at=at)
    post_payment(
        payer_id=payment.payer_id,
        parts=_parts(payment),
        value_on=paid_on,
        reference=payment_reference(payment),
        by=by,
        at=at,
    )
    queue_message(
        kind=PAYMENT_POSTED.code,
        payer_id=payment.payer_id,
        topic="payments",
        about=payment_reference(payment),
        facts={
            "amount_pln": str(payment.amount),
            "paid_on": paid_on.isoformat(),
            "reference": payment.reference,
            "balance_text": balance_text(payment.payer_id, on=day_of(at)),
            "town": settings.TOWN["short_name"],
            "link": f"{settings.BASE_URL}/platnosci/",
        },
        dedupe_key=payment_reference(payment),
        at=at,
    )


def _parts(payment: Payment) -> list[PaymentPart]:
    """The payment's amount over its lines, in their order; what exceeds them goes with the last one, to the credit."""
    lines = list(payment.lines.order_by("pk"))
    left, parts = payment.amount, []
    for line in lines:
        share = left if line is lines[-1] else min(left, line.total)
        left -= share
        if share > 0:
            parts.append(PaymentPart(line.instalment_id, share))
    return parts
