"""SerwerSMS's delivery reports: pushed to a portal that serves, asked for, forged, repeated, late."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from core.models import InboundEvent
from notifications import tasks
from notifications.models import Message
from notifications.serwersms_reports import PUSHED, apply_answers, apply_pushes, poll_reports
from tests import make
from tests.notifications.posting import confirm, later, only, resident, send
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
AT = make.now()
SILENT, EXPIRED, UNDELIVERED = "+48500000003", "+48500000002", "+48500000001"


@pytest.fixture(autouse=True)
def by_serwersms(settings: Settings) -> None:
    """The town sends by SerwerSMS."""
    settings.MESSAGE_GATEWAYS = {"sms": ["notifications.gateways.serwersms.SerwerSms"]}
    settings.SERWERSMS = {**settings.SERWERSMS, "report_secret": "tajne"}


def sent(*phones: str) -> dict[str, Message]:
    """A confirmation to each phone that the vendor took, by phone."""
    for serial, phone in enumerate(phones, 1):
        confirm(resident(serial, phone=phone, channels=("sms",)), at=AT)
    assert send(AT) == {"sent": len(phones)}
    return {message.address: message for message in Message.objects.all()}


def pushed(**fields: str) -> int:
    """One call of the vendor's; the status of our answer."""
    return Client().get("/hooks/serwersms/tajne/", fields).status_code


def test_reports_pushed_by_the_vendor_end_messages_whatever_their_fields_are_called(sandbox: Sandbox) -> None:
    messages = sent("+48500100200", UNDELIVERED, EXPIRED)
    first, second, third = (messages[phone] for phone in ("+48500100200", UNDELIVERED, EXPIRED))
    assert pushed(SMSID=first.gateway_id, stan="Dostarczono") == 200
    body = {"reports": [{"unique_id": f"spm{second.pk}"}, {"id": third.gateway_id}]}
    assert Client().post("/hooks/serwersms/tajne/", body, content_type="application/json").content == b"OK"
    assert tasks.apply_serwersms_pushes.run() == 2
    ended = {message.pk: (message.state, message.reason) for message in Message.objects.all()}
    assert ended == {
        first.pk: ("delivered", ""),
        second.pk: ("failed", "błąd operatora"),
        third.pk: ("expired", "telefon był zbyt długo wyłączony"),
    }


def test_a_push_that_lies_changes_nothing_for_the_vendor_is_asked(sandbox: Sandbox) -> None:
    silent = sent(SILENT)[SILENT]
    for status in ("delivered", "undelivered"):
        assert pushed(unique_id=f"spm{silent.pk}", status=status) == 200
    assert pushed(unique_id="spm987654", status="delivered") == 200
    assert pushed(unique_id=f"spm{silent.pk}", status="delivered") == 200
    assert apply_pushes(at=AT) == 3
    assert only().state == "sent"
    problems = InboundEvent.objects.filter(source=PUSHED).order_by("pk").values_list("problem", "times_seen")
    assert list(problems) == [("", 2), ("", 1), ("raport o nieznanych wiadomościach", 1)]


def test_a_call_with_a_wrong_secret_or_without_a_message_is_kept_and_refused(
    sandbox: Sandbox, settings: Settings
) -> None:
    message = sent("+48500100200")["+48500100200"]
    assert Client().get("/hooks/serwersms/zle/", {"unique_id": f"spm{message.pk}"}).status_code == 404
    assert pushed(status="!") == 400
    settings.SERWERSMS = {**settings.SERWERSMS, "report_secret": ""}
    assert Client().get("/hooks/serwersms/%20/", {"unique_id": f"spm{message.pk}"}).status_code == 404
    assert list(InboundEvent.objects.values_list("is_verified", flat=True)) == [False, False]
    assert apply_pushes(at=AT) == 0


def test_what_nobody_tells_is_asked_about_after_five_minutes_and_for_three_days(sandbox: Sandbox) -> None:
    messages = sent("+48500100200", SILENT)
    assert poll_reports(at=later(AT, minutes=4)) == 0
    assert poll_reports(at=later(AT, minutes=5)) == 2
    assert only(pk=messages["+48500100200"].pk).state == "delivered"
    assert poll_reports(at=later(AT, minutes=10)) == 1
    assert poll_reports(at=later(AT, hours=73)) == 0
    assert only(pk=messages[SILENT].pk).state == "sent"
    assert InboundEvent.objects.count() == 1
    assert tasks.poll_reports.run() in {0, 1}


def test_a_lost_answer_is_cleared_up_by_asking(sandbox: Sandbox) -> None:
    sandbox.control("PUT", "settings", sms_next=["cut"])
    confirm(resident(channels=("sms",)), at=AT)
    assert send(AT) == {"unknown": 1}
    poll_reports(at=later(AT, minutes=6))
    assert only().state == "delivered"


def test_what_a_killed_worker_never_handed_over_goes_again_once_the_vendor_says_it_does_not_know_it(
    sandbox: Sandbox,
) -> None:
    confirm(resident(1, phone="+48500100200", channels=("sms",)), at=AT)
    Message.objects.update(state="unknown", gateway="serwersms", sent_at=AT, attempts=1)
    poll_reports(at=later(AT, minutes=4))
    assert only().state == "unknown"
    poll_reports(at=later(AT, minutes=6))
    assert only().state == "queued"
    assert send(later(AT, minutes=6)) == {"sent": 1}
    poll_reports(at=later(AT, minutes=12))
    assert sandbox.control("GET", "sms/counts")["total"] == 1


def test_an_answer_that_is_applied_late_says_nothing_of_a_later_try(sandbox: Sandbox) -> None:
    confirm(resident(1, phone="+48500100200", channels=("sms",)), at=AT)
    Message.objects.update(state="unknown", gateway="serwersms", sent_at=AT, attempts=1)
    poll_reports(at=later(AT, minutes=6))
    InboundEvent.objects.update(handled_at=None)
    Message.objects.update(state="unknown", gateway="serwersms", sent_at=later(AT, minutes=7), attempts=2)
    apply_answers(at=later(AT, minutes=30))
    assert only().state == "unknown"
    poll_reports(at=later(AT, minutes=31))
    assert only().state == "queued"


def test_a_vendor_that_is_away_is_asked_again(sandbox: Sandbox) -> None:
    message = sent("+48500100200")["+48500100200"]
    pushed(unique_id=f"spm{message.pk}")
    sandbox.control("PUT", "settings", sms_down=True)
    assert (apply_pushes(at=AT), poll_reports(at=later(AT, minutes=6)), only().state) == (0, 1, "sent")
    sandbox.control("PUT", "settings", sms_down=False)
    assert (apply_pushes(at=AT), only().state) == (1, "delivered")
