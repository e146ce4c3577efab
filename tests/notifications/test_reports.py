"""Delivery reports come in over HTTP: kept raw, answered `OK`, applied once, whatever their order and number."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from core.models import InboundEvent
from notifications import hooks, tasks
from notifications.models import Message
from residents.models import Payer
from tests import make
from tests.notifications.posting import confirm, hook, idx, later, only, report, resident, send
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
AT = make.now()


@pytest.fixture
def sent(sandbox: Sandbox, db: None) -> Message:
    """An SMS to Anna that the gateway took; its reports are the test's own."""
    sandbox.control("PUT", "settings", sms_report_delay_s=3600.0)
    confirm(resident(channels=("sms",)), at=AT)
    send(AT)
    return only()


def event() -> InboundEvent:
    """The only event that came."""
    return InboundEvent.objects.get()


def test_a_report_is_kept_raw_answered_ok_and_then_applied(sent: Message) -> None:
    answer = report(sent)
    assert (answer.status_code, answer.content) == (200, b"OK")
    assert (event().source, event().is_verified, event().handled_at) == ("smsapi", True, None)
    assert idx(sent).encode() in bytes(event().body)
    assert only().state == "sent"
    assert tasks.apply_reports() == 1
    assert (only().state, only().reason) == ("delivered", "")
    assert only().closed_at is not None
    assert (event().handled_at is not None, event().problem) == (True, "")
    assert tasks.apply_reports() == 0


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("DELIVERED", "delivered", ""),
        ("UNDELIVERED", "failed", "telefon nie przyjął wiadomości"),
        ("EXPIRED", "expired", "telefon był zbyt długo wyłączony"),
        ("REJECTED", "failed", "operator odrzucił wiadomość"),
        ("FAILED", "failed", "bramka nie zdołała wysłać wiadomości"),
        ("NOT_FOUND", "failed", "bramka nie zna tej wiadomości"),
        ("QUEUE", "sent", ""),
        ("ACCEPTED", "sent", ""),
        ("SENT", "sent", ""),
        ("UNKNOWN", "sent", ""),
        ("NOBODY_KNOWS", "sent", ""),
    ],
)
def test_each_status_of_the_vendor_has_its_state(sent: Message, status: str, state: str, reason: str) -> None:
    assert report(sent, status=status).content == b"OK"
    tasks.apply_reports()
    assert (only().state, only().reason) == (state, reason)


def test_a_forged_report_is_refused_counted_kept_raw_and_never_applied(sent: Message) -> None:
    for _ in range(3):
        assert report(sent, secret="zgadywany").status_code == 404
    assert (event().is_verified, event().times_seen) == (False, 3)
    assert idx(sent).encode() in bytes(event().body)
    assert tasks.apply_reports() == 0
    assert only().state == "sent"


def test_a_forged_copy_sent_first_does_not_shut_the_genuine_one_out(sent: Message) -> None:
    assert report(sent, secret="zgadywany").status_code == 404
    assert report(sent).content == b"OK"
    tasks.apply_reports()
    assert only().state == "delivered"


def test_a_strangers_long_report_is_kept_short(sent: Message) -> None:
    report(sent, secret="zgadywany", username="x" * 20_000)
    assert len(bytes(event().body)) == hooks.KEPT_OF_STRANGERS


def test_a_repeated_report_is_counted_and_changes_nothing_more(sent: Message) -> None:
    for _ in range(4):
        assert report(sent).content == b"OK"
        tasks.apply_reports()
    closed_at = only().closed_at
    assert event().times_seen == 4
    assert report(sent, points="0.165").content == b"OK"  # the same once more in other words
    tasks.apply_reports()
    assert (only().state, only().closed_at) == ("delivered", closed_at)


@pytest.mark.parametrize(
    ("order", "state"),
    [
        (["DELIVERED", "SENT", "QUEUE"], "delivered"),
        (["SENT", "DELIVERED", "UNDELIVERED"], "delivered"),
        (["EXPIRED", "DELIVERED"], "expired"),
        (["UNKNOWN", "UNDELIVERED", "ACCEPTED"], "failed"),
    ],
)
def test_reports_out_of_order_do_no_harm(sent: Message, order: list[str], state: str) -> None:
    for status in order:
        report(sent, status=status)
    tasks.apply_reports()
    assert only().state == state


def test_one_call_carries_reports_on_many_messages(sandbox: Sandbox, anna_told: Payer) -> None:
    sandbox.control("PUT", "settings", sms_report_delay_s=3600.0)
    for place in range(3):
        confirm(anna_told, str(place), at=AT)
    send(AT)
    first, second, third = Message.objects.filter(channel="sms").order_by("pk")
    report(first, second, third, status_name="DELIVERED,EXPIRED,SENT")
    assert tasks.apply_reports() == 1
    assert [Message.objects.get(pk=one.pk).state for one in (first, second, third)] == ["delivered", "expired", "sent"]
    assert set(Message.objects.filter(channel="email").values_list("state", flat=True)) == {"sent"}


@pytest.mark.parametrize("reference", ["spm-999999999", "other-1", "spm-", "spm-99999999999999999999", "spm-1e3", "ą"])
def test_a_report_on_a_message_that_is_not_ours_is_ok_and_told_to_a_clerk(sent: Message, reference: str) -> None:
    assert report(sent, idx=reference, MsgId="OBCY").content == b"OK"
    assert tasks.apply_reports() == 1
    assert event().problem == "raporty o nieznanych wiadomościach: 1"
    assert only().state == "sent"


def test_a_report_without_our_id_is_known_by_the_gateways(sent: Message) -> None:
    report(sent, idx="")
    tasks.apply_reports()
    assert only().state == "delivered"


def test_a_report_on_a_message_that_never_left_changes_nothing(sent: Message) -> None:
    confirm(sent.payer, "2", at=AT)
    waiting = only(state="queued")
    Message.objects.filter(pk=waiting.pk).update(gateway="smsapi")
    waiting.refresh_from_db()
    report(waiting, MsgId="X")
    tasks.apply_reports()
    assert only(pk=waiting.pk).state == "queued"


def test_a_report_settles_a_message_in_doubt_before_it_is_asked_about(sandbox: Sandbox, db: None) -> None:
    sandbox.control("PUT", "settings", sms_next=["cut"], sms_report_delay_s=3600.0)
    confirm(resident(channels=("sms",)), at=AT)
    send(AT)
    (arrived,) = sandbox.sms("+48500100200")
    report(only(), MsgId=arrived["id"])
    tasks.apply_reports()
    message = only()
    assert (message.state, message.sent_at, message.gateway_id) == ("delivered", AT, arrived["id"])
    assert send(later(AT, hours=1)) == {}
    assert len(sandbox.sms("+48500100200")) == 1


@pytest.mark.parametrize("fields", [{"MsgId": ""}, {"status_name": ""}, {"status_name": "DELIVERED,DELIVERED"}])
def test_a_report_that_cannot_be_read_is_kept_and_answered_so_that_it_comes_again(
    sent: Message, fields: dict[str, str]
) -> None:
    assert report(sent, **fields).status_code == 400
    assert (event().is_verified, tasks.apply_reports()) == (False, 0)


def test_a_report_that_cannot_be_applied_leaves_the_others(sent: Message) -> None:
    report(sent, idx="", MsgId="A\x00B")  # PostgreSQL keeps no NUL
    report(sent)
    assert tasks.apply_reports() == 1
    assert only().state == "delivered"
    assert InboundEvent.objects.filter(handled_at=None).count() == 1


def test_a_report_may_come_by_post(sent: Message) -> None:
    body = urlencode({"MsgId": sent.gateway_id, "status_name": "DELIVERED", "idx": idx(sent)})
    answer = Client().post(hook(), body, content_type="application/x-www-form-urlencoded")
    assert answer.content == b"OK"
    tasks.apply_reports()
    assert only().state == "delivered"


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_not_taken(client: Client, method: str) -> None:
    assert getattr(client, method)(hook()).status_code == 405


def test_a_report_too_long_is_turned_away_unkept(sent: Message) -> None:
    assert report(sent, username="x" * hooks.LONGEST).status_code == 413
    assert InboundEvent.objects.count() == 0


@pytest.mark.usefixtures("redis_is_away")
def test_the_gateway_gets_its_ok_while_redis_is_away(sent: Message) -> None:
    assert report(sent).content == b"OK"
    assert event().handled_at is None
    tasks.apply_reports()
    assert only().state == "delivered"
