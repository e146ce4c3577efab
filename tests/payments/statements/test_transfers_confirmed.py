"""«Zaksięgowano wpłatę na rachunek gminy»: the payer of a transfer hears of it by the ways that they consented to."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from notifications.dispatch import dispatch
from notifications.models import Message
from payments.bank_entries import match_entries
from payments.clearing import choose_payer, reopen_entry
from payments.confirming import TRANSFER_LIVES
from payments.models import BankEntry
from payments.virtual_accounts import virtual_account
from residents.models import Payer
from tests import make
from tests.payments.statements.books import entries, statement, states
from tests.payments.statements.samples import OTHER_SENDER, Transfer
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str, str, str]]:
    """Way, sum, balance and state of each confirmation, in order."""
    rows = Message.objects.filter(kind="transfer_posted").order_by("pk")
    return [(one.channel, one.facts["amount_pln"], plain(one.facts["balance_text"]), one.state) for one in rows]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def to_own_account(payer: Payer, amount: str) -> Transfer:
    return Transfer(amount, "podatek", credited=virtual_account(payer))


def test_the_payer_reads_once_what_was_posted_and_what_is_left(anna_payer: Payer, sandbox: Sandbox) -> None:
    recent = make.today() - timedelta(days=1)
    statement(to_own_account(anna_payer, "30.00"), to_own_account(anna_payer, "20.00"), on=recent)
    match_entries(by=make.BY, at=make.now())
    assert states() == ["posted", "posted"]
    left = "do zapłaty pozostało 50,00 zł"  # after both: they came together
    assert told() == [(way, sum_, left, "queued") for sum_ in ("30.00", "20.00") for way in ("email", "sms")]
    Message.objects.update(not_before=make.now())
    dispatch(clock=timezone.now, worker="test")
    texts = [plain(mail["text"]) for mail in sandbox.mail("anna@example.com")]
    assert [f"Stan konta: {left}." in text and "/naleznosci/karta/" in text for text in texts] == [True, True]
    assert len(sandbox.sms("48500100200")) == 2
    assert not any("30,00" in sms["text"] for sms in sandbox.sms("48500100200"))


def test_of_unmatched_money_nobody_hears_until_a_clerk_says_whose_it_is(anna_payer: Payer) -> None:
    recent = make.today() - timedelta(days=1)
    statement(Transfer("60.00", "dziękuję", name="NOWAK ANNA", sender=OTHER_SENDER), on=recent)
    assert (states(), told()) == (["waiting"], [])
    choose_payer(entries()[0].pk, payer_id=anna_payer.pk, by=make.BY, at=make.now())
    assert {(sum_, balance) for _, sum_, balance, _ in told()} == {("60.00", "do zapłaty pozostało 40,00 zł")}
    assert len(told()) == 2


def test_what_is_taken_back_is_not_told_and_the_right_payer_is(anna_payer: Payer, firma: Payer) -> None:
    recent = make.today() - timedelta(days=1)
    statement(Transfer("60.00", "dziękuję", sender=OTHER_SENDER), on=recent)
    (entry,) = entries()
    choose_payer(entry.pk, payer_id=firma.pk, by=make.BY, at=make.now())
    reopen_entry(entry.pk, reason="pomyłka", by=make.BY, at=make.now())
    assert {state for *_, state in told()} <= {"withdrawn"}
    choose_payer(entry.pk, payer_id=anna_payer.pk, by=make.BY, at=make.now())
    waiting = Message.objects.filter(kind="transfer_posted", state="queued")
    assert set(waiting.values_list("payer_id", "channel")) == {(anna_payer.pk, "email"), (anna_payer.pk, "sms")}


@pytest.mark.parametrize(("days", "messages"), [(TRANSFER_LIVES.days, 2), (TRANSFER_LIVES.days + 1, 0), (1096, 0)])
def test_of_money_of_long_ago_nobody_is_told(anna_payer: Payer, days: int, messages: int) -> None:
    statement(to_own_account(anna_payer, "30.00"), on=make.today() - timedelta(days=days))
    assert (BankEntry.objects.get().state, Message.objects.count()) == ("posted", messages)
    assert make.instalment("ANNA-1").outstanding == Decimal("70.00")
    assert not Message.objects.filter(expires_at__lte=make.now()).exists()


def test_without_consent_for_payments_nobody_is_told(anna_payer: Payer) -> None:
    make.consent(make.pesel(1), topics=("property_tax",), signed_on=make.today())
    statement(to_own_account(anna_payer, "30.00"), on=make.today())
    assert (states(), told()) == (["posted"], [])
