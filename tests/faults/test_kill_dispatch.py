"""`manage.py dispatch` killed by SIGKILL in the middle, over and over: no message is lost, none goes out twice.

A few kills among all tests; `make faults` has a hundred over 10,000 SMS.
"""

import itertools
import os
import random
import signal
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import Max

from notifications.holding import HELD_UNTIL
from notifications.models import Attempt, InFlight, Message
from notifications.taking_over import settle_cut_off
from tests import make
from tests.faults.outbox import counted, environment, fill_outbox, is_worked_off, references, running, wait_until
from tests.faults.size import sized
from tests.sandbox_process import Sandbox

ENOUGH = sized(4, of_200=100)  # kills that strike a batch
MOST_MORE = 3 * ENOUGH  # further tries on a machine too busy to strike at once
SHARE = 50 if ENOUGH > 4 else 500  # messages that come due for each: not every kill strikes, and they must last
SMS = ENOUGH * max(SHARE, 100)
STRUCK = sized(1, of_200=100)  # kills amid e-mails
LETTERS = max(400, STRUCK * 100)
LINES = 4  # connections of one worker to the mail server
BATCH, FLIGHTS = 1_000, 1_200
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
            wait_until(lambda due=is_due: due() or is_worked_off(), seconds=180, what=moment.__name__)
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


def test_a_worker_killed_with_several_batches_on_their_way_sends_each_sms_exactly_once(
    transactional_db: None, sandbox: Sandbox
) -> None:
    fill_outbox(FLIGHTS, channel="sms")
    sandbox.control("PUT", "settings", sms_latency_ms=1_000.0, sms_report_delay_s=3600.0)
    settings = environment(sandbox)
    with running("manage.py", "dispatch", environment=settings):
        on_their_way = Attempt.objects.filter(ended_at=None)
        wait_until(lambda: on_their_way.count() > BATCH, seconds=60, what="a second batch is claimed")
        wait_until(lambda: _left(sandbox) > 0, seconds=60, what="the gateway has got some")
    assert counted()["sending"] > BATCH
    sandbox.control("PUT", "settings", sms_latency_ms=0.0)
    _finish(settings)
    assert counted() == {"sent": FLIGHTS}
    assert sorted(sandbox.control("GET", "sms/idx")) == references()
    assert not Attempt.objects.filter(ended_at=None).exists()


def test_letters_of_killed_workers_go_once_and_a_kill_leaves_one_a_connection_in_doubt(
    transactional_db: None, sandbox: Sandbox
) -> None:
    fill_outbox(LETTERS, channel="email")
    Message.objects.update(not_before=HELD_UNTIL)
    settings = environment(sandbox)
    struck = 0
    for _ in range(STRUCK + MOST_MORE):
        _release(LETTERS // STRUCK)
        before = _mailed(sandbox)
        with running("manage.py", "dispatch", environment=settings):
            wait_until(lambda edge=before: _mailed(sandbox) > edge, seconds=60, what="letters leave")
            time.sleep(CHANCE.uniform(0, 0.05))
        struck += counted()["sending"] > 0
        if struck >= STRUCK:
            break
    assert struck >= STRUCK, "too few kills struck a batch on its way: the test proves nothing"
    _release(LETTERS)
    _finish(settings)
    _all_went_once(sandbox, in_doubt=LINES * struck)


def test_letters_given_back_by_a_worker_that_only_hung_are_not_sent_by_it_when_it_wakes(
    transactional_db: None, sandbox: Sandbox
) -> None:
    fill_outbox(LETTERS, channel="email")
    settings = environment(sandbox)
    with running("manage.py", "dispatch", "--once", environment=settings) as sleeper:
        wait_until(lambda: _mailed(sandbox) > 0, seconds=60, what="letters leave")
        os.kill(sleeper.pid, signal.SIGSTOP)
        assert counted()["sending"] > 0
        _finish(settings)
        os.kill(sleeper.pid, signal.SIGCONT)
        assert sleeper.wait(timeout=60) == 0
    _all_went_once(sandbox, in_doubt=LINES)


def _mailed(sandbox: Sandbox) -> int:
    """How many e-mails the server has taken."""
    total: int = sandbox.control("GET", "mail/counts")["total"]
    return total


def _all_went_once(sandbox: Sandbox, *, in_doubt: int) -> None:
    """By count at the server: none twice, none lost, at most so many *in_doubt*; what is sent by our books arrived."""
    states = counted()
    assert states["sent"] + states["unknown"] == LETTERS
    assert states["unknown"] <= in_doubt
    assert sandbox.control("GET", "mail/counts")["duplicates"] == 0
    arrived = set(sandbox.control("GET", "mail/ids"))
    sent = Message.objects.filter(state="sent").only("gateway_id", "body")
    assert [one.pk for one in sent if one.gateway_id not in arrived or not one.body] == []
    assert LETTERS - len(arrived) <= states["unknown"]
    # A worker that dies between the outcomes' commit and the end leaves its words; no lease lasts as long as they do.
    InFlight.objects.update(began_at=make.now() - timedelta(days=2))
    assert settle_cut_off(at=make.now()) == 0
    assert not InFlight.objects.exists()


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_two_workers_side_by_side_send_nothing_twice(transactional_db: None, sandbox: Sandbox, channel: str) -> None:
    fill_outbox(400, channel=channel)
    settings = environment(sandbox, SPM_DISPATCH_LEASE_SECONDS="300")
    with running("manage.py", "dispatch", environment=settings):
        _finish(settings)
    assert counted() == {"sent": 400}
    told = sandbox.control("GET", f"{'sms' if channel == 'sms' else 'mail'}/counts")
    assert (told["total"], told["duplicates"]) == (400, 0)
