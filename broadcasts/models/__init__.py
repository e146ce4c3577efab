"""The tables of the broadcasts floor."""

from broadcasts.models.officer import DutyOfficer
from broadcasts.models.source import SourceState, SourceWarning, WarningState

__all__ = ["DutyOfficer", "SourceState", "SourceWarning", "WarningState"]
