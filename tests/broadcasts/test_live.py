"""The live view told by server-sent events."""

import pytest

from broadcasts import tasks
from broadcasts.admin.live import events_of
from residents.models import Account, Payer
from tests import make
from tests.broadcasts.nights import run, sent
from tests.conftest import SignIn
from tests.sandbox_process import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


def test_each_change_is_told_once_and_the_end_too(
    sandbox: Sandbox, officer: Account, colleague: Account, town: list[Payer]
) -> None:
    broadcast = sent(officer, colleague)
    now = make.now()
    happens = iter([lambda: None, run, tasks.close_broadcasts])
    told = list(events_of(broadcast.pk, clock=lambda: now, pause=lambda _: next(happens)()))
    assert told[0].startswith("retry:")
    assert [part.split("\n")[0] for part in told[1:]] == [
        "event: progress",
        ": nothing new",
        "event: progress",
        "event: over",
    ]
    assert "<td>3</td>" in told[3]
    assert all(line.startswith("data: ") for line in told[1].strip().split("\n")[1:])


def test_the_page_tells_of_itself_by_events_and_without_script_by_coming_again(
    sandbox: Sandbox, officer: Account, colleague: Account, town: list[Payer], signed_in: SignIn
) -> None:
    broadcast = sent(officer, colleague)
    client = signed_in(officer)
    address = f"/urzad/broadcasts/broadcast/{broadcast.pk}"
    page = client.get(f"{address}/change/").content.decode()
    assert f'data-events="{address}/zdarzenia/"' in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    still = client.get(f"{address}/change/?bez-odswiezania=1").content.decode()
    assert "data-events" not in still
    assert "http-equiv" not in still
    run()
    tasks.close_broadcasts()
    answer = client.get(f"{address}/zdarzenia/")
    assert answer["Content-Type"] == "text/event-stream"
    assert b"event: over" in b"".join(answer.streaming_content)
