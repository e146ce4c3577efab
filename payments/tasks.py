"""Celery's doors: clock in, one action."""

import logging
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from core.actor import job
from core.waking import heard
from payments import (
    money_proof,
    notices,
    refund_sending,
    refund_transfers,
    statement_folder,
    statement_proof,
    statements,
)

logger = logging.getLogger("spm.statements")


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def handle_notices() -> int:
    """Bring stored notices into their payments."""
    heard(handle_notices)
    return notices.handle_notices(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def ask_late_payments() -> dict[str, int]:
    """Ask about payments whose notice never came."""
    return notices.ask_late_payments(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def take_statements() -> int:
    """Files of the watched folder, and what a crash left of earlier ones; how many files."""
    by, now = job("take_statements"), timezone.now()
    left = statements.finish_files(by=by, at=now)
    folder = settings.BANK["statement_folder"]
    if not folder:
        return left
    return left + sum(statement_folder.take_from_folder(Path(folder), by=by, at=now).values())


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def prove_statements() -> int:
    """Prove statements, providers and the ledger against each other; a difference is logged as an error."""
    broken = statement_proof.unproven_statements() | money_proof.unproven_money()
    for words, rows in broken.items():
        logger.error("%s: %s", words, rows)
    return len(broken)


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def work_refunds() -> dict[str, int]:
    """Send refunds, ask about those under way, find those that the bank has paid."""
    now = timezone.now()
    return {**refund_sending.work_refunds(at=now), "found": refund_transfers.find_debits(at=now)}
