"""Stored notices brought into their payments, and payments whose notice never came asked about."""

import logging
from datetime import datetime
from functools import partial

from core import inbound
from core.actor import job
from core.models import InboundEvent
from payments.actions import ask_provider, complete_payment, expire_payment
from payments.models import Payment
from payments.providers import NoticeRefused, NoticeUnclear, provider_named, providers
from payments.queries import find_by_notice, late_payments

MOST_ASKED = 200  # in one run: the timetable's next one goes on
logger = logging.getLogger("spm.payments")


def handle_notices(*, at: datetime) -> int:
    """Handle every stored notice that nobody has handled yet; returns how many. One that fails leaves the others.

    Called by the worker that a notice wakes, and by the timetable for what a crash or a lost wake-up left.
    """
    handled = 0
    for provider in providers():
        for event in inbound.unhandled(provider.name):
            try:
                handled += inbound.handle(event.pk, partial(_handle, at=at), at=at)
            except Exception:  # kept for the next sweep; the others must go on
                logger.exception("notice %s of %s was not handled", event.pk, provider.name)
    return handled


def _handle(event: InboundEvent, *, at: datetime) -> str:
    """Bring one notice into its payment; returns the words of a problem for a clerk."""
    try:
        notice = provider_named(event.source).read_notice(event.headers, bytes(event.body))
    except (NoticeRefused, NoticeUnclear) as trouble:
        return str(trouble)
    payment = find_by_notice(event.source, notice)
    if payment is None:
        return "powiadomienie o płatności, której nie znamy"
    return complete_payment(payment.pk, notice=notice, by=job(f"notice {event.source}"), at=at)


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
