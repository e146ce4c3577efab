"""A draft out of what a source told: the hazard guessed, the ready texts filled in."""

from datetime import datetime, timedelta
from typing import Any

from broadcasts.compose_form import ready_texts
from broadcasts.composing import drop, make_draft
from broadcasts.hazard_guess import OTHER, guessed_hazard
from broadcasts.models import AreaKind, Broadcast, Hazard, SourceWarning
from broadcasts.models.broadcast import Severity, Urgency
from broadcasts.states import UNSENT
from core.actor import Actor

OPEN_LENGTH = timedelta(hours=24)


def said_of_warning(warning: SourceWarning, *, at: datetime) -> dict[str, Any]:
    """What the composer starts with for *warning*."""
    code = guessed_hazard(warning.event)
    hazard = Hazard.objects.filter(code=code).first() or Hazard.objects.get(code=OTHER)
    until = warning.ends_at if warning.ends_at and warning.ends_at > at else at + OPEN_LENGTH
    said: dict[str, Any] = {
        "hazard": hazard,
        "severity": warning.severity if warning.severity in Severity.values else Severity.MODERATE,
        "urgency": warning.urgency if warning.urgency in Urgency.values else Urgency.EXPECTED,
        "until": until.replace(second=0, microsecond=0),
        "area_kind": AreaKind.WHOLE,
        "districts": [],
        "streets": [],
        "postal_codes": [],
    }
    return said | ready_texts(said)


def draft_of_warning(warning: SourceWarning, *, by: Actor, at: datetime) -> Broadcast:
    """A draft that waits for an officer, in the caller's transaction."""
    return make_draft(said=said_of_warning(warning, at=at), by=by, at=at, source_warning=warning)


def drop_drafts(warning: SourceWarning, *, reason: str, by: Actor, at: datetime) -> int:
    """Give up the drafts made of *warning* that nobody has touched: its source has changed or called it off."""
    untouched = Broadcast.objects.filter(
        source_warning=warning, state__in=[state.value for state in UNSENT], written_by__isnull=True
    )
    for draft in untouched:
        drop(draft, reason=reason, by=by, at=at)
    return len(untouched)
