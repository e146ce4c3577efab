"""The office's pages of this floor: warnings of sources, the staff's list, the town's own warnings."""

from broadcasts.admin.officers import DutyOfficerAdmin
from broadcasts.admin.warnings import SourceStateAdmin, SourceWarningAdmin

__all__ = ["DutyOfficerAdmin", "SourceStateAdmin", "SourceWarningAdmin"]
