"""Celery's doors: they wake the work; the database holds it."""

from celery import shared_task
from django.utils import timezone

import mailroom.deciding
import mailroom.fetching
import mailroom.intake


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def poll_mailbox() -> int:
    """Store what came to the mailbox, read what is stored, accept what is signed and agrees."""
    mailroom.fetching.poll(clock=timezone.now)
    read = mailroom.intake.read_stored(clock=timezone.now)
    mailroom.deciding.decide_letters(at=timezone.now())
    mailroom.deciding.note_registered(at=timezone.now())
    return read
