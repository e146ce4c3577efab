"""Refunds at their providers: asked for, asked about, told of by notices. Killed at any line, it goes on where it was.

A provider is asked under the refund's own number, so that asking again gives nothing back twice. Before it is asked
the refund is `sent` and committed: nobody withdraws what may be on its way.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from core.actor import Actor, job
from payments.models import Payment, ProviderFact, Refund
from payments.providers import (
    Provider,
    ProviderDoubt,
    ProviderDown,
    ProviderRefused,
    RefundAnswer,
    RefundNotice,
    RefundOrder,
    RefundState,
    notice_path,
    provider_named,
)
from payments.refund_states import RefundStage, stage_may_become
from payments.refunds import locked_refund, take_back, turn

ASK_EVERY = timedelta(minutes=30)
MOST_ASKED = 100
logger = logging.getLogger("spm.payments")


def work_refunds(*, at: datetime) -> dict[str, int]:
    """Ask providers for refunds that were ordered, and about those under way; counts by what came of it."""
    by = job("work_refunds")
    counts: dict[str, int] = {}
    waiting = Refund.objects.filter(
        Q(stage=RefundStage.ORDERED)
        | Q(stage=RefundStage.SENT) & (Q(asked_at__isnull=True) | Q(asked_at__lte=at - ASK_EVERY)),
        payment__isnull=False,
    ).order_by(F("asked_at").asc(nulls_first=True), "pk")
    for refund_id in list(waiting.values_list("pk", flat=True)[:MOST_ASKED]):
        try:
            stage = ask_about_refund(refund_id, by=by, at=at)
        except Exception:  # asked again later; the others must go on
            logger.exception("refund %s was not settled", refund_id)
            continue
        counts[stage] = counts.get(stage, 0) + 1
    return counts


def ask_about_refund(refund_id: int, *, by: Actor, at: datetime) -> str:
    """Ask the provider for a refund, or how far it is; returns the stage after that. With no transaction open."""
    refund = _claimed(refund_id, by=by, at=at)
    if refund is None or refund.payment is None:
        return Refund.objects.get(pk=refund_id).stage
    if refund.payment.provider not in settings.PAYMENT_PROVIDERS:
        _note(refund_id, "gmina nie ma już tego operatora: zwróć pieniądze w jego panelu")
        return refund.stage
    provider = provider_named(refund.payment.provider, refund.payment.recipient)
    order = order_of(refund, refund.payment)
    try:
        answer = _asked(provider, refund, order)
    except (ProviderDown, ProviderDoubt) as trouble:
        logger.warning("refund %s: %s did not answer: %s", refund_id, refund.payment.provider, trouble)
        return refund.stage
    except ProviderRefused as refusal:
        answer = RefundAnswer(refund.provider_refund_id, RefundState.REFUSED, refusal.code)
    return settle_refund(refund_id, answer, by=by, at=at)


def _asked(provider: Provider, refund: Refund, order: RefundOrder) -> RefundAnswer:
    if not refund.provider_refund_id:
        return provider.refund(order)
    try:
        return provider.refund_state(order, refund.provider_refund_id)
    except ProviderRefused as refusal:  # it does not know, which is no answer: the refund was taken once
        raise ProviderDown(refusal.code) from refusal


def _claimed(refund_id: int, *, by: Actor, at: datetime) -> Refund | None:
    """The refund, `sent` from now on, and noted as asked about; None for one that is over."""
    with transaction.atomic():
        refund = locked_refund(refund_id)
        refund.asked_at = at
        if refund.stage == RefundStage.ORDERED:
            turn(refund, RefundStage.SENT, reason="przekazano operatorowi", by=by, at=at)
        elif refund.stage != RefundStage.SENT:
            return None
        refund.save(update_fields=["asked_at"])
    return refund


def order_of(refund: Refund, payment: Payment) -> RefundOrder:
    """What the provider is asked for."""
    return RefundOrder(
        number=refund.number.hex,
        provider_order_id=payment.provider_order_id,
        payment_id=payment.provider_payment_id,
        amount=refund.amount,
        description=f"Zwrot {refund.short_number}",
        notify_url=f"{settings.BASE_URL}{notice_path(payment.provider, payment.recipient)}",
    )


def _note(refund_id: int, problem: str) -> None:
    Refund.objects.filter(pk=refund_id).update(problem=problem[:300])


def settle_refund(refund_id: int, answer: RefundAnswer, *, by: Actor, at: datetime) -> str:
    """Bring what the provider says of a refund into it, however often and in whatever order; returns the stage.

    One that failed is the payer's credit again. What contradicts an end is noted for a clerk.
    """
    with transaction.atomic():
        refund = locked_refund(refund_id)
        refund.provider_refund_id = refund.provider_refund_id or answer.refund_id[:80]
        target = {
            RefundState.PENDING: RefundStage.SENT,
            RefundState.DONE: RefundStage.DONE,
            RefundState.REFUSED: RefundStage.REFUSED,
        }[answer.state]
        stage = RefundStage(refund.stage)
        if target in {stage, RefundStage.SENT}:
            refund.save(update_fields=["provider_refund_id"])
        elif stage is not RefundStage.SENT or not stage_may_become(stage, target):
            refund.problem = f"operator podał później: {answer.status}"[:300]
            refund.save(update_fields=["provider_refund_id", "problem"])
        else:
            if target is RefundStage.REFUSED:
                refund.problem = f"operator odmówił: {answer.status}"[:300]
            turn(refund, target, reason=f"operator: {answer.status}", by=by, at=at)
            if target is RefundStage.REFUSED:
                take_back(refund, reason=f"operator odmówił: {answer.status}", by=by, at=at)
            elif refund.payment_id is not None:
                ProviderFact.objects.create(
                    payment_id=refund.payment_id,
                    kind="refunded",
                    key=refund.number.hex,
                    amount=refund.amount,
                    told_at=at,
                    source=by.name[:60],
                )
    return refund.stage


def refund_of_notice(payment: Payment, notice: RefundNotice) -> Refund | None:
    """Which refund of *payment* a notice speaks of: by our number, the provider's, else the one that waits for it."""
    own = Refund.objects.filter(payment=payment)
    if notice.number and (found := own.filter(number=notice.number).first()):
        return found
    if notice.refund_id and (found := own.filter(provider_refund_id=notice.refund_id).first()):
        return found
    unanswered = own.filter(stage=RefundStage.SENT, provider_refund_id="", amount=notice.amount)
    return unanswered.order_by("pk").first()
