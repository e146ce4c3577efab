"""Reads of payments that more than one caller needs."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from payments.models import Payment
from payments.states import OPEN

ASK_AFTER = timedelta(minutes=2)
ASK_EVERY = timedelta(minutes=5)


def history(payer_id: int) -> "QuerySet[Payment]":
    """The payer's payments, the newest first."""
    return Payment.objects.filter(payer_id=payer_id).order_by("-started_at", "-pk")


def find_own(payer_id: int, number: UUID) -> Payment | None:
    """The payer's payment of that number; None when there is none, or it is somebody else's."""
    return Payment.objects.filter(payer_id=payer_id, number=number).first()


def late_payments(*, at: datetime) -> "QuerySet[Payment]":
    """Open payments whose notice should have come by now, and which were not asked about lately."""
    return Payment.objects.filter(
        Q(asked_at__isnull=True) | Q(asked_at__lt=at - ASK_EVERY),
        state__in=[state.value for state in OPEN],
        started_at__lt=at - ASK_AFTER,
    ).order_by("started_at")
