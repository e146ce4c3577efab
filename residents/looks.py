"""What happens to the records of who looked: they are taken away as a file, and forgotten once they are old enough."""

from datetime import datetime

from django.db.models import DateTimeField, Func

from core import audit
from core.actor import Actor
from residents.models import AccessRecord

# By the database's clock and calendar, as its trigger counts: ours may differ by an hour when summer time begins.
KEPT_UNTIL = Func(template="now() - interval '2 years'", output_field=DateTimeField())


def forget_looks(before: datetime, most: int) -> int:
    """Delete at most *most* records older than *before*, the oldest first; how many went.

    One that is younger than two years stays, whatever *before* says, and the database would refuse to delete it.
    """
    old = AccessRecord.objects.filter(at__lt=before).filter(at__lt=KEPT_UNTIL)
    return AccessRecord.objects.filter(pk__in=old.order_by("at", "pk").values("pk")[:most]).delete()[0]


def record_looks_export(*, count: int, by: Actor) -> None:
    """Note that *count* records were taken away as a file."""
    audit.record("export_looks", "looks", by=by, count=count)
