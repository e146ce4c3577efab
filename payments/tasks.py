"""Celery's doors: clock in, one action."""

from celery import shared_task
from django.utils import timezone

from payments import notices


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def handle_notices() -> int:
    """Bring stored notices into their payments."""
    return notices.handle_notices(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def ask_late_payments() -> dict[str, int]:
    """Ask about payments whose notice never came."""
    return notices.ask_late_payments(at=timezone.now())
