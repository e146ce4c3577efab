"""Sources asked over HTTP: stored raw, tied together, told to the officers once; a failure calls nothing off."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from django.conf import settings
from django.test import override_settings

from broadcasts import tasks
from broadcasts.actions import poll_sources, take_answer, take_cap_file
from broadcasts.alerting import is_worth_waking
from broadcasts.models import DutyOfficer, SourceState, SourceWarning
from broadcasts.sources.catalogue import sources
from broadcasts.told import NotReadable
from core.models import InboundEvent
from notifications.models import ServiceLetter
from notifications.service_letters import send_letters
from tests import make
from tests.broadcasts.samples import CAP, HYDRO, METEO, NONE, RSO, listed
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
NIGHT = datetime.fromisoformat("2026-11-21T22:00:00+00:00")


def tell(sandbox: Sandbox, source: str, *rows: dict[str, Any]) -> None:
    """Let the stand-in of *source* tell *rows*."""
    answer = requests.put(f"{sandbox.url}/control/warnings/{source}", json=list(rows), timeout=10)
    assert answer.status_code == 200, answer.text


def poll(at: datetime = NIGHT) -> Any:
    """Ask every source *at* a moment."""
    return poll_sources(clock=lambda: at)


@pytest.fixture
def duty(db: None) -> DutyOfficer:
    """The officer on duty."""
    return DutyOfficer.objects.create(name="Olga Kryzys", phone="+48600700800")


def warning(key: str = METEO["id"]) -> SourceWarning:
    """The newest row of that key."""
    return SourceWarning.objects.filter(key=key).latest("pk")


def test_a_warning_of_the_towns_county_and_level_wakes_the_officer_once(sandbox: Sandbox, duty: DutyOfficer) -> None:
    tell(sandbox, "meteo", METEO, {**METEO, "id": "Wr1", "teryt": ["0201"]})
    assert poll().new == 2
    poll(NIGHT + timedelta(minutes=2))
    assert (warning().concerns_town, warning("Wr1").concerns_town) == (True, False)
    assert warning().alerted_at == NIGHT
    send_letters(clock=lambda: NIGHT)
    (sms,) = sandbox.sms("+48600700800")
    assert "Silny wiatr" in sms["text"]
    assert InboundEvent.objects.filter(source="warnings_imgw_meteo").count() == 1


def test_a_change_is_tied_to_the_first_and_wakes_only_when_it_is_graver(sandbox: Sandbox, duty: DutyOfficer) -> None:
    tell(sandbox, "meteo", METEO)
    poll()
    first = warning()
    tell(sandbox, "meteo", {**METEO, "tresc": "Dokładniejsza prognoza."})
    poll()
    changed = warning()
    assert (changed.first, changed.sort, changed.state) == (first, "update", "current")
    assert ServiceLetter.objects.count() == 1
    tell(sandbox, "meteo", {**METEO, "id": "Kr-nowy-numer", "stopien": "3"})
    poll()
    graver = warning("Kr-nowy-numer")
    first.refresh_from_db()
    assert (graver.first, graver.level, first.state) == (first, 3, "replaced")
    assert ServiceLetter.objects.count() == 2


def test_what_is_gone_from_a_whole_list_was_called_off_and_the_officer_is_told(
    sandbox: Sandbox, duty: DutyOfficer
) -> None:
    tell(sandbox, "meteo", METEO)
    poll()
    tell(sandbox, "meteo")
    assert poll().cancelled == 1
    assert warning().state == "cancelled"
    assert ServiceLetter.objects.latest("pk").body.startswith("SPM Dolina: zrodlo odwolalo")
    tell(sandbox, "meteo", METEO)
    poll()
    assert warning().state == "current", "it came back the same: an answer that returns is taken in again"


def test_what_has_run_its_time_has_ended_and_nobody_is_told(sandbox: Sandbox, duty: DutyOfficer) -> None:
    tell(sandbox, "meteo", METEO)
    poll()
    tell(sandbox, "meteo")
    poll(NIGHT + timedelta(days=1))
    assert warning().state == "ended"
    assert ServiceLetter.objects.count() == 1


@pytest.mark.parametrize("fault", ["http500", "html", "cut", "truncated", "nonsense"])
def test_a_source_that_fails_calls_nothing_off_and_holds_up_nobody(
    sandbox: Sandbox, duty: DutyOfficer, fault: str
) -> None:
    tell(sandbox, "meteo", METEO)
    tell(sandbox, "rso", RSO)
    poll()
    tell(sandbox, "meteo")
    tell(sandbox, "hydro")
    tell(sandbox, "rso", RSO, {**RSO, "id": "2"})
    sandbox.control("PUT", "settings", imgw_next=[fault, fault])
    report = poll(NIGHT + timedelta(minutes=2))
    assert set(report.failed) == {"imgw_meteo", "imgw_hydro"}
    assert (report.answered, report.new) == (1, 1)
    assert warning().state == "current"
    state = SourceState.objects.get(code="imgw_meteo")
    assert state.trouble
    assert state.failing_since == NIGHT + timedelta(minutes=2)
    assert state.answered_at == NIGHT
    poll(NIGHT + timedelta(minutes=4))
    state.refresh_from_db()
    assert (state.trouble, state.failing_since) == ("", None)
    assert warning().state == "cancelled"


def test_a_list_with_a_row_that_cannot_be_read_calls_nothing_off(sandbox: Sandbox, duty: DutyOfficer) -> None:
    tell(sandbox, "meteo", METEO)
    poll()
    tell(sandbox, "meteo", {**METEO, "id": "Kr2"}, {**METEO, "stopien": "9"})
    report = poll()
    assert report.new == 1
    assert "nieznany stopień" in report.failed["imgw_meteo"]
    assert warning().state == "current"


def test_an_answer_that_a_newer_one_has_overtaken_changes_nothing(sandbox: Sandbox, duty: DutyOfficer) -> None:
    source = next(one for one in sources() if one.code == "imgw_meteo")
    take_answer(source, 200, listed(METEO), at=NIGHT)
    late = InboundEvent.objects.create(source="warnings_imgw_meteo", key="0:x", body=NONE, is_verified=True)
    take_answer(source, 200, listed(METEO, {**METEO, "id": "Kr2"}), at=NIGHT)
    take_answer(source, 404, NONE + b" ", at=NIGHT)
    late.refresh_from_db()
    assert late.handled_at is None or late.problem.startswith("Pominięto")
    assert set(SourceWarning.objects.values_list("state", flat=True)) == {"cancelled"}


def test_each_answer_is_stored_as_it_came_before_it_is_acted_on(sandbox: Sandbox, duty: DutyOfficer) -> None:
    tell(sandbox, "hydro", HYDRO)
    poll()
    event = InboundEvent.objects.get(source="warnings_imgw_hydro")
    assert b"wezbranie" in event.body
    assert SourceWarning.objects.get(source="imgw_hydro").arrived_in == event
    assert InboundEvent.objects.filter(source="warnings_imgw_meteo").count() == 1, "the empty answer too"


def test_a_message_of_cap_comes_in_from_a_file_once_and_is_called_off_by_another(
    sandbox: Sandbox, duty: DutyOfficer
) -> None:
    first = take_cap_file(CAP.encode(), by=make.BY, at=NIGHT)
    assert first is not None
    assert (first.concerns_town, first.level) == (True, 2)
    assert take_cap_file(CAP.encode(), by=make.BY, at=NIGHT) is None
    reference = "<references>wczk@katowice.example,WCZK-24-2026-118,2026-11-21T13:05:00+01:00</references>"
    cancel = CAP.replace("<msgType>Alert", "<msgType>Cancel").replace("<info>", f"{reference}<info>", 1)
    end = take_cap_file(cancel.replace("118</identifier>", "119</identifier>").encode(), by=make.BY, at=NIGHT)
    first.refresh_from_db()
    assert end is not None
    assert (first.state, end.first, end.sort) == ("cancelled", first, "cancel")
    assert ServiceLetter.objects.count() == 2
    with pytest.raises(NotReadable):
        take_cap_file(b"<alert/>", by=make.BY, at=NIGHT)


def test_an_exercise_of_others_wakes_nobody(sandbox: Sandbox, duty: DutyOfficer) -> None:
    take_cap_file(CAP.replace("Actual", "Exercise").encode(), by=make.BY, at=NIGHT)
    assert ServiceLetter.objects.count() == 0


def test_a_cap_address_is_asked_like_the_others_and_its_silence_is_told(sandbox: Sandbox) -> None:
    known = {**settings.WARNINGS, "imgw_url": "", "rso_url": "", "cap_urls": [f"{sandbox.url}/nie-ma.cap"]}
    with override_settings(WARNINGS=known):
        result = tasks.poll_warnings()
    (words,) = result["failed"].values()
    assert "404" in words


def test_officers_are_told_of_their_level_of_what_grows_and_of_the_end_of_what_they_were_told() -> None:
    known = {"least": 2, "earlier_level": None, "cancelled": False, "was_alerted": False}
    assert is_worth_waking(level=2, **known)
    assert not is_worth_waking(level=1, **known)
    assert not is_worth_waking(level=2, **{**known, "earlier_level": 2, "was_alerted": True})
    assert is_worth_waking(level=3, **{**known, "earlier_level": 2, "was_alerted": True})
    assert is_worth_waking(level=0, **{**known, "cancelled": True, "was_alerted": True})
    assert not is_worth_waking(level=3, **{**known, "cancelled": True})
