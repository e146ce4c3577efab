"""Payments whose notice never comes are asked about, and given up in the end."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from core.models import InboundEvent
from payments import tasks
from payments.actions import ask_provider
from payments.models import Payment
from payments.notices import ask_late_payments
from payments.queries import late_payments
from payments.states import State
from spm import embedded
from tests import make
from tests.payments.paying import Paying, body_of, path_of, send
from tests.sandbox_process import Sandbox

LATER = timedelta(minutes=3)


def _play(sandbox: Sandbox, payment: Payment, outcome: str) -> None:
    sandbox.control("POST", f"payu/{payment.provider_order_id}/{outcome}")


def test_a_payment_whose_notice_never_came_is_asked_about_and_posted(paying: Paying, sandbox: Sandbox) -> None:
    payment = paying.start()
    _play(sandbox, payment, "pay-silent")
    assert ask_late_payments(at=make.now()) == {}  # too early to call it late
    assert ask_late_payments(at=make.now() + LATER) == {"paid": 1}
    assert paying.books() == ("0.00", "50.00", "0.00", 1)
    assert ask_late_payments(at=make.now() + 2 * LATER) == {}


@pytest.mark.parametrize(
    ("outcome", "state", "path"),
    [
        ("start", "pending", ["new", "redirected", "pending"]),
        ("cancel", "cancelled", ["new", "redirected", "cancelled"]),
        ("expire", "cancelled", ["new", "redirected", "cancelled"]),
    ],
)
def test_what_payu_says_becomes_the_state(
    paying: Paying, sandbox: Sandbox, outcome: str, state: str, path: list[str]
) -> None:
    payment = paying.start()
    _play(sandbox, payment, outcome)
    assert ask_late_payments(at=make.now() + LATER) == {state: 1}
    assert (path_of(payment), paying.books()) == (path, ("100.00", "50.00", "0.00", 0))


def test_the_notice_that_comes_after_all_posts_nothing_more(paying: Paying, sandbox: Sandbox) -> None:
    payment = paying.start()
    _play(sandbox, payment, "pay-silent")
    ask_late_payments(at=make.now() + LATER)
    send(body_of(payment))
    tasks.handle_notices()
    assert InboundEvent.objects.get().problem == ""
    assert paying.books() == ("0.00", "50.00", "0.00", 1)


def test_one_payment_is_asked_about_once_in_five_minutes(paying: Paying) -> None:
    payment = paying.start()
    first = make.now() + LATER
    assert ask_late_payments(at=first) == {"redirected": 1}
    assert list(late_payments(at=first + timedelta(minutes=4))) == []
    assert list(late_payments(at=first + timedelta(minutes=6))) == [payment]


def test_payu_that_does_not_answer_changes_nothing(paying: Paying, settings: Settings) -> None:
    payment = paying.start()
    settings.PAYU = {**settings.PAYU, "url": f"http://127.0.0.1:{embedded.free_port()}"}
    assert ask_provider(payment, at=make.now()) is State.REDIRECTED
    assert ask_late_payments(at=make.now() + timedelta(minutes=10)) == {"redirected": 1}
    assert path_of(payment) == ["new", "redirected"]


def test_a_payment_cut_off_before_its_order_is_given_up(paying: Paying) -> None:
    payment = paying.start()
    Payment.objects.filter(pk=payment.pk).update(state="new", provider_order_id="", redirect_url="")
    assert ask_late_payments(at=make.now() + LATER) == {"expired": 1}


def test_an_order_that_payu_forgot_is_given_up_after_two_days(paying: Paying, sandbox: Sandbox) -> None:
    paying.start()
    sandbox.reset()
    assert ask_late_payments(at=make.now() + LATER) == {"redirected": 1}
    assert ask_late_payments(at=make.now() + timedelta(days=2)) == {"expired": 1}


def test_one_payment_that_fails_leaves_the_others(paying: Paying, sandbox: Sandbox, settings: Settings) -> None:
    settings.PAYMENT_PROVIDERS = {**settings.PAYMENT_PROVIDERS, "dawny": "nie.ma.Takiego"}
    first, second = paying.start("ANNA-1"), paying.start("ANNA-2")
    for payment in (first, second):
        _play(sandbox, payment, "pay-silent")
    Payment.objects.filter(pk=first.pk).update(provider="dawny")
    assert ask_late_payments(at=make.now() + LATER) == {"paid": 1}
    assert paying.books() == ("100.00", "0.00", "0.00", 1)


def test_a_payment_of_a_provider_that_the_town_gave_up_goes_to_a_clerk(paying: Paying) -> None:
    payment = paying.start()
    Payment.objects.filter(pk=payment.pk).update(provider="dawny")
    assert ask_late_payments(at=make.now() + LATER) == {"clerk": 1}


def test_the_timetables_jobs_do_it(paying: Paying, sandbox: Sandbox) -> None:
    silent, told = paying.start("ANNA-1"), paying.start("ANNA-2")
    _play(sandbox, silent, "pay-silent")
    Payment.objects.filter(pk=silent.pk).update(started_at=make.now() - LATER)
    send(body_of(told))
    assert tasks.handle_notices() == 1
    assert tasks.ask_late_payments() == {"paid": 1}
    assert paying.books() == ("0.00", "0.00", "0.00", 2)


def test_the_command_does_what_the_timetable_does(paying: Paying, sandbox: Sandbox) -> None:
    silent = paying.start()
    _play(sandbox, silent, "pay-silent")
    Payment.objects.filter(pk=silent.pk).update(started_at=make.now() - LATER)
    said = StringIO()
    call_command("ask_payments", "--json", stdout=said)
    assert json.loads(said.getvalue()) == {"notices": 0, "asked": {"paid": 1}}
    assert paying.books() == ("0.00", "50.00", "0.00", 1)
