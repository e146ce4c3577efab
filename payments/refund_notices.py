"""What a provider says by itself of money that goes back: brought into our refund, or noted as taken back."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from core.actor import Actor
from core.errors import Refused
from payments.models import Payment
from payments.providers import RefundAnswer, RefundNotice, RefundState
from payments.refund_sending import refund_of_notice, settle_refund
from payments.refund_states import ReversalKind
from payments.reversals import TakenBack, record_reversal


def refunded_payment(provider: str, notice: RefundNotice) -> Payment | None:
    """The payment of which a notice says that its money goes back: by our number, else by the provider's."""
    found = Payment.objects.filter(provider=provider)
    try:
        by_number = found.filter(number=UUID(notice.payment_number)).first()
    except ValueError:
        by_number = None
    if by_number is not None:
        return by_number
    if notice.provider_order_id:
        return found.filter(provider_order_id=notice.provider_order_id).first()
    return found.filter(provider_payment_id=notice.payment_id).first() if notice.payment_id else None


def take_refund_notice(payment: Payment, notice: RefundNotice, *, by: Actor, at: datetime) -> str:
    """Bring a notice on a refund in; returns the words of a problem that a clerk should see, or ''.

    A refund that we did not ask for was made in the provider's panel: it is noted as such, and so is what the payer's
    bank took back, and the posting is taken back with it.
    """
    if notice.currency != "PLN":
        return f"zwrot w walucie {notice.currency[:3]}: rozlicz go w panelu operatora"
    refund = None if notice.is_reversal else refund_of_notice(payment, notice)
    if refund is not None:
        if refund.amount != notice.amount:
            return f"operator podał zwrot {notice.amount} PLN, a {refund.short_number} jest na {refund.amount} PLN"
        settle_refund(refund.pk, RefundAnswer(notice.refund_id, notice.state, notice.status), by=by, at=at)
        return ""
    if notice.state is not RefundState.DONE:
        return ""
    told = TakenBack(
        kind=ReversalKind.CHARGEBACK if notice.is_reversal else ReversalKind.PANEL,
        key=notice.refund_id,
        amount=notice.amount,
        on=timezone.localdate(at),
    )
    try:
        return record_reversal(payment.pk, told, by=by, at=at).problem
    except Refused as refusal:
        return f"operator cofnął pieniądze, a nie dało się tego zapisać: {refusal}"
