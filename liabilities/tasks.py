"""Celery's doors: arguments, clock, one action."""

import logging

from celery import shared_task
from django.utils import timezone

from core.actor import job
from liabilities import queries, reminders

logger = logging.getLogger("spm.ledger")


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def queue_reminders() -> int:
    """Today's reminders."""
    report = reminders.queue_reminders(on=timezone.localdate(), at=timezone.now(), by=job("queue_reminders"))
    return report.queued


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def prove_ledger() -> int:
    """Prove every kept sum from its entries; a difference is logged as an error."""
    broken = queries.unproven_instalments()
    if broken:
        logger.error("the ledger does not add up for instalments %s", broken[:50])
    return len(broken)
