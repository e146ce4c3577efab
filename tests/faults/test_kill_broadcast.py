"""A warning of the town whose workers are killed by SIGKILL, while one of its two gateways goes away half-way and comes
back at the end: everybody gets it exactly once, by count at the gateways.

A few kills among all tests; `make faults` has twenty over 10,000 people.
"""

import random
import time
from datetime import date, timedelta

from django.db.models import Max

from broadcasts.composing import make_draft
from broadcasts.models import Broadcast, Hazard
from broadcasts.sending import start
from consents.models import Topic
from core.actor import Actor
from notifications.models import Attempt, Message
from notifications.serwersms_reports import poll_reports
from notifications.sweeping import reclaim_leases
from residents.actions import register_payers
from residents.models import Contact
from spm import embedded
from tests import make
from tests.faults.outbox import counted, environment, is_worked_off, running, wait_until
from tests.faults.size import sized
from tests.sandbox_process import Sandbox

PEOPLE, KILLS = sized(1_500, of_200=10_000), sized(2, of_200=20)
BATCH = PEOPLE // (5 * KILLS)
CHANCE = random.Random(20261121)


def _town() -> None:
    """People whose phones the town knows; the warning goes by statute."""
    numbers = (make.pesel(place % 1000, date(1980, 5, 1 + place // 1000)) for place in range(PEOPLE))
    keys = register_payers(dict.fromkeys(numbers, "Osoba Ostrzegana"), by=make.BY)
    Contact.objects.bulk_create(
        Contact(payer_id=payer_id, kind="phone", address=f"+4851{place:07}", source="test")
        for place, payer_id in enumerate(keys.values())
    )
    Topic.objects.filter(code="crisis").update(basis="statute", ground="test")


def _newest_try() -> int:
    newest: int = Attempt.objects.aggregate(newest=Max("pk", default=0))["newest"]
    return newest


def _sent() -> Broadcast:
    said = {
        "hazard": Hazard.objects.get(code="wind"),
        "sms": "DOLINA: silny wiatr do godz. 6:00. Zostań w domu.",
        "until": make.now() + timedelta(hours=1),
    }
    olga = Actor(name="Olga Kryzys")
    draft = make_draft(said=said, by=olga, at=make.now())
    return start(draft, by=olga, at=make.now(), break_glass="Druga osoba jest niedostępna.")


def _ask_serwersms() -> None:
    """It knows no keys: what died on its way there is asked about as if five minutes had passed."""
    reclaim_leases(at=make.now() + timedelta(minutes=6))
    poll_reports(at=make.now() + timedelta(minutes=12))
    Message.objects.filter(state="queued").update(not_before=make.now())


def _finish(settings: dict[str, str]) -> None:
    with running("manage.py", "dispatch", environment=settings):
        wait_until(is_worked_off, seconds=60, what="the outbox is worked off")


def test_a_warning_reaches_everybody_exactly_once_though_its_workers_are_killed(
    transactional_db: None, sandbox: Sandbox
) -> None:
    _town()
    broadcast = _sent()
    assert (broadcast.audience, broadcast.people) == (PEOPLE, PEOPLE)
    sandbox.control("PUT", "settings", sms_latency_ms=100.0, sms_report_delay_s=3600.0)
    both = {"SPM_SMS_GATEWAYS": "smsapi,serwersms", "SPM_SERWERSMS_URL": f"{sandbox.url}/serwersms/"}
    settings = environment(sandbox, SPM_SMSAPI_BATCH=str(BATCH), SPM_SERWERSMS_BATCH=str(BATCH), **both)
    half_dead = {**settings, "SPM_SMSAPI_URL": f"http://127.0.0.1:{embedded.free_port()}/"}
    hit = 0
    for _ in range(4 * KILLS):
        _ask_serwersms()
        if hit >= KILLS or is_worked_off():
            break
        newest = _newest_try()
        with running("manage.py", "dispatch", environment=settings if hit < KILLS / 2 else half_dead) as worker:
            wait_until(
                lambda newest=newest: _newest_try() > newest or is_worked_off(), seconds=60, what="a batch is claimed"
            )
            time.sleep(CHANCE.random() / 2)
            assert worker.poll() is None
        hit += counted()["sending"] > 0
    assert hit >= KILLS, "too few kills struck a batch on its way: the test proves nothing"
    sandbox.control("PUT", "settings", sms_latency_ms=0.0)
    _finish(settings)
    _ask_serwersms()
    _finish(settings)
    assert set(counted()) <= {"sent", "delivered", "unknown"}, counted()
    assert KILLS < 20 or set(Message.objects.values_list("gateway", flat=True)) == {"smsapi", "serwersms"}
    told = sandbox.control("GET", "sms/counts")
    assert (told["total"], told["numbers"], told["duplicates"]) == (PEOPLE, PEOPLE, 0)
