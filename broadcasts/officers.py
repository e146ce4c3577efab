"""The staff's own list, changed."""

from datetime import datetime

from django.db import transaction

from broadcasts.models import DutyOfficer
from core import audit
from core.actor import Actor
from core.phones import parse_mobile


def set_officer(officer: DutyOfficer, *, by: Actor, at: datetime) -> None:
    """Store somebody of the staff's list. Raises Refused as `parse_mobile`."""
    officer.phone = parse_mobile(officer.phone)
    is_idle = not (officer.is_on_duty or officer.joins_rehearsals)
    officer.left_at = (officer.left_at or at) if is_idle else None
    with transaction.atomic():
        officer.save()
        audit.record("set_officer", f"officer:{officer.pk}", by=by, on_duty=officer.is_on_duty)


def forget_officers(before: datetime, most: int) -> int:
    """Delete at most *most* of those who left the list before *before*; returns how many."""
    some = list(DutyOfficer.objects.filter(left_at__lt=before).order_by("pk").values_list("pk", flat=True)[:most])
    return DutyOfficer.objects.filter(pk__in=some).delete()[0]


def count_left_officers(before: datetime) -> int:
    """How many of those who left are past their term."""
    return DutyOfficer.objects.filter(left_at__lt=before).count()
