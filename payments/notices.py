"""Stored notices brought into their payments, and payments whose notice never came asked about."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from core import inbound
from core.actor import job
from core.models import InboundEvent
from payments.actions import ask_provider, expire_payment, settled_notice
from payments.completing import complete_payments
from payments.models import Payment
from payments.providers import (
    Notice,
    NoticeRefused,
    NoticeUnclear,
    Provider,
    RefundNotice,
    provider_named,
    sources,
)
from payments.queries import find_by_notices, late_payments
from payments.refund_notices import refunded_payment, take_refund_notice

MOST_ASKED = 200  # in one run: the timetable's next one goes on
UNKNOWN = "powiadomienie o płatności, której nie znamy"
UNKNOWN_REFUND = "powiadomienie o zwrocie płatności, której nie znamy"
Told = Notice | RefundNotice | str  # a str is the words of a problem
logger = logging.getLogger("spm.payments")


def handle_notices(*, at: datetime) -> int:
    """Handle every stored notice that nobody has handled yet; returns how many. One that fails leaves the others.

    Called by the worker that a notice wakes, and by the timetable for what a crash or a lost wake-up left. What waits
    is posted by the batch; a batch that fails is cut in two until the one that is to blame is alone.
    """
    handled = 0
    for source, provider, recipient in sources():
        failed: set[int] = set()
        while events := inbound.claim(source, besides=failed):
            done, left = _handle(events, provider_named(provider, recipient), at=at)
            handled += done
            failed |= left
    return handled


def _handle(events: Sequence[InboundEvent], provider: Provider, *, at: datetime) -> tuple[int, set[int]]:
    """How many of the claimed *events* were handled, and those that failed.

    Plain notices are handled together. What needs a call to the provider, and refunds, which have an order of locks of
    their own, are handled one by one after them.
    """
    told = {event.pk: one for event in events if (one := _read(event, provider)) is not None}
    readable = [event for event in events if event.pk in told]
    together = [event for event in readable if not _needs_more(told[event.pk])]
    done, failed = _by_halves(together, told, provider, at=at)
    failed |= {event.pk for event in events} - told.keys()
    for event in [event for event in readable if _needs_more(told[event.pk])]:
        some, left = _by_halves([event], told, provider, at=at)
        done, failed = done + some, failed | left
    return done, failed


def _read(event: InboundEvent, provider: Provider) -> Told | None:
    """What a notice says; None when it cannot be read just now (a certificate is away)."""
    try:
        return provider.read_notice(event.headers, bytes(event.body))
    except (NoticeRefused, NoticeUnclear) as trouble:
        return str(trouble)
    except Exception:
        logger.exception("notice %s of %s could not be read", event.pk, event.source)
        return None


def _needs_more(told: Told) -> bool:
    return isinstance(told, RefundNotice) or (isinstance(told, Notice) and told.is_promise)


def _by_halves(
    events: Sequence[InboundEvent], told: dict[int, Told], provider: Provider, *, at: datetime
) -> tuple[int, set[int]]:
    if not events:
        return 0, set()
    try:
        return _bring_in(events, told, provider, at=at), set()
    except Exception:  # kept for the next sweep; the others must go on
        if len(events) == 1 or not connection.is_usable():
            logger.exception("notices %s of %s were not handled", [event.pk for event in events], events[0].source)
            return 0, {event.pk for event in events}
    half = len(events) // 2
    first, second = (_by_halves(some, told, provider, at=at) for some in (events[:half], events[half:]))
    return first[0] + second[0], first[1] | second[1]


def _bring_in(events: Sequence[InboundEvent], told: dict[int, Told], provider: Provider, *, at: datetime) -> int:
    """What the *events* say, in one transaction with their marks; the provider is asked before, where it must be."""
    by = job(f"notice {events[0].source}")
    notices = {event.pk: one for event in events if isinstance(one := told[event.pk], Notice)}
    payments = find_by_notices(provider.name, notices)
    settled = {key: settled_notice(payment, notices[key], provider) for key, payment in payments.items()}

    def act(mine: Sequence[InboundEvent]) -> list[str]:
        known = [event.pk for event in mine if event.pk in settled]
        problems = complete_payments([(payments[key].pk, settled[key]) for key in known], by=by, at=at)
        words = dict(zip(known, problems, strict=True))
        return [words[event.pk] if event.pk in words else _otherwise(told[event.pk]) for event in mine]

    def _otherwise(one: Told) -> str:
        if isinstance(one, str):
            return one
        if isinstance(one, Notice):
            return UNKNOWN
        refunded = refunded_payment(provider.name, one)
        return UNKNOWN_REFUND if refunded is None else take_refund_notice(refunded, one, by=by, at=at)

    return inbound.handle_claimed(events, act, at=at)


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
