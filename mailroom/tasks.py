"""Celery's doors: they wake the work; the database holds it."""

from celery import shared_task
from django.utils import timezone

import mailroom.fetching
import mailroom.intake


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def poll_mailbox() -> int:
    """Store what came to the mailbox, then read what is stored."""
    mailroom.fetching.poll(clock=timezone.now)
    return mailroom.intake.read_stored(clock=timezone.now)
