"""Ready texts and parts of the town, changed."""

from django.db import transaction

from broadcasts.models import District, Hazard
from core import audit
from core.actor import Actor


def set_hazard(hazard: Hazard, *, by: Actor) -> None:
    """Store a hazard's ready texts."""
    with transaction.atomic():
        hazard.save()
        audit.record("set_hazard", f"hazard:{hazard.pk}", by=by, name=hazard.name)


def set_district(district: District, *, by: Actor) -> None:
    """Store a part of the town."""
    with transaction.atomic():
        district.save()
        audit.record("set_district", f"district:{district.pk}", by=by, name=district.name)
