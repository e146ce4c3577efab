"""Celery's doors: they wake the work; the database holds it."""

from dataclasses import asdict
from typing import Any

from celery import shared_task
from django.utils import timezone

import broadcasts.actions
import broadcasts.sending
from core.actor import job


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def poll_warnings() -> dict[str, Any]:
    """Ask every source of warnings."""
    return asdict(broadcasts.actions.poll_sources(clock=timezone.now))


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def close_broadcasts() -> int:
    """Close the warnings of which no message waits any more."""
    return broadcasts.sending.close_finished(by=job("close_broadcasts"), at=timezone.now())
