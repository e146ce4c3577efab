"""The one way from state to state of a payment, and the name under which it stands in the ledger."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from core.errors import Refused
from payments.models import Payment, PaymentChange
from payments.states import OPEN, State, may_become


def payment_reference(payment: Payment) -> str:
    """The name under which a payment stands in the ledger."""
    return f"payment:{payment.pk}"


def share_reference(payment: Payment, payer_id: int) -> str:
    """The name in the ledger of what *payer_id* has in a payment: each payer's share is an event of its own."""
    own = payment_reference(payment)
    return own if payer_id == payment.payer_id else f"{own}:{payer_id}"


def day_of(at: datetime) -> date:
    """The Polish day of a moment."""
    return timezone.localtime(at).date()


def locked_payment(payment_id: int) -> Payment:
    """The payment, its row locked until the transaction ends."""
    return Payment.objects.select_for_update(of=("self",)).get(pk=payment_id)


def locked_payments(payment_ids: Collection[int]) -> dict[int, Payment]:
    """These payments, their rows locked in the order of their ids until the transaction ends."""
    rows = Payment.objects.select_for_update(of=("self",)).filter(pk__in=payment_ids).order_by("pk")
    return {payment.pk: payment for payment in rows}


def advance(payment: Payment, target: State, *, reason: str, at: datetime) -> None:
    """The one way from state to state: allowed by the table, saved, written down. The caller holds the row's lock."""
    before = State(payment.state)
    if not may_become(before, target):
        raise Refused("state", f"Płatność jest już {payment.get_state_display()}.")
    payment.state = target
    payment.save()
    PaymentChange.objects.create(payment=payment, before=before, after=target, reason=reason[:200], at=at)


def close_payment(payment_id: int, target: State, *, reason: str, at: datetime) -> None:
    """End an open payment; one that a notice ended meanwhile is left alone."""
    with transaction.atomic():
        locked = locked_payment(payment_id)
        if State(locked.state) in OPEN:
            if target is State.CLERK:
                locked.problem = reason
            advance(locked, target, reason=reason, at=at)
