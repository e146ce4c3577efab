"""«Zaksięgowano wpłatę … Stan konta: …» reaches the payer by the channels that they consented to, and by no other."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from notifications.dispatch import dispatch
from notifications.models import Message
from payments.actions import complete_payment, settle_by_clerk
from payments.models import Payment
from payments.states import State
from tests import make
from tests.payments.paying import Paying, notice
from tests.sandbox_process import Sandbox

PHONE, EMAIL = "48500100200", "anna@example.com"


def choose(channels: Collection[str], topics: Collection[str] = ("payments",)) -> None:
    """Anna's newest application: it replaces the whole earlier choice."""
    make.consent(make.pesel(1), topics=topics, channels=channels, signed_on=make.today())


def pay(payment: Payment) -> Payment:
    """The payment, posted by PayU's word."""
    assert complete_payment(payment.pk, notice=notice(payment), at=make.now()) == ""
    payment.refresh_from_db()
    return payment


def send_all() -> None:
    """Let a worker send what waits."""
    dispatch(clock=timezone.now, worker="test")


def plain(text: str) -> str:
    """The text with plain spaces."""
    return text.replace("\u00a0", " ")


def test_the_payer_reads_what_was_posted_and_what_is_left(paying: Paying, sandbox: Sandbox) -> None:
    payment = pay(paying.start("ANNA-1"))
    send_all()
    (sms,) = sandbox.sms(PHONE)
    (mail,) = sandbox.mail(EMAIL)
    # A locked screen shows an SMS to whoever looks: no sum without the payer's wish.
    assert re.fullmatch(r"Dolina: zaksiegowano wplate. Potwierdzenie po zalogowaniu: http\S+/platnosci/", sms["text"])
    assert plain(mail["subject"]) == "Zaksięgowano wpłatę 100,00 zł"
    told = plain(mail["text"])
    assert f"numer {payment.reference}" in told
    assert "Stan konta: do zapłaty pozostało 50,00 zł." in told
    assert make.pesel(1).value not in told + sms["text"]


@pytest.mark.parametrize(
    ("channels", "topics", "reached"),
    [
        (["sms"], ["payments"], ["sms"]),
        (["email"], ["payments"], ["email"]),
        (["sms", "email"], ["payments"], ["email", "sms"]),
        (["sms", "email"], ["property_tax"], []),
        ([], [], []),
    ],
)
def test_only_the_channels_consented_to_for_payments_are_used(
    paying: Paying, sandbox: Sandbox, channels: list[str], topics: list[str], reached: list[str]
) -> None:
    choose(channels, topics)
    pay(paying.start("ANNA-1"))
    queued = Message.objects.filter(kind="payment_posted").order_by("channel")
    assert list(queued.values_list("channel", flat=True)) == reached
    send_all()
    assert (len(sandbox.sms(PHONE)), len(sandbox.mail(EMAIL))) == (reached.count("sms"), reached.count("email"))


def test_a_consent_withdrawn_before_sending_stops_the_confirmation(paying: Paying, sandbox: Sandbox) -> None:
    pay(paying.start("ANNA-1"))
    choose([], [])
    send_all()
    assert (sandbox.sms(PHONE), sandbox.mail(EMAIL)) == ([], [])


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (("ANNA-1",), "do zapłaty pozostało 50,00 zł"),
        (("ANNA-1", "ANNA-2"), "wszystko zapłacone"),
    ],
)
def test_the_state_of_the_account_is_told_in_words(paying: Paying, keys: tuple[str, ...], words: str) -> None:
    pay(paying.start(*keys))
    assert {plain(message.facts["balance_text"]) for message in Message.objects.all()} == {words}


def test_reminders_of_a_due_that_was_paid_are_taken_back(paying: Paying) -> None:
    instalment = make.instalment("ANNA-1")
    waiting = Message.objects.create(
        kind="due_approaching",
        topic_code="property_tax",
        channel="sms",
        priority=30,
        payer=paying.payer,
        address="",
        about=f"instalment:{instalment.pk}",
        dedupe_key="reminder:1",
        not_before=make.now() + timedelta(days=1),
    )
    pay(paying.start("ANNA-1"))
    waiting.refresh_from_db()
    assert waiting.state == "withdrawn"


@pytest.mark.parametrize("state", [State.PENDING, State.CANCELLED, State.CLERK])
def test_money_that_was_not_posted_is_not_confirmed(paying: Paying, state: State) -> None:
    payment = paying.start()
    complete_payment(payment.pk, notice=notice(payment, state), at=make.now())
    assert Message.objects.count() == 0


def test_what_a_clerk_posts_is_confirmed_once_with_the_sum_that_came(paying: Paying) -> None:
    payment = paying.start("ANNA-1")
    complete_payment(payment.pk, notice=notice(payment, amount=Decimal("60.00")), at=make.now())
    settle_by_clerk(
        payment,
        is_paid=True,
        reason="bank potwierdził 60 zł",
        paid_on=make.today(),
        by=make.BY,
        at=make.now(),
        amount=Decimal("60.00"),
    )
    told = {(message.channel, message.facts["amount_pln"]) for message in Message.objects.all()}
    assert told == {("sms", "60.00"), ("email", "60.00")}
    assert {plain(message.facts["balance_text"]) for message in Message.objects.all()} == {
        "do zapłaty pozostało 90,00 zł"
    }


def test_a_night_time_payment_is_confirmed_at_once(paying: Paying) -> None:
    at = datetime(2026, 5, 14, 23, 30, tzinfo=UTC)
    payment = paying.start(at=at)
    complete_payment(payment.pk, notice=notice(payment), at=at + timedelta(minutes=1))
    assert {message.not_before for message in Message.objects.all()} == {at + timedelta(minutes=1)}
