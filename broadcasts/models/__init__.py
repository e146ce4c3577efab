"""The tables of the broadcasts floor."""

from broadcasts.models.assisted import AssistedResident
from broadcasts.models.broadcast import AreaKind, Broadcast, BroadcastStep, StepKind
from broadcasts.models.hazard import District, Hazard
from broadcasts.models.officer import DutyOfficer
from broadcasts.models.source import SourceState, SourceWarning, WarningState
from broadcasts.models.street import MapStreet

__all__ = [
    "AreaKind",
    "AssistedResident",
    "Broadcast",
    "BroadcastStep",
    "District",
    "DutyOfficer",
    "Hazard",
    "MapStreet",
    "SourceState",
    "SourceWarning",
    "StepKind",
    "WarningState",
]
