"""What a night of warnings leaves in the tables, for tests that look at pages."""

from broadcasts.actions import take_cap_file
from broadcasts.models import DutyOfficer, SourceState, SourceWarning
from tests import make
from tests.broadcasts.samples import CAP


def told_warning() -> SourceWarning:
    """An officer on duty, a source that cannot be heard, and a warning for the town's county."""
    DutyOfficer.objects.create(name="Olga Kryzys", phone="+48600700800")
    SourceState.objects.create(code="rso", name="RSO", trouble="nie ma połączenia", failing_since=make.now())
    warning = take_cap_file(CAP.encode(), by=make.BY, at=make.now())
    assert warning is not None
    return warning
