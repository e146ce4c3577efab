"""The office's pages of this floor: warnings of sources, the staff's list, the town's own warnings."""

from broadcasts.admin.assisted import AssistedResidentAdmin
from broadcasts.admin.broadcasts import BroadcastAdmin
from broadcasts.admin.officers import DutyOfficerAdmin
from broadcasts.admin.ready_texts import DistrictAdmin, HazardAdmin
from broadcasts.admin.warnings import SourceStateAdmin, SourceWarningAdmin

__all__ = [
    "AssistedResidentAdmin",
    "BroadcastAdmin",
    "DistrictAdmin",
    "DutyOfficerAdmin",
    "HazardAdmin",
    "SourceStateAdmin",
    "SourceWarningAdmin",
]
