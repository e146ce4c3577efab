"""The money of payments into the ledger, and their confirmations: all of them or none."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from core import audit
from core.actor import Actor
from liabilities.actions import PaymentPart
from liabilities.incoming import Incoming, land_payments
from payments.confirming import Posted, confirm_payments
from payments.models import Payment, PaymentLine
from payments.transitions import payment_reference, share_reference
from payments.virtual_accounts import kept_records


def post_payments(payments: Sequence[Payment], *, by: Actor, at: datetime) -> None:
    """Post the money of each payer in these baskets and queue each one's confirmation, under the payments' locks.

    Each has its `paid_on` by now. A payer whose record was merged meanwhile is the record that was kept. Raises Refused
    as `liabilities.incoming.land_payments`.
    """
    shares = _shares(payments)
    land_payments([incoming for _, incoming in shares], at=at)
    entered = [(incoming.reference, {"payer": incoming.payer_id}) for _, incoming in shares]
    audit.record_many("post_payment", entered, by=by)
    confirm_payments(
        [
            Posted(
                payer_id=incoming.payer_id,
                amount=incoming.amount,
                paid_on=incoming.value_on,
                about=payment_reference(payment),
                key=incoming.reference,
                number=payment.reference,
            )
            for payment, incoming in shares
        ],
        at=at,
    )


def _shares(payments: Sequence[Payment]) -> list[tuple[Payment, Incoming]]:
    """What each payer has in each payment."""
    lines: dict[int, list[PaymentLine]] = defaultdict(list)
    for line in PaymentLine.objects.filter(payment_id__in=[one.pk for one in payments]).order_by("pk"):
        lines[line.payment_id].append(line)
    kept = kept_records({line.payer_id for own in lines.values() for line in own})
    return [(payment, incoming) for payment in payments for incoming in _of_payment(payment, lines[payment.pk], kept)]


def _of_payment(payment: Payment, lines: Sequence[PaymentLine], kept: dict[int, int]) -> list[Incoming]:
    """The payment's amount over its lines, in their order, by payer.

    What exceeds them goes with the last one, to that payer's credit.
    """
    if payment.paid_on is None:
        raise ValueError(f"{payment} has no day of payment")
    left, parts = payment.amount, defaultdict(list)
    for line in lines:
        part = left if line is lines[-1] else min(left, line.total)
        left -= part
        if part > 0:
            parts[kept[line.payer_id]].append(PaymentPart(line.instalment_id, part))
    return [
        Incoming(
            payer_id,
            sum((part.amount for part in own), Decimal(0)),
            payment.paid_on,
            share_reference(payment, payer_id),
            parts=tuple(own),
        )
        for payer_id, own in sorted(parts.items())
    ]
