"""From the outbox to the gateways: what goes, when, to whom, and what a worker that dies leaves behind."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from pytest_django.fixtures import Settings

from notifications import tasks
from notifications.actions import DeliveryReport, record_reports, withdraw_messages
from notifications.claiming import claim_batch, lease
from notifications.dispatch import dispatch
from notifications.gateways import gateways_of
from notifications.kinds import Priority
from notifications.models import Attempt, Message, TextTemplate
from notifications.states import State
from notifications.sweeping import reclaim_leases
from residents.models import Payer
from tests import make
from tests.notifications import watched_gateway
from tests.notifications.posting import confirm, idx, later, only, remind, resident, send, states
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
AT = make.now()
PHONE, MAIL = "+48500100200", "anna@example.com"
OFFICE_HOURS = {"opens": "09:00", "closes": "20:00", "sundays": False}


def warsaw(day_and_hour: str) -> datetime:
    """A moment of the coming year by Warsaw's clock."""
    return datetime.fromisoformat(day_and_hour).replace(tzinfo=ZoneInfo("Europe/Warsaw"))


def test_the_timetables_job_sends_what_waits_by_every_consented_way(sandbox: Sandbox, anna_told: Payer) -> None:
    confirm(anna_told, at=make.now())
    assert tasks.dispatch() == {"sent": 2}
    assert tasks.dispatch() == {}
    assert (len(sandbox.sms(PHONE)), len(sandbox.mail(MAIL))) == (1, 1)


def test_a_warning_shares_no_batch_with_what_is_less_urgent(sandbox: Sandbox, anna_told: Payer) -> None:
    for place in range(3):
        confirm(anna_told, str(place), at=AT)
    warning = Message.objects.filter(channel="sms", about="payment:2")
    warning.update(priority=Priority.CRISIS)
    sizes = []
    while messages := claim_batch("sms", gateways_of("sms")[0], at=AT, worker="w", limit=10).messages:
        sizes.append([message.message_id for message in messages])
    assert sizes[0] == [warning.get().pk]
    assert list(map(len, sizes)) == [1, 2]


def test_the_more_urgent_goes_first(sandbox: Sandbox, anna_told: Payer) -> None:
    remind(anna_told, at=AT)
    confirm(anna_told, at=later(AT, seconds=1))
    assert dispatch(clock=lambda: later(AT, seconds=2), worker="test", most=1).told() == {"sent": 1}
    assert only(channel="sms", state="sent").kind == "payment_posted"


def test_a_message_is_queued_once_for_its_key_and_not_at_all_without_consent(db: None) -> None:
    told = resident()
    assert [confirm(told, at=AT), confirm(told, at=AT), confirm(told, "2", at=AT)] == [2, 0, 2]
    silent = make.payer(make.pesel(9), "Jan Cichy")
    assert confirm(silent, at=AT) == 0


def test_a_consent_withdrawn_after_queueing_is_heeded(sandbox: Sandbox, anna_told: Payer) -> None:
    confirm(anna_told, at=AT)
    make.consent(make.pesel(1), channels=("email",), signed_on=make.today())
    assert send(AT) == {"refused": 1, "sent": 1}
    refused = only(channel="sms")
    assert (refused.state, refused.reason, refused.closed_at) == ("refused", "brak zgody na ten rodzaj powiadomień", AT)
    assert sandbox.sms(PHONE) == []
    assert not Attempt.objects.filter(message=refused).exists()


def test_a_message_goes_to_the_address_of_now(sandbox: Sandbox, anna_told: Payer) -> None:
    confirm(anna_told, at=AT)
    make.consent(make.pesel(1), phone="+48600700800", email="nowa@example.com", signed_on=make.today())
    assert send(AT) == {"sent": 2}
    assert (sandbox.sms(PHONE), sandbox.mail(MAIL)) == ([], [])
    assert (len(sandbox.sms("+48600700800")), len(sandbox.mail("nowa@example.com"))) == (1, 1)
    assert {message.address for message in Message.objects.all()} == {"+48600700800", "nowa@example.com"}


def test_the_newest_text_is_sent_and_the_message_names_its_version(sandbox: Sandbox, anna_told: Payer) -> None:
    template = TextTemplate.objects.get(kind="payment_posted", channel="sms", language="pl", detail="short")
    confirm(anna_told, at=AT)
    newest = template.versions.create(number=3, body="((town)) dziękuje.")
    send(AT)
    message = only(channel="sms")
    assert (message.body, message.text_version_id) == ("Dolina dziekuje.", newest.pk)


@pytest.mark.parametrize(
    ("body", "reason"),
    [("((nieznane))", "nie da się napisać treści: Brakuje danych do pola ((nieznane))."), ("((amount_pln))", "")],
)
def test_a_text_that_cannot_be_written_fails_alone(sandbox: Sandbox, anna_told: Payer, body: str, reason: str) -> None:
    template = TextTemplate.objects.get(kind="payment_posted", channel="sms", language="pl", detail="short")
    template.versions.create(number=3, body=body)
    confirm(anna_told, "1", at=AT, amount_pln="12.00" if reason else "dwanaście")
    remind(anna_told, at=AT)
    send(AT)
    broken = only(channel="sms", kind="payment_posted")
    assert broken.state == "failed"
    assert broken.reason.startswith(reason or "nie da się napisać treści")
    assert only(channel="sms", kind="due_approaching").state == "sent"


def test_reminders_wait_for_the_morning_and_confirmations_do_not(
    sandbox: Sandbox, anna_told: Payer, settings: Settings
) -> None:
    settings.SENDING_HOURS = OFFICE_HOURS
    night = warsaw("2027-03-04 22:00")
    remind(anna_told, at=night)
    confirm(anna_told, at=night)
    assert send(night) == {"sent": 2}
    assert states(kind="due_approaching") == ["queued", "queued"]
    assert send(warsaw("2027-03-05 08:59")) == {}
    assert send(warsaw("2027-03-05 09:00")) == {"sent": 2}


def test_a_reminder_that_missed_its_evening_does_not_go_out_at_night(
    sandbox: Sandbox, anna_told: Payer, settings: Settings
) -> None:
    settings.SENDING_HOURS = OFFICE_HOURS
    remind(anna_told, at=warsaw("2027-03-06 19:59"))  # Saturday
    assert send(warsaw("2027-03-06 20:00")) == {}
    assert send(warsaw("2027-03-07 12:00")) == {}  # Sunday
    assert send(warsaw("2027-03-08 09:00")) == {"sent": 2}


def test_what_waited_past_its_day_expires_unsent(sandbox: Sandbox, anna_told: Payer) -> None:
    remind(anna_told, at=AT, expires_at=later(AT, hours=2))
    assert send(later(AT, hours=2)) == {"expired": 2}
    assert {(m.state, m.reason) for m in Message.objects.all()} == {("expired", "po terminie ważności")}
    assert (sandbox.sms(PHONE), sandbox.mail(MAIL)) == ([], [])


def test_what_became_untrue_is_withdrawn_and_not_sent(sandbox: Sandbox, anna_told: Payer) -> None:
    remind(anna_told, "7", at=AT)
    remind(anna_told, "8", at=AT)
    assert withdraw_messages(about=["instalment:7"], reason="opłacone", at=AT) == 2
    assert withdraw_messages(about=[], reason="nic", at=AT) == 0
    assert send(AT) == {"sent": 2}
    assert states(about="instalment:7") == ["withdrawn", "withdrawn"]


def test_one_in_doubt_that_became_untrue_is_not_asked_about_but_may_still_be_reported(
    sandbox: Sandbox, db: None
) -> None:
    sandbox.control("PUT", "settings", sms_next=["cut"])
    remind(resident(channels=("sms",)), "7", at=AT)
    send(AT)
    assert withdraw_messages(about=["instalment:7"], reason="opłacone", at=AT) == 0
    assert (only().state, only().reason, only().sent_at) == ("unknown", "opłacone", AT)
    assert send(later(AT, hours=1)) == {}
    record_reports([DeliveryReport("X", idx(only()), State.DELIVERED)], gateway="smsapi", at=AT)
    assert only().state == "delivered"


def test_one_in_doubt_whose_consent_is_withdrawn_stays_in_doubt_unsent(sandbox: Sandbox, db: None) -> None:
    sandbox.control("PUT", "settings", sms_next=["cut_before"])
    confirm(resident(channels=("sms",)), at=AT)
    send(AT)
    make.consent(make.pesel(1), channels=("email",), signed_on=make.today())
    send(later(AT, seconds=5))
    assert (only().state, sandbox.sms(PHONE)) == ("unknown", [])


def test_a_dead_workers_sms_are_asked_about_by_their_key_and_its_mails_are_left_in_doubt(
    sandbox: Sandbox, anna_told: Payer
) -> None:
    confirm(anna_told, at=AT)
    for channel in ("sms", "email"):
        claim_batch(channel, gateways_of(channel)[0], at=AT, worker="dead", limit=10)
    assert states() == ["sending", "sending"]
    assert send(later(AT, seconds=1)) == {}
    ended = AT + lease()
    assert send(ended) == {"sent": 1}
    sms, mail = only(channel="sms"), only(channel="email")
    assert (sms.state, sms.sent_at, len(sandbox.sms(PHONE))) == ("sent", AT, 1)
    assert (mail.state, mail.reason, sandbox.mail(MAIL)) == ("unknown", "wysyłanie przerwane", [])
    assert list(Attempt.objects.filter(message=mail).values_list("outcome", "code")) == [("unknown", "przerwana")]
    assert send(later(ended, days=2)) == {}


def test_an_answer_that_comes_after_its_lease_was_taken_over_is_believed(
    watched: type[watched_gateway.WatchedGateway], db: None
) -> None:
    confirm(resident(channels=("sms",)), at=AT)
    watched.answer = staticmethod(
        lambda parcels: reclaim_leases(at=AT + lease()) and watched_gateway.accept_all(parcels)
    )
    send(AT)
    assert (only().state, only().gateway_id) == ("sent", f"W-{only().pk}")
    assert send(later(AT, hours=1)) == {}


def test_a_report_that_overtakes_the_answer_is_not_undone_by_it(
    watched: type[watched_gateway.WatchedGateway], db: None
) -> None:
    confirm(resident(channels=("sms",)), at=AT)

    def report_first(parcels: watched_gateway.Parcels) -> watched_gateway.Receipts:
        delivered = [DeliveryReport("W", parcel.reference, State.DELIVERED) for parcel in parcels]
        record_reports(delivered, gateway="watched", at=AT)
        return watched_gateway.accept_all(parcels)

    watched.answer = staticmethod(report_first)
    send(AT)
    message = only()
    assert (message.state, message.closed_at, message.gateway_id) == ("delivered", AT, f"W-{message.pk}")
    assert message.body.startswith("Dolina: zaksiegowano")


def test_a_gateway_that_says_nothing_of_a_message_leaves_it_in_doubt(
    watched: type[watched_gateway.WatchedGateway], db: None
) -> None:
    whom = resident(channels=("sms",))
    confirm(whom, "1", at=AT)
    confirm(whom, "2", at=AT)
    watched.answer = staticmethod(lambda parcels: watched_gateway.accept_all(parcels[:1]))
    assert send(AT) == {"queued": 1, "sent": 1}
    assert only(state="queued").in_doubt_since == AT
