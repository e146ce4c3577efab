"""Stored notices brought into their payments, and payments whose notice never came asked about."""

import logging
from collections.abc import Callable
from datetime import datetime

from core import inbound
from core.actor import job
from core.models import InboundEvent
from payments.actions import ask_provider, complete_payment, expire_payment, settled_notice
from payments.models import Payment
from payments.providers import NoticeRefused, NoticeUnclear, Provider, RefundNotice, provider_named, sources
from payments.queries import find_by_notice, late_payments
from payments.refund_notices import refunded_payment, take_refund_notice

MOST_ASKED = 200  # in one run: the timetable's next one goes on
logger = logging.getLogger("spm.payments")


def handle_notices(*, at: datetime) -> int:
    """Handle every stored notice that nobody has handled yet; returns how many. One that fails leaves the others.

    Called by the worker that a notice wakes, and by the timetable for what a crash or a lost wake-up left.
    """
    handled = 0
    for source, provider, recipient in sources():
        for event in inbound.unhandled(source):
            try:
                handled += inbound.handle(event.pk, _act(event, provider_named(provider, recipient), at=at), at=at)
            except Exception:  # kept for the next sweep; the others must go on
                logger.exception("notice %s of %s was not handled", event.pk, source)
    return handled


def _act(event: InboundEvent, provider: Provider, *, at: datetime) -> Callable[[InboundEvent], str]:
    """What a notice asks for, to be done under its lock; what the provider must be asked for is done here, before.

    The act returns the words of a problem for a clerk.
    """
    try:
        notice = provider.read_notice(event.headers, bytes(event.body))
    except (NoticeRefused, NoticeUnclear) as trouble:
        words = str(trouble)
        return lambda locked: words
    by = job(f"notice {event.source}")
    if isinstance(notice, RefundNotice):
        refunded, told = refunded_payment(provider.name, notice), notice
        if refunded is None:
            return lambda locked: "powiadomienie o zwrocie płatności, której nie znamy"
        return lambda locked: take_refund_notice(refunded, told, by=by, at=at)
    payment = find_by_notice(provider.name, notice)
    if payment is None:
        return lambda locked: "powiadomienie o płatności, której nie znamy"
    settled = settled_notice(payment, notice, provider)
    return lambda locked: complete_payment(payment.pk, notice=settled, by=by, at=at)


def ask_late_payments(*, at: datetime) -> dict[str, int]:
    """Ask providers about payments whose notice never came, give up the very old; returns counts by state."""
    counts: dict[str, int] = {}
    for payment in late_payments(at=at)[:MOST_ASKED]:
        try:
            state = _ask_or_give_up(payment, at=at)
        except Exception:  # asked again in a few minutes; the others must go on
            logger.exception("payment %s could not be settled", payment.pk)
            continue
        counts[state] = counts.get(state, 0) + 1
    return counts


def _ask_or_give_up(payment: Payment, *, at: datetime) -> str:
    ask_provider(payment, at=at)
    expire_payment(payment, at=at)
    payment.refresh_from_db()
    return payment.state
