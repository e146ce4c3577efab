"""Celery's doors: they wake the work; the database holds it."""

from dataclasses import asdict
from typing import Any

from celery import shared_task
from django.utils import timezone

import broadcasts.actions


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def poll_warnings() -> dict[str, Any]:
    """Ask every source of warnings."""
    return asdict(broadcasts.actions.poll_sources(clock=timezone.now))
