"""Celery's doors: arguments, clock, one action."""

from celery import shared_task
from django.utils import timezone

from residents import notices


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def send_notices() -> int:
    """E-mails to owners of accounts about their accounts."""
    return notices.send_notices(at=timezone.now())
