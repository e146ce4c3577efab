"""Counting payments that are past the time of keeping accounting evidence."""

from datetime import datetime

from payments.models import Payment


def count_payments(before: datetime) -> int:
    """How many payments were started before *before*: an archivist decides about them."""
    return Payment.objects.filter(started_at__lt=before).count()
