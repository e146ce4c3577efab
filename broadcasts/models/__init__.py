"""The tables of the broadcasts floor."""

from broadcasts.models.broadcast import AreaKind, Broadcast, BroadcastStep, StepKind
from broadcasts.models.hazard import District, Hazard
from broadcasts.models.officer import DutyOfficer
from broadcasts.models.source import SourceState, SourceWarning, WarningState

__all__ = [
    "AreaKind",
    "Broadcast",
    "BroadcastStep",
    "District",
    "DutyOfficer",
    "Hazard",
    "SourceState",
    "SourceWarning",
    "StepKind",
    "WarningState",
]
