"""Documents that nobody holds any more: a scan that was never registered, a message that was forgotten."""

from datetime import datetime

from django.db.models import QuerySet

from core.models import StoredDocument


def unheld(before: datetime) -> "QuerySet[StoredDocument]":
    """Documents older than *before* to which no row of any floor points."""
    holders = [relation.field.related_query_name() for relation in StoredDocument._meta.related_objects]
    return StoredDocument.objects.filter(stored_at__lt=before, **{f"{holder}__isnull": True for holder in holders})


def forget_documents(before: datetime, most: int) -> int:
    """Delete at most *most* documents older than *before* that nobody holds; returns how many."""
    some = list(unheld(before).order_by("pk").values_list("pk", flat=True)[:most])
    return StoredDocument.objects.filter(pk__in=some).delete()[0]


def count_documents(before: datetime) -> int:
    """How many documents that nobody holds are past their term."""
    return unheld(before).count()
