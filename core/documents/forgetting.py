"""Documents that nobody holds any more: a scan that was never registered, a message that was forgotten."""

from datetime import datetime

from django.db.models import Exists, ManyToOneRel, OuterRef, QuerySet

from core.models import StoredDocument


def unheld(before: datetime) -> "QuerySet[StoredDocument]":
    """Documents older than *before* to which no row of any floor points."""
    # Hidden relations («+») as well: most holders have no name on this side.
    pointing = [one for one in StoredDocument._meta.get_fields(include_hidden=True) if isinstance(one, ManyToOneRel)]
    held = [
        Exists(one.related_model._base_manager.filter(**{one.field.name: OuterRef("pk")}).order_by())
        for one in pointing
    ]
    return StoredDocument.objects.filter(*(~one for one in held), stored_at__lt=before)


def forget_documents(before: datetime, most: int) -> int:
    """Delete at most *most* documents older than *before* that nobody holds; returns how many."""
    some = list(unheld(before).order_by("pk").values_list("pk", flat=True)[:most])
    return StoredDocument.objects.filter(pk__in=some).delete()[0]


def count_documents(before: datetime) -> int:
    """How many documents that nobody holds are past their term."""
    return unheld(before).count()
