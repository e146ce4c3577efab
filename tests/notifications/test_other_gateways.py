"""Calls by SMSAPI, SMS by SerwerSMS, and the vendor's own Python client against our sandbox."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pytest_django.fixtures import Settings
from smsapi.client import Client as SmsApiClient
from smsapi.exception import SendException
from smsapi.vms.api import Vms

from notifications.actions import queue_message
from notifications.models import Message, SuppressedAddress
from notifications.reports import apply_reports
from residents.models import Payer
from tests import make
from tests.notifications.posting import REMINDER, confirm, idx, only, report, resident, send
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
AT = make.now()
SERWERSMS = {"sms": ["notifications.gateways.serwersms.SerwerSms"]}


def remind_all(people: list[Payer]) -> None:
    """A reminder to each."""
    for whom in people:
        key = {"about": "instalment:1", "dedupe_key": f"call:{whom.pk}"}
        queue_message(kind="due_approaching", payer_id=whom.pk, topic="property_tax", facts=REMINDER, at=AT, **key)  # type: ignore[arg-type]


def test_a_call_reads_the_text_aloud_once_to_each_and_its_report_ends_it(sandbox: Sandbox) -> None:
    sandbox.control("PUT", "settings", vms_hours=[0, 24])
    remind_all(
        [
            resident(1, channels=("voice",), topics=("property_tax",)),
            resident(2, channels=("voice",), topics=("property_tax",)),
        ]
    )  # one phone in one household
    assert send(AT) == {"sent": 2}
    calls = sandbox.sms("+48500100200")
    assert [call["kind"] for call in calls] == ["vms", "vms"]
    assert calls[0]["text"].startswith("Dzień dobry, tu urząd, Dolina. Przypominamy: 15\u00a0maja")
    assert "1234" not in calls[0]["text"]
    first = Message.objects.order_by("pk")[0]
    assert first.gateway == "smsapi-voice"
    assert {call["idx"] for call in calls} == {idx(message) for message in Message.objects.all()}
    report(first)
    apply_reports(at=AT)
    assert Message.objects.get(pk=first.pk).state == "delivered"


def test_a_call_at_night_waits_and_loses_no_try(sandbox: Sandbox) -> None:
    hour = datetime.now(ZoneInfo("Europe/Warsaw")).hour  # noqa: TID251  the vendor's own clock
    sandbox.control("PUT", "settings", vms_hours=[(hour + 1) % 24, (hour + 2) % 24])
    remind_all([resident(1, channels=("voice",), topics=("property_tax",))])
    assert send(AT) == {"queued": 1}
    assert (only().attempts, only().reason) == (0, "poza godzinami połączeń (8–22)")


def test_serwersms_takes_the_good_ones_and_a_wrong_number_is_left_alone(sandbox: Sandbox, settings: Settings) -> None:
    settings.MESSAGE_GATEWAYS = SERWERSMS
    right = resident(1, channels=("sms",))
    wrong = resident(2, phone="+48500000004", channels=("sms",))
    for whom in (right, wrong):
        confirm(whom, at=AT)
    assert send(AT) == {"failed": 1, "sent": 1}
    (arrived,) = sandbox.sms("+48500100200")
    mine = only(payer=right)
    assert (arrived["idx"], arrived["id"], mine.gateway, mine.parts) == (
        f"spm{mine.pk}",
        mine.gateway_id,
        "serwersms",
        1,
    )
    assert (only(payer=wrong).reason, SuppressedAddress.objects.count()) == ("błędny numer", 1)


@pytest.mark.parametrize(
    ("changes", "state", "reason"),
    [
        ({"sms_next": ["cut"]}, "unknown", "odpowiedź zginęła"),
        ({"sms_next": ["truncated"]}, "unknown", "odpowiedź nieczytelna, HTTP 200"),
        ({"sms_senders": ["Inna"]}, "queued", "nieznana nazwa nadawcy"),
        ({"sms_credit": 0.0}, "queued", "brak środków na koncie SerwerSMS"),
    ],
)
def test_serwersms_in_trouble_sends_nothing_twice(
    sandbox: Sandbox, settings: Settings, changes: dict[str, object], state: str, reason: str
) -> None:
    settings.MESSAGE_GATEWAYS = SERWERSMS
    sandbox.control("PUT", "settings", **changes)
    confirm(resident(1, channels=("sms",)), at=AT)
    send(AT)
    assert (only().state, only().reason) == (state, reason)
    if state == "unknown":  # it knows no key: nobody sends it again
        assert send(AT) == {}
        assert len(sandbox.sms("+48500100200")) == 1


def test_the_vendors_own_client_works_against_the_sandbox_unchanged(sandbox: Sandbox) -> None:
    sandbox.control("PUT", "settings", vms_hours=[0, 24])
    client = SmsApiClient(f"{sandbox.url}/", access_token="sandbox-token")
    client.vms = Vms(client)
    (sent,) = client.sms.send(to="500100200", message="Dzień dobry", **{"from": "Dolina", "encoding": "utf-8"})
    assert (sent.error, sent.number, sandbox.sms("+48500100200")[0]["text"]) == (None, "48500100200", "Dzień dobry")
    (called,) = client.vms.send(to="500100201", tts="Dzień dobry")
    assert called.id
    assert client.account.balance().points > 0
    with pytest.raises(SendException) as refusal:
        client.sms.send(to="500000004", message="x", **{"from": "Dolina"})
    assert refusal.value.code == 13
    with pytest.raises(SendException) as refusal:
        SmsApiClient(f"{sandbox.url}/", access_token="zly").sms.send(to="500100200", message="x")
    assert refusal.value.code == 101
