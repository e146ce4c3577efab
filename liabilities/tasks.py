"""Celery's doors: arguments, clock, one action."""

import logging

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from core.actor import job
from core.errors import Refused
from liabilities import letter_runs, nbp, queries, rate_watch, relief_end, reminders

logger = logging.getLogger("spm.ledger")
LETTER_SECONDS = 240


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def queue_reminders() -> int:
    """Today's reminders."""
    report = reminders.queue_reminders(on=timezone.localdate(), at=timezone.now(), by=job("queue_reminders"))
    return report.queued


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def lapse_reliefs() -> int:
    """Deferrals and plans of instalments that were missed."""
    return relief_end.lapse_reliefs(on=timezone.localdate(), by=job("lapse_reliefs"), at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def prove_ledger() -> int:
    """Prove every kept sum from its entries; a difference is logged as an error."""
    broken = queries.unproven_instalments()
    if broken:
        logger.error("the ledger does not add up for instalments %s", broken[:50])
    return len(broken)


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def read_bank_rates() -> int:
    """NBP's rates, where the town lets us ask; a silent bank is asked again tomorrow, and staff are warned in time."""
    if not settings.NBP_RATES_URL:
        return 0
    try:
        return rate_watch.keep_bank_rates(nbp.fetch_archive(), by=job("read_bank_rates"), at=timezone.now())
    except Refused as refusal:
        logger.warning("NBP's rates were not read: %s", refusal.code)
        return 0


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def work_letter_runs() -> int:
    """Go on with runs of dunning letters for a few minutes; the next call takes over from there."""
    return letter_runs.work_runs(
        clock=timezone.now, by=job("work_letter_runs"), seconds=LETTER_SECONDS, processes=settings.LETTER_PROCESSES
    )
