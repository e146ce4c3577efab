"""What a night of warnings leaves in the tables, for tests that look at pages."""

from datetime import timedelta

from broadcasts.actions import take_cap_file
from broadcasts.composing import write_draft
from broadcasts.models import Broadcast, District, DutyOfficer, SourceState, SourceWarning
from broadcasts.sending import start
from core.actor import Actor
from tests import make
from tests.broadcasts.samples import CAP

OLGA = Actor(name="Olga Kryzys")


def told_warning() -> SourceWarning:
    """An officer on duty, a source that cannot be heard, and a warning for the town's county."""
    DutyOfficer.objects.create(name="Olga Kryzys", phone="+48600700800")
    SourceState.objects.create(code="rso", name="RSO", trouble="nie ma połączenia", failing_since=make.now())
    warning = take_cap_file(
        CAP.replace("2026-11-22T06:00:00+01:00", "2036-11-22T06:00:00+01:00").encode(), by=make.BY, at=make.now()
    )
    assert warning is not None
    return warning


def sent_broadcast() -> Broadcast:
    """The night's warning sent past the second pair of eyes, with its draft's source."""
    warning = told_warning()
    draft = Broadcast.objects.get(source_warning=warning)
    District.objects.create(name="Osiedle Słoneczne", streets=["Słoneczna"], postal_codes=["00-002"])
    write_draft(draft, said={"until": make.now() + timedelta(hours=6)}, by=OLGA, at=make.now())
    return start(draft, by=OLGA, at=make.now(), break_glass="Nie ma nikogo drugiego w urzędzie.")
