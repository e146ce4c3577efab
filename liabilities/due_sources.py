"""What was agreed with a finance system, kept by the treasurer."""

from django.db import transaction

from core import audit
from core.actor import Actor
from liabilities.models import DueSource


def set_source(source: DueSource, *, by: Actor) -> None:
    """Keep what was agreed with a finance system; who said so is recorded."""
    with transaction.atomic():
        source.save()
        audit.record(
            "set_due_source",
            f"source:{source.pk}",
            by=by,
            interest_by=source.interest_by,
            needs_control=source.needs_control,
            posts_within=source.posts_within,
        )
