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
from notifications.holding import HELD_UNTIL
from notifications.models import Attempt, GatewayRest, Message, Route
from notifications.states import OPEN
from residents.actions import register_payers
from residents.models import Contact
from spm import embedded
from tests import make
from tests.faults.outbox import counted, environment, is_worked_off, running, wait_until
from tests.faults.size import sized
from tests.sandbox_process import Sandbox

PEOPLE, KILLS = sized(1_500, of_200=10_000), sized(2, of_200=20)
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


def _finish(settings: dict[str, str]) -> None:
    with running("manage.py", "dispatch", environment=settings):
        wait_until(is_worked_off, seconds=60, what="the outbox is worked off")


def _has_fresh() -> bool:
    """Whether anything is due that no gateway may have got yet."""
    return Message.objects.filter(state__in=OPEN, in_doubt_since__isnull=True, not_before__lt=HELD_UNTIL).exists()


def test_a_warning_reaches_everybody_exactly_once_though_its_workers_are_killed(
    transactional_db: None, sandbox: Sandbox
) -> None:
    _town()
    broadcast = _sent()
    assert (broadcast.audience, broadcast.people) == (PEOPLE, PEOPLE)
    Route.objects.create(gateway="serwersms", weight=0)  # it stands in only
    later = list(Message.objects.order_by("pk").values_list("pk", flat=True)[PEOPLE // 2 :])
    Message.objects.filter(pk__in=later).update(not_before=HELD_UNTIL)
    sandbox.control("PUT", "settings", sms_latency_ms=500.0, sms_report_delay_s=3600.0)
    both = {"SPM_SMS_GATEWAYS": "smsapi,serwersms", "SPM_SERWERSMS_URL": f"{sandbox.url}/serwersms/"}
    settings = environment(sandbox, SPM_SMSAPI_BATCH="50", **both)
    hit = 0
    for _ in range(4 * KILLS):
        newest = _newest_try()
        with running("manage.py", "dispatch", environment=settings) as worker:
            wait_until(lambda newest=newest: _newest_try() > newest, seconds=60, what="a batch is claimed")
            time.sleep(CHANCE.random() / 2)
            assert worker.poll() is None
        hit += counted()["sending"] > 0
        if hit >= KILLS:
            break
    assert hit >= KILLS, "too few kills struck a batch on its way: the test proves nothing"
    Message.objects.filter(pk__in=later).update(not_before=make.now())
    away = {**settings, "SPM_SMSAPI_URL": f"http://127.0.0.1:{embedded.free_port()}/"}
    with running("manage.py", "dispatch", environment=away):
        wait_until(lambda: not _has_fresh(), seconds=60, what="the other gateway takes what nobody has got")
    sandbox.control("PUT", "settings", sms_latency_ms=0.0)
    GatewayRest.objects.all().delete()
    Message.objects.filter(state="queued").update(not_before=make.now())
    _finish(settings)
    assert counted() == {"sent": PEOPLE}
    assert set(Message.objects.values_list("gateway", flat=True)) == {"smsapi", "serwersms"}
    told = sandbox.control("GET", "sms/counts")
    assert (told["total"], told["numbers"], told["duplicates"]) == (PEOPLE, PEOPLE, 0)
