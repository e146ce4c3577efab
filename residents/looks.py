"""What happens to the records of who looked: they are taken away as a file, and forgotten once they are old enough."""

from datetime import datetime

from core import audit
from core.actor import Actor
from residents.models import AccessRecord


def count_looks(before: datetime) -> int:
    """How many records are older than *before*."""
    return AccessRecord.objects.filter(at__lt=before).count()


def forget_looks(before: datetime, most: int) -> int:
    """Delete at most *most* records older than *before*, the oldest first; how many went.

    The database refuses to delete one that is younger than two years, whatever *before* says (InternalError).
    """
    oldest = AccessRecord.objects.filter(at__lt=before).order_by("at", "pk").values("pk")[:most]
    return AccessRecord.objects.filter(pk__in=oldest).delete()[0]


def record_looks_export(*, count: int, by: Actor) -> None:
    """Note that *count* records were taken away as a file."""
    audit.record("export_looks", "looks", by=by, count=count)
