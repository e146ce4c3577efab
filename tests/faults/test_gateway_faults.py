"""A gateway that answers wrongly, late or not at all, poison among the messages, consents withdrawn in the middle."""

from datetime import datetime, timedelta

from django.db import connection
from pytest_django.fixtures import Settings

from notifications.dispatch import dispatch
from notifications.holding import HELD_UNTIL
from notifications.models import Attempt, GatewayRest, Message
from residents.models import Payer
from spm import embedded
from tests import make
from tests.faults.outbox import (
    PEOPLE,
    counted,
    environment,
    fill_outbox,
    is_worked_off,
    references,
    running,
    wait_until,
)
from tests.faults.size import sized
from tests.sandbox_process import Sandbox

MESSAGES = sized(200, of_200=10_000)
SHARE = MESSAGES // 10  # messages a batch: many requests, so that many go wrong
MOST_TRIES = 5  # of what can never go
A_DAY = timedelta(hours=19)  # the gateway remembers keys for longer


def _work(at: datetime, *, most: int | None = None, worker: str = "faults") -> None:
    dispatch(clock=lambda: at, worker=worker, most=most, pause=lambda _: None)


def test_a_gateway_of_which_a_third_of_the_answers_go_wrong_still_gets_each_message_once(
    transactional_db: None, sandbox: Sandbox
) -> None:
    fill_outbox(MESSAGES, channel="sms")
    shares = {"sms_error_share": 0.3, "sms_truncated_share": 0.05, "sms_cut_share": 0.05, "sms_hang_share": 0.01}
    sandbox.control("PUT", "settings", **shares, sms_hang_s=0.1, sms_report_delay_s=3600.0)
    at = start = make.now()
    while not is_worked_off():
        _work(at, most=SHARE)
        at += timedelta(minutes=5)
        assert at - start < A_DAY, dict(counted())
    assert counted() == {"sent": MESSAGES}
    assert sorted(sandbox.control("GET", "sms/idx")) == references()
    assert Attempt.objects.filter(outcome="unknown").exists()


def test_while_one_gateway_is_away_all_goes_by_the_other_at_once_and_no_try_is_lost(
    transactional_db: None, sandbox: Sandbox, settings: Settings
) -> None:
    fill_outbox(MESSAGES, channel="sms")
    smsapi = "notifications.gateways.smsapi.SmsApi"
    settings.MESSAGE_GATEWAYS = {"sms": [smsapi, "notifications.gateways.serwersms.SerwerSms"]}
    settings.SMSAPI = {**settings.SMSAPI, "url": f"http://127.0.0.1:{embedded.free_port()}/"}
    at = make.now()
    for minute in range(60):
        _work(at + timedelta(minutes=minute), most=MESSAGES // 40 + 1)
    assert counted() == {"sent": MESSAGES}
    assert set(Message.objects.values_list("gateway", "attempts")) == {("serwersms", 1)}
    assert GatewayRest.objects.get().gateway == "smsapi"


def test_poison_fails_alone_within_a_few_tries_and_the_queue_never_stalls(
    transactional_db: None, sandbox: Sandbox
) -> None:
    fill_outbox(MESSAGES, channel="sms")
    number = make.pesel(999)
    invalid = make.payer(number, "Numer, którego nie ma")
    make.consent(number, phone="+48500000004", email="zly@example.com", channels=("sms",))
    ids = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    wrong_number, no_facts, no_text = (set(ids[place :: max(len(ids) // 2, 1_000)]) for place in (7, 8, 9))
    Message.objects.filter(pk__in=wrong_number).update(payer=invalid)
    Message.objects.filter(pk__in=no_facts).update(facts={"amount_pln": "nie kwota"})
    Message.objects.filter(pk__in=no_text).update(kind="of_an_app_that_is_gone")
    poison = wrong_number | no_facts | no_text
    at = make.now()
    for minute in range(10):
        _work(at + timedelta(minutes=10 * minute))
    assert set(Message.objects.exclude(pk__in=poison).values_list("state", flat=True)) == {"sent"}
    assert set(Message.objects.filter(pk__in=poison).values_list("state", flat=True)) <= {"failed", "refused"}
    assert max(Message.objects.values_list("attempts", flat=True)) <= MOST_TRIES
    assert "" not in Message.objects.filter(pk__in=poison).values_list("reason", flat=True)


def test_after_the_commit_of_a_withdrawal_nothing_more_is_handed_over(transactional_db: None, sandbox: Sandbox) -> None:
    fill_outbox(MESSAGES, channel="sms")
    sandbox.control("PUT", "settings", sms_latency_ms=200.0, sms_report_delay_s=3600.0)
    anna = Payer.objects.get(name="Anna Nowak", pk=min(Payer.objects.values_list("pk", flat=True)))
    later = list(Message.objects.order_by("pk").values_list("pk", flat=True)[MESSAGES // 2 :])
    Message.objects.filter(pk__in=later).update(not_before=HELD_UNTIL)
    with running("manage.py", "dispatch", environment=environment(sandbox)):
        wait_until(Attempt.objects.exists, seconds=60, what="a batch is on its way")
        make.consent(make.pesel(1), channels=("email",), signed_on=make.today())
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            withdrawn_at = cursor.fetchone()[0]
        Message.objects.filter(pk__in=later).update(not_before=make.now())
        wait_until(is_worked_off, seconds=60, what="the outbox is worked off")
    hers = Message.objects.filter(payer=anna)
    assert not Attempt.objects.filter(message__payer=anna, began_at__gt=withdrawn_at).exists()
    assert set(hers.values_list("state", flat=True)) == {"sent", "refused"}
    assert hers.filter(state="refused").count() >= MESSAGES // 2 // PEOPLE
    assert set(Message.objects.exclude(payer=anna).values_list("state", flat=True)) == {"sent"}
