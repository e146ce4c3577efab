"""What becomes of a payment at its provider: told about, completed, asked about, given up, settled by a clerk."""

import logging
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from core import audit
from core.actor import Actor, job
from core.errors import Refused
from payments.completing import complete_payments, mismatch, paid_fact
from payments.models import Payment
from payments.posting import post_payments
from payments.providers import Notice, Provider, ProviderDown, ProviderRefused, provider_named
from payments.states import State
from payments.transitions import advance, close_payment, day_of, locked_payment, payment_reference

GIVE_UP_AFTER = timedelta(days=2)  # an order that nobody paid: the provider closed it long ago
IN_DOUBT_AFTER = timedelta(days=7)  # a transfer may rest at a bank over a long weekend
logger = logging.getLogger("spm.payments")


def complete_payment(payment_id: int, *, notice: Notice, at: datetime, by: Actor | None = None) -> str:
    """Bring what the provider says into one payment (`payments.completing.complete_payments`); returns '' or the words
    of a problem that a clerk should see.
    """
    return complete_payments([(payment_id, notice)], by=by or job("complete_payment"), at=at)[0]


def settled_notice(payment: Payment, notice: Notice, provider: Provider) -> Notice:
    """*notice* after the provider was told to hand over what it promises; as it was, when it cannot be just now.

    A promise of another sum than ours is left alone: a clerk sees it. Called with no transaction open; a promise that
    was not kept leaves the payment pending, and the provider is asked again by the timetable.
    """
    if not notice.is_promise or payment.state == State.PAID or mismatch(payment, notice):
        return notice
    try:
        return provider.settle(notice)
    except (ProviderDown, ProviderRefused) as trouble:
        logger.warning("payment %s was not settled at %s: %s", payment.pk, payment.provider, trouble)
        return notice


def ask_provider(payment: Payment, *, at: datetime, by: Actor | None = None) -> State:
    """Ask the provider for the truth about a payment and bring it in; returns the state after that.

    A provider that does not answer, does not know the order, or that the town no longer has, changes nothing. Called
    with no transaction open.
    """
    Payment.objects.filter(pk=payment.pk).update(asked_at=at)
    if payment.provider_order_id and payment.provider in settings.PAYMENT_PROVIDERS:
        provider = provider_named(payment.provider, payment.recipient)
        try:
            notice = provider.retrieve(payment.provider_order_id)
        except (ProviderDown, ProviderRefused):
            notice = None
        if notice is not None:
            settled = settled_notice(payment, notice, provider)
            complete_payment(payment.pk, notice=settled, by=by or job("ask_provider"), at=at)
    payment.refresh_from_db()
    return State(payment.state)


def expire_payment(payment: Payment, *, at: datetime) -> None:
    """Give up an open payment of which nothing was heard for long; money that comes later is posted all the same.

    One whose order was never opened goes at once, one that nobody paid after two days. One that the provider still
    calls pending after a week goes to a clerk, and so does one whose provider the town gave up meanwhile: nobody can be
    asked. Call it after the provider was asked.
    """
    age = at - payment.started_at
    if not payment.provider_order_id:
        close_payment(payment.pk, State.EXPIRED, reason="nie otwarto zlecenia u operatora", at=at)
    elif payment.provider not in settings.PAYMENT_PROVIDERS:
        close_payment(payment.pk, State.CLERK, reason="gmina nie ma już tego operatora, sprawdź w jego panelu", at=at)
    elif payment.state == State.PENDING and age >= IN_DOUBT_AFTER:
        close_payment(payment.pk, State.CLERK, reason="operator od tygodnia nie rozstrzygnął płatności", at=at)
    elif payment.state != State.PENDING and age >= GIVE_UP_AFTER:
        close_payment(payment.pk, State.EXPIRED, reason="nikt nie zapłacił", at=at)


def break_off(payment: Payment, *, at: datetime) -> None:
    """The payer came back saying that they did not pay, and the provider, asked just before, knows of no money.

    Money that comes after all is posted all the same.
    """
    if payment.state == State.REDIRECTED:
        close_payment(payment.pk, State.CANCELLED, reason="płatnik przerwał u operatora", at=at)


def settle_by_clerk(
    payment: Payment,
    *,
    is_paid: bool,
    reason: str,
    paid_on: date,
    by: Actor,
    at: datetime,
    amount: Decimal | None = None,
) -> Payment:
    """A clerk's decision on a payment in doubt: post *amount* złoty (its own by default) as of *paid_on*, or close it.

    The *reason* is kept. Raises Refused `not_in_doubt`, `reason_missing`, `amount_wrong`, `day_wrong`.
    """
    if not reason.strip():
        raise Refused("reason_missing", "Napisz, co wyjaśniono.", where="reason")
    with transaction.atomic():
        locked = locked_payment(payment.pk)
        if locked.state != State.CLERK:
            raise Refused("not_in_doubt", "Ta płatność nie czeka na wyjaśnienie.")
        ordered = locked.amount
        if is_paid:
            locked.amount = ordered if amount is None else amount
            _check_decision(locked, paid_on, at=at)
            paid_fact(locked, "wyjaśniono", locked.charged, by=by, at=at).save()
            locked.paid_on, locked.posted_at, locked.problem = paid_on, at, ""
            advance(locked, State.PAID, reason=f"wyjaśniono: {reason}", at=at)
            post_payments([locked], by=by, at=at)
        else:
            advance(locked, State.CANCELLED, reason=f"wyjaśniono: {reason}", at=at)
        audit.record(
            "settle_by_clerk",
            payment_reference(locked),
            by=by,
            is_paid=is_paid,
            reason=reason,
            ordered=str(ordered),
            posted=str(locked.amount) if is_paid else "",
        )
    return locked


def _check_decision(payment: Payment, paid_on: date, *, at: datetime) -> None:
    if payment.amount <= 0:
        raise Refused("amount_wrong", "Kwota musi być większa od zera.", where="amount")
    if not day_of(payment.started_at) <= paid_on <= day_of(at):
        raise Refused(
            "day_wrong",
            "Dzień zapłaty nie może być przed rozpoczęciem płatności ani po dniu dzisiejszym.",
            where="paid_on",
        )
