"""Celery's doors: clock in, one action."""

from celery import shared_task
from django.utils import timezone

from core import retention
from core.actor import job


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def apply_retention() -> dict[str, int]:
    """Forget what is past its term; what was forgotten, by category."""
    done = retention.apply_retention(at=timezone.now(), by=job("apply_retention"))
    return {line.category: line.count for line in done if line.count and not line.waits}
