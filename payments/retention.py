"""Counting payments and bank statements that are past the time of keeping accounting evidence."""

from datetime import datetime

from django.utils import timezone

from payments.models import BankStatement, Payment


def count_payments(before: datetime) -> int:
    """How many payments were started before *before*: an archivist decides about them."""
    return Payment.objects.filter(started_at__lt=before).count()


def count_statements(before: datetime) -> int:
    """How many bank statements ended before *before*: an archivist decides about them."""
    return BankStatement.objects.filter(closed_on__lt=timezone.localdate(before)).count()
