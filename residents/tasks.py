"""Celery's doors: arguments, clock, one action."""

from celery import shared_task
from django.utils import timezone

from core.actor import job
from residents import merging, notices


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def send_notices() -> int:
    """E-mails to owners of accounts about their accounts."""
    return notices.send_notices(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery carries no types
def collect_strays() -> int:
    """What came to a record at the very moment when it was merged into another."""
    return merging.collect_strays(by=job("collect_strays"), at=timezone.now())
