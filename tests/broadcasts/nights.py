"""Warnings of the town as officers write and send them, and what a night of them leaves in the tables."""

from datetime import datetime, timedelta
from typing import Any

from broadcasts.actions import take_cap_file
from broadcasts.composing import approve, make_draft, submit, write_draft
from broadcasts.models import AssistedResident, Broadcast, District, DutyOfficer, Hazard, SourceState, SourceWarning
from broadcasts.sending import start
from core.actor import Actor
from notifications.dispatch import dispatch
from notifications.models import Message
from residents.models import Account
from tests import make
from tests.broadcasts.samples import CAP

SMS = "DOLINA: silny wiatr do godz. 6:00. Zostań w domu, zamknij okna."
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
    helped = make.payer(make.pesel(640), "Helena Krucha")
    AssistedResident.objects.create(payer=helped, warden="Sołtys Lis", agreed_on=make.today())
    return start(draft, by=OLGA, at=make.now(), break_glass="Nie ma nikogo drugiego w urzędzie.")


def at(minutes: int = 0) -> datetime:
    """That many minutes from now."""
    return make.now() + timedelta(minutes=minutes)


def by(account: Account) -> Actor:
    """A member of staff acts."""
    return Actor(name=account.get_full_name(), account_id=account.pk)


def draft(officer: Account, **said: Any) -> Broadcast:
    """A draft of the officer's."""
    known = {"hazard": Hazard.objects.get(code="wind"), "sms": SMS, "advice": "Zostań w domu.", "until": at(600)}
    return make_draft(said={**known, **said}, by=by(officer), at=at())


def sent(officer: Account, colleague: Account, **said: Any) -> Broadcast:
    """One that went by the straight way."""
    made = submit(draft(officer, **said), by=by(officer), at=at())
    return start(approve(made, by=by(colleague), at=at()), by=by(officer), at=at())


def run(minutes: int = 0) -> None:
    """Let the gateways take what is due."""
    dispatch(clock=lambda: at(minutes), worker="test")


def reached(broadcast: Broadcast) -> list[tuple[str, str]]:
    """Who was warned, by name and channel."""
    return sorted(Message.objects.filter(about=broadcast.about).values_list("payer__name", "channel"))
