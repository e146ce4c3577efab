"""`manage.py dispatch` killed by SIGKILL in the middle, over and over: no message is lost, none goes out twice.

A few kills among all tests; `make faults` has a hundred over 10,000 SMS.
"""

import itertools
import random
import time
from collections.abc import Callable

import pytest
from django.db.models import Max

from notifications.holding import HELD_UNTIL
from notifications.models import Attempt, Message
from tests import make
from tests.faults.outbox import counted, environment, fill_outbox, is_worked_off, references, running, wait_until
from tests.faults.size import sized
from tests.sandbox_process import Sandbox

ENOUGH = sized(4, of_200=100)  # kills that strike a batch
MOST_MORE = 3 * ENOUGH  # further tries on a machine too busy to strike at once
SHARE = 100 if ENOUGH > 4 else 500  # messages that come due for each
SMS, LETTERS = ENOUGH * SHARE, 1_400
BATCH = 1_000
CHANCE = random.Random(20261121)


def _release(count: int) -> None:
    """Let that many more come due, so that every kill finds some that go out for the first time."""
    kept_back = Message.objects.filter(not_before=HELD_UNTIL).order_by("pk").values_list("pk", flat=True)[:count]
    Message.objects.filter(pk__in=list(kept_back)).update(not_before=make.now())


def _left(sandbox: Sandbox) -> int:
    """How many SMS the gateway has taken."""
    total: int = sandbox.control("GET", "sms/counts")["total"]
    return total


def _newest_try() -> int:
    newest: int = Attempt.objects.aggregate(newest=Max("pk", default=0))["newest"]
    return newest


def _when_the_gateway_takes_more(sandbox: Sandbox) -> Callable[[], bool]:
    before = _left(sandbox)
    return lambda: _left(sandbox) > before


def _when_a_batch_is_claimed(_: Sandbox) -> Callable[[], bool]:
    newest = _newest_try()
    return lambda: _newest_try() > newest


def _when_some_are_stored(_: Sandbox) -> Callable[[], bool]:
    before = counted()["sent"]
    return lambda: counted()["sent"] > before


def _some_time_after_a_claim(sandbox: Sandbox) -> Callable[[], bool]:
    claimed = _when_a_batch_is_claimed(sandbox)

    def is_so() -> bool:
        if not claimed():
            return False
        time.sleep(CHANCE.random())
        return True

    return is_so


# The first two strike messages that go out for the first time, the others those that are asked about by their idx.
MOMENTS = (
    *(_when_some_are_stored, _when_the_gateway_takes_more, _when_a_batch_is_claimed),
    *(_some_time_after_a_claim, _some_time_after_a_claim, _some_time_after_a_claim),
)


def _finish(settings: dict[str, str]) -> None:
    """Let one more worker run in peace until nothing waits."""
    with running("manage.py", "dispatch", environment=settings):
        wait_until(is_worked_off, seconds=60, what="the outbox is worked off")


def test_sms_of_killed_workers_each_leave_exactly_once(transactional_db: None, sandbox: Sandbox) -> None:
    fill_outbox(SMS, channel="sms")
    Message.objects.update(not_before=HELD_UNTIL)
    sandbox.control("PUT", "settings", sms_latency_ms=300.0, sms_report_delay_s=3600.0)
    settings = environment(sandbox)
    hit = 0
    for moment in itertools.islice(itertools.cycle(MOMENTS), ENOUGH + MOST_MORE):
        _release(SHARE)
        is_due = moment(sandbox)
        with running("manage.py", "dispatch", environment=settings) as worker:
            wait_until(lambda due=is_due: due() or is_worked_off(), seconds=60, what=moment.__name__)
            assert worker.poll() is None
        hit += counted()["sending"] > 0
        if hit >= ENOUGH:
            break
    assert hit >= ENOUGH, "too few kills struck a batch on its way: the test proves nothing"
    _release(SMS)
    sandbox.control("PUT", "settings", sms_latency_ms=0.0)
    _finish(settings)
    assert counted() == {"sent": SMS}
    assert sorted(sandbox.control("GET", "sms/idx")) == references()
    assert Attempt.objects.filter(outcome="unknown", code="przerwana").exists()
    assert not Attempt.objects.filter(ended_at=None).exists()


def test_letters_of_a_killed_worker_go_once_or_stay_listed_in_doubt(transactional_db: None, sandbox: Sandbox) -> None:
    fill_outbox(LETTERS, channel="email")
    settings = environment(sandbox)
    with running("manage.py", "dispatch", environment=settings):
        wait_until(lambda: sandbox.control("GET", "mail/counts")["total"] > 50, seconds=30, what="letters leave")
    _finish(settings)
    states = counted()
    assert states["sent"] + states["unknown"] == LETTERS
    assert 0 < states["unknown"] <= BATCH
    mail = sandbox.control("GET", "mail/counts")
    assert mail["duplicates"] == 0
    assert states["sent"] < mail["total"] <= LETTERS
    arrived = {letter["message_id"] for letter in _letters(sandbox)}
    for message in Message.objects.filter(state="sent").only("gateway_id"):
        assert message.gateway_id in arrived


def _letters(sandbox: Sandbox) -> list[dict[str, str]]:
    found: list[dict[str, str]] = sandbox.control("GET", f"mail?limit={LETTERS}")
    return found


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_two_workers_side_by_side_send_nothing_twice(transactional_db: None, sandbox: Sandbox, channel: str) -> None:
    fill_outbox(400, channel=channel)
    settings = environment(sandbox, SPM_DISPATCH_LEASE_SECONDS="300")
    with running("manage.py", "dispatch", environment=settings):
        _finish(settings)
    assert counted() == {"sent": 400}
    told = sandbox.control("GET", f"{'sms' if channel == 'sms' else 'mail'}/counts")
    assert (told["total"], told["duplicates"]) == (400, 0)
