"""Forgetting what bad rows of dues files said; counting dues that are past the time of keeping tax papers."""

from datetime import datetime

from django.db.models import Max, QuerySet, Sum
from django.utils import timezone

from liabilities.models import ApiAnswer, ImportProblem, Liability, RejectedRow


def _problems(before: datetime) -> "QuerySet[ImportProblem]":
    return ImportProblem.objects.filter(run__ran_at__lt=before)


def _rejects(before: datetime) -> "QuerySet[RejectedRow]":
    return RejectedRow.objects.filter(run__ran_at__lt=before)


def forget_problems(before: datetime, most: int) -> int:
    """Delete at most *most* rejected rows of old imports and what was wrong; the import itself and its counts stay."""
    rows = list(_rejects(before).order_by("pk").values_list("pk", flat=True)[:most])
    gone = RejectedRow.objects.filter(pk__in=rows).delete()[0]
    some = list(_problems(before).order_by("pk").values_list("pk", flat=True)[: most - gone])
    return gone + ImportProblem.objects.filter(pk__in=some).delete()[0]


def count_problems(before: datetime) -> int:
    """How many rejected rows, and faults of them, are past their term."""
    return _problems(before).count() + _rejects(before).count()


def forget_answers(before: datetime, most: int) -> int:
    """Delete at most *most* answers that were given to finance systems."""
    some = list(_answers(before).order_by("pk").values_list("pk", flat=True)[:most])
    return ApiAnswer.objects.filter(pk__in=some).delete()[0]


def count_answers(before: datetime) -> int:
    """How many answers to finance systems are past their term."""
    return _answers(before).count()


def _answers(before: datetime) -> "QuerySet[ApiAnswer]":
    return ApiAnswer.objects.filter(answered_at__lt=before)


def count_dues(before: datetime) -> int:
    """How many dues are paid and had their last term before *before*: an archivist decides about them."""
    sums = Liability.objects.annotate(last=Max("instalments__payable_by"), left=Sum("instalments__outstanding"))
    return sums.filter(last__lt=timezone.localdate(before), left=0).count()
