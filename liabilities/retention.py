"""Forgetting what bad rows of dues files said; counting dues that are past the time of keeping tax papers."""

from datetime import datetime

from django.db.models import Max, QuerySet, Sum
from django.utils import timezone

from liabilities.models import ImportProblem, Liability


def _problems(before: datetime) -> "QuerySet[ImportProblem]":
    return ImportProblem.objects.filter(run__ran_at__lt=before)


def forget_problems(before: datetime, most: int) -> int:
    """Delete at most *most* rejected rows of old imports; the import itself and its counts stay."""
    some = list(_problems(before).order_by("pk").values_list("pk", flat=True)[:most])
    return ImportProblem.objects.filter(pk__in=some).delete()[0]


def count_problems(before: datetime) -> int:
    """How many rejected rows are past their term."""
    return _problems(before).count()


def count_dues(before: datetime) -> int:
    """How many dues are paid and had their last term before *before*: an archivist decides about them."""
    sums = Liability.objects.annotate(last=Max("instalments__payable_by"), left=Sum("instalments__outstanding"))
    return sums.filter(last__lt=timezone.localdate(before), left=0).count()
