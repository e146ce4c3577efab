"""Stored notices brought into their payments: by the worker that is woken, and by the sweeper of what a crash left."""

import logging
from datetime import datetime

from core import inbound
from core.actor import job
from core.models import InboundEvent
from payments.actions import ask_provider, expire_payment, find_payment, take_notice
from payments.providers import NoticeRefused, provider_named, providers
from payments.queries import late_payments

logger = logging.getLogger("spm.payments")


def handle_notices(*, at: datetime) -> int:
    """Handle every stored notice that nobody has handled yet; returns how many. One that fails leaves the others."""
    handled = 0
    for provider in providers():
        for event in inbound.unhandled(provider.name):
            try:
                handled += inbound.handle(event.pk, lambda kept: _handle(kept, at), at=at)
            except Exception:  # kept for the next sweep; the others must go on
                logger.exception("notice %s of %s was not handled", event.pk, provider.name)
    return handled


def _handle(event: InboundEvent, at: datetime) -> str:
    try:
        notice = provider_named(event.source).read_notice(event.headers, bytes(event.body))
    except NoticeRefused as refusal:
        return str(refusal)
    payment = find_payment(event.source, notice)
    if payment is None:
        return "powiadomienie o płatności, której nie znamy"
    return take_notice(payment.pk, notice, by=job(f"notice {event.source}"), at=at)


def ask_late_payments(*, at: datetime) -> dict[str, int]:
    """Ask providers about payments whose notice never came, give up the very old; returns counts by state."""
    counts: dict[str, int] = {}
    for payment in late_payments(at=at)[:200]:
        ask_provider(payment, at=at)
        expire_payment(payment, at=at)
        payment.refresh_from_db()
        counts[payment.state] = counts.get(payment.state, 0) + 1
    return counts
