"""SMS to the sandbox over HTTP: accepted, refused for ever, held back, and answers that were lost."""

from decimal import Decimal

import pytest
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from notifications.claiming import KEY_LIVES
from notifications.gateways import Outcome, Parcel
from notifications.gateways.smsapi import SmsApi
from notifications.models import Attempt, GatewayRest, Message
from residents.models import Payer
from spm import embedded
from tests import make
from tests.notifications.posting import confirm, idx, later, only, resident, send, states
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
AT = make.now()
PHONE = "+48500100200"


@pytest.fixture
def anna_by_sms(db: None) -> Payer:
    """Anna, who agreed to SMS only."""
    return resident(channels=("sms",))


def counts(sandbox: Sandbox) -> tuple[int, int]:
    """How many SMS left, and how many of them twice."""
    told = sandbox.control("GET", "sms/counts")
    return told["total"], told["duplicates"]


def tries() -> list[tuple[str, str]]:
    """Outcome and code of every try, in order."""
    return list(Attempt.objects.order_by("pk").values_list("outcome", "code"))


def test_an_accepted_sms_reaches_the_phone_without_polish_letters_and_is_kept_as_sent(
    sandbox: Sandbox, anna_by_sms: Payer
) -> None:
    confirm(anna_by_sms, at=AT)
    assert send(AT) == {"sent": 1}
    message = only()
    (arrived,) = sandbox.sms(PHONE)
    assert arrived["text"] == message.body
    assert (
        arrived["text"]
        == "Dolina: zaksiegowano wplate. Potwierdzenie po zalogowaniu: https://portal.example/platnosci/"
    )
    assert (arrived["idx"], arrived["from"], arrived["parts"]) == (f"spm-{message.pk}", "Dolina", message.parts)
    assert (message.gateway, message.gateway_id, message.sent_at) == ("smsapi", arrived["id"], AT)
    assert (message.attempts, message.cost_points, message.lease_until) == (1, Decimal(str(arrived["points"])), None)
    assert message.text_version is not None
    assert tries() == [("accepted", "")]
    assert send(later(AT, hours=1)) == {}
    assert counts(sandbox) == (1, 0)


def test_every_sign_of_a_text_arrives(sandbox: Sandbox) -> None:
    odd = "100% + 1 & x=y; a+b; ~_.-: [%1%] «ąę» \n„…” €  😀 %41 +48"
    gateway = SmsApi()
    (told,) = gateway.send([Parcel(1, "spm-1", PHONE, "", odd)])
    assert (told.outcome, [one["text"] for one in sandbox.sms(PHONE)]) == (Outcome.ACCEPTED, [odd])
    told_too = gateway.send([Parcel(2, "spm-2", PHONE, "", f"{odd}2"), Parcel(3, "spm-3", PHONE, "", f"{odd}3")])
    assert {one.outcome for one in told_too} == {Outcome.ACCEPTED}
    assert {one["text"] for one in sandbox.sms(PHONE)} == {odd, f"{odd}2", f"{odd}3"}


def test_two_messages_to_one_number_in_one_request_both_leave(sandbox: Sandbox, anna_by_sms: Payer) -> None:
    confirm(anna_by_sms, "1", at=AT)
    confirm(anna_by_sms, "2", at=AT)  # the same words
    confirm(anna_by_sms, "3", at=AT, reference="SPM-000013")  # other words: a request of parameters
    confirm(anna_by_sms, "4", at=AT, amount_pln="0.01")
    assert send(AT) == {"sent": 4}
    assert len(sandbox.sms(PHONE)) == 4
    assert counts(sandbox) == (4, 0)


def test_many_texts_of_their_own_travel_in_one_request_each_to_its_number(sandbox: Sandbox, db: None) -> None:
    for serial in range(1, 6):
        whom = resident(serial, phone=f"+4850010020{serial}", channels=("sms",), is_fuller=True)
        confirm(whom, at=AT, amount_pln=f"{serial}.00", balance_text="a|b" if serial == 5 else "c")
    assert send(AT) == {"sent": 5}
    for serial in range(1, 6):
        (arrived,) = sandbox.sms(f"+4850010020{serial}")
        assert f"wplate {serial},00 zl. Stan konta: {'a|b' if serial == 5 else 'c'}." in arrived["text"]


def test_a_wrong_number_beside_right_ones_is_refused_for_ever_and_the_others_go(sandbox: Sandbox, db: None) -> None:
    right, wrong = resident(1, channels=("sms",)), resident(2, phone="+48500000004", channels=("sms",))
    confirm(right, at=AT)
    confirm(wrong, at=AT)
    assert send(AT) == {"failed": 1, "sent": 1}
    refused = only(payer=wrong)
    assert (refused.state, refused.reason, refused.closed_at, refused.attempts) == ("failed", "błędny numer", AT, 1)
    assert only(payer=right).state == "sent"
    assert send(later(AT, days=1)) == {}
    assert Attempt.objects.filter(message=refused).count() == 1


@pytest.mark.parametrize(
    ("phone", "changes", "reason"),
    [
        ("+48500000004", {"sms_status": "DELIVERED"}, "błędny numer"),
        (PHONE, {"sms_blacklist": ["48500100200"]}, "numer na czarnej liście"),
        (PHONE, {"sms_most_parts": 0}, "treść pusta lub za długa"),
    ],
)
def test_what_the_gateway_refuses_for_ever_fails_with_its_words_and_is_not_repeated(
    sandbox: Sandbox, db: None, phone: str, changes: dict[str, object], reason: str
) -> None:
    sandbox.control("PUT", "settings", **changes)
    confirm(resident(phone=phone, channels=("sms",)), at=AT)
    assert send(AT) == {"failed": 1}
    assert (only().reason, only().closed_at) == (reason, AT)
    assert send(later(AT, hours=1)) == {}
    assert counts(sandbox) == (0, 0)
    assert GatewayRest.objects.count() == 0


def test_one_message_that_spoils_a_request_is_found_and_the_others_go(sandbox: Sandbox, db: None) -> None:
    sandbox.control("PUT", "settings", sms_most_parts=2)
    for serial in range(1, 8):
        whom = resident(serial, phone=f"+4850010020{serial}", channels=("sms",), is_fuller=True)
        confirm(whom, at=AT, balance_text="bardzo długo " * 30 if serial == 3 else f"numer {serial}")
    assert send(AT) == {"failed": 1, "sent": 6}
    assert sandbox.sms("+48500100203") == []
    assert counts(sandbox) == (6, 0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sms_senders": ["Inna"]}, "nieznana nazwa nadawcy"),
        ({"sms_credit": 0.0}, "brak środków na koncie SMSAPI"),
        ({"sms_next": ["http429"]}, "HTTP 429"),
        ({"sms_next": ["error203"]}, "zbyt wiele zapytań"),
    ],
)
def test_a_gateway_that_takes_nothing_rests_and_no_message_loses_a_try(
    sandbox: Sandbox, anna_by_sms: Payer, changes: dict[str, object], reason: str
) -> None:
    sandbox.control("PUT", "settings", **changes)
    confirm(anna_by_sms, at=AT)
    assert send(AT) == {"queued": 1}
    assert (only().attempts, only().reason, only().in_doubt_since) == (0, reason, None)
    rest = GatewayRest.objects.get()
    assert (rest.gateway, rest.reason, rest.until) == ("smsapi", reason, later(AT, seconds=5))
    sandbox.reset()
    assert send(later(AT, seconds=4)) == {}
    assert counts(sandbox) == (0, 0)
    assert send(later(AT, seconds=5)) == {"sent": 1}
    assert GatewayRest.objects.count() == 0
    assert counts(sandbox) == (1, 0)


def test_a_rest_grows_with_each_failure_and_ten_minutes_is_the_longest(sandbox: Sandbox, anna_by_sms: Payer) -> None:
    sandbox.control("PUT", "settings", sms_credit=0.0)
    confirm(anna_by_sms, at=AT)
    at, rests = AT, []
    for _ in range(10):
        send(at)
        until = GatewayRest.objects.get().until
        rests.append((until - at).total_seconds())
        at = until
    assert rests == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600]
    assert (only().state, only().attempts) == ("queued", 0)


def test_a_gateway_that_rested_is_tried_with_a_few_before_all_go(sandbox: Sandbox, anna_by_sms: Payer) -> None:
    for place in range(25):
        confirm(anna_by_sms, str(place), at=AT)
    sandbox.control("PUT", "settings", sms_credit=0.0)
    assert send(AT) == {"queued": 25}
    assert send(later(AT, seconds=5)) == {"queued": 10}
    sandbox.control("PUT", "settings", sms_credit=1000.0)
    assert send(later(AT, seconds=15)) == {"sent": 25}
    assert counts(sandbox) == (25, 0)


def test_a_gateway_that_nobody_reaches_took_nothing_for_certain(
    sandbox: Sandbox, anna_by_sms: Payer, settings: Settings
) -> None:
    settings.SMSAPI = {**settings.SMSAPI, "url": f"http://127.0.0.1:{embedded.free_port()}/"}
    confirm(anna_by_sms, at=AT)
    assert send(AT) == {"queued": 1}
    assert (only().reason, only().in_doubt_since, only().attempts) == ("brak połączenia", None, 0)
    settings.SMSAPI = {**settings.SMSAPI, "url": f"{sandbox.url}/"}
    assert send(later(AT, seconds=5)) == {"sent": 1}


@pytest.mark.parametrize(
    ("fault", "left"),
    [
        ("cut", 1),
        ("http500", 1),
        ("error201", 1),
        ("truncated", 1),
        ("cut_before", 0),
        ("http502", 0),
        ("html", 0),
    ],
)
def test_a_lost_answer_leaves_the_message_in_doubt_until_it_is_asked_about_by_its_idx(
    sandbox: Sandbox, anna_by_sms: Payer, fault: str, left: int
) -> None:
    sandbox.control("PUT", "settings", sms_next=[fault])
    confirm(anna_by_sms, at=AT)
    assert send(AT) == {"queued": 1}
    assert counts(sandbox) == (left, 0)
    assert (only().state, only().in_doubt_since) == ("queued", AT)
    assert send(later(AT, seconds=4)) == {}
    again = later(AT, seconds=5)
    assert send(again) == {"sent": 1}
    assert counts(sandbox) == (1, 0)
    message = only()
    assert (message.in_doubt_since, message.sent_at, message.attempts) == (None, AT, 2)
    assert tries()[1] == ("accepted", "przyjęta wcześniej" if left else "")


def test_of_many_in_doubt_those_that_left_are_not_sent_again_and_the_others_are(
    sandbox: Sandbox, anna_by_sms: Payer, settings: Settings
) -> None:
    settings.SMSAPI = {**settings.SMSAPI, "batch": 4}
    for place in range(12):
        confirm(anna_by_sms, str(place), at=AT)
    sandbox.control("PUT", "settings", sms_next=["cut", "cut_before", "http500"])
    assert send(AT) == {"queued": 12}
    assert counts(sandbox) == (8, 0)
    settings.SMSAPI = {**settings.SMSAPI, "batch": 1000}
    assert send(later(AT, seconds=5)) == {"sent": 12}
    assert sorted(sandbox.control("GET", "sms/idx")) == sorted(idx(message) for message in Message.objects.all())


def test_fresh_messages_do_not_wait_behind_those_in_doubt(sandbox: Sandbox, anna_by_sms: Payer) -> None:
    sandbox.control("PUT", "settings", sms_next=["cut"])
    confirm(anna_by_sms, "1", at=AT)
    send(AT)
    confirm(anna_by_sms, "2", at=AT)
    assert send(later(AT, seconds=5)) == {"sent": 2}
    assert counts(sandbox) == (2, 0)


def test_a_doubt_that_outlives_the_gateways_memory_is_never_resent(sandbox: Sandbox, anna_by_sms: Payer) -> None:
    sandbox.control("PUT", "settings", sms_next=["cut"])
    confirm(anna_by_sms, at=AT)
    send(AT)
    assert send(AT + KEY_LIVES) == {"unknown": 1}
    message = only()
    assert (message.state, message.reason, message.sent_at) == ("unknown", "bramka nie potwierdziła", AT)
    assert send(later(AT, days=3)) == {}
    assert counts(sandbox) == (1, 0)


def test_nothing_personal_is_logged(sandbox: Sandbox, anna_by_sms: Payer, caplog: pytest.LogCaptureFixture) -> None:
    sandbox.control("PUT", "settings", sms_next=["cut", "http500", "html"])
    confirm(anna_by_sms, at=AT)
    for seconds in (0, 5, 40, 400):
        send(later(AT, seconds=seconds))
    assert states() == ["sent"]
    log = "\n".join(record.getMessage() for record in caplog.records)
    assert log
    for secret in ("500100200", "zaksiegowano", str(django_settings.SMSAPI["token"])):
        assert secret not in log
