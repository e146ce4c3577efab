"""A provider's payout against the payments that it holds: fees apart, differences shown, three books that agree."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from core.actor import Actor
from core.errors import Refused
from payments.actions import complete_payment
from payments.clearing import reopen_entry
from payments.clearing_queries import clearing_account
from payments.models import BankEntry, Payment, Payout, ProviderFact, Refund
from payments.money_proof import provider_sums, unproven_money
from payments.payout_settling import likely, settle_payout, unsettle_payout, unsettled
from payments.providers import RefundAnswer, RefundState
from payments.refund_sending import settle_refund
from payments.refunds import ask_refund
from payments.statement_proof import unproven_statements
from payments.tasks import prove_statements
from residents.models import Account
from tests import make
from tests.conftest import SignIn
from tests.payments.paying import Paying, notice
from tests.payments.statements.books import statement
from tests.payments.statements.samples import Transfer

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


def _paid(paying: Paying, key: str) -> Payment:
    payment = paying.start(key)
    assert complete_payment(payment.pk, notice=notice(payment), at=make.now()) == ""
    payment.refresh_from_db()
    return payment


@pytest.fixture
def two(paying: Paying) -> tuple[Payment, Payment]:
    """Payments of 100 zł and 50 zł at PayU."""
    return _paid(paying, "ANNA-1"), _paid(paying, "ANNA-2")


def _payout(amount: str, number: str = "1", opening: str = "0.00") -> BankEntry:
    statement(Transfer(amount, "wyplata", name="PayU S.A."), number=number, opening=opening, on=make.today())
    entry = BankEntry.objects.latest("pk")
    assert (entry.state, entry.provider) == ("payout", "payu")
    return entry


def _keys(*payments: Payment) -> list[str]:
    return [f"p{one.pk}" for one in payments]


def test_a_payout_is_what_its_payments_come_to_less_the_fee(
    two: tuple[Payment, Payment], treasurer: Account, signed_in: SignIn
) -> None:
    first, second = two
    entry = _payout("148.50")
    offered = unsettled("payu", until=make.today())
    assert likely(offered, entry.amount) == _keys(first, second)
    client = signed_in(treasurer)
    page = f"/urzad/payments/payout/rozlicz/{entry.pk}/"
    assert "100,00" in client.get(page).content.decode()
    short = client.post(page, {"keys": _keys(first, second), "fee": "0", "note": ""}).content.decode()
    assert "Zostaje różnica" in short
    client.post(page, {"keys": _keys(first, second), "fee": "1,50", "note": ""})
    payout = Payout.objects.get()
    assert (payout.gross, payout.fee, payout.difference) == (make.pln("150"), make.pln("1.50"), 0)
    entry.refresh_from_db()
    assert entry.state == "explained"
    (account,) = clearing_account(on=make.today())
    assert (account.adds_up, account.clearing) == (True, 0)
    assert unproven_money() == unproven_statements() == {}
    (sums,) = provider_sums()
    assert (sums.fees, sums.still_there) == (make.pln("1.50"), 0)
    assert "zgadzają się co do grosza" in client.get("/urzad/payments/payout/stan/").content.decode()
    with pytest.raises(Refused):
        reopen_entry(entry.pk, reason="x", by=make.BY, at=make.now())


def test_a_difference_is_shown_and_stays_on_the_clearing_account_until_it_is_gone(
    two: tuple[Payment, Payment], paying: Paying, treasurer: Account
) -> None:
    first, second = two
    by = Actor(name="Tomasz", account_id=treasurer.pk)
    entry = _payout("120.00")
    payout = settle_payout(entry.pk, keys=_keys(first), fee=make.pln("0"), note="pytamy", by=by, at=make.now())
    entry.refresh_from_db()
    assert (payout.difference, entry.state) == (make.pln("20.00"), "payout")
    (account,) = clearing_account(on=make.today())
    assert (account.adds_up, account.clearing) == (True, make.pln("120.00"))
    refund = ask_refund(
        second, payer_id=paying.payer.pk, amount=make.pln("30.00"), reason="x", by=by, at=make.now()
    )  # it was deducted from the payout
    Refund.objects.filter(pk=refund.pk).update(stage="sent")
    settle_refund(refund.pk, RefundAnswer("R1", RefundState.DONE, "FINALIZED"), by=make.BY, at=make.now())
    keys = [*_keys(first, second), f"r{refund.pk}"]
    payout = settle_payout(entry.pk, keys=keys, fee=make.pln("0"), note="", by=by, at=make.now())
    assert (payout.difference, payout.given_back) == (0, make.pln("30.00"))
    assert unproven_money() == {}
    other = _payout("50.00", number="2", opening="120.00")
    with pytest.raises(Refused, match="innej wypłacie"):
        settle_payout(other.pk, keys=_keys(second), fee=make.pln("0"), note="", by=by, at=make.now())
    unsettle_payout(payout.pk, reason="pomyłka", by=by, at=make.now())
    assert len(unsettled("payu", until=make.today() + timedelta(days=1))) == 3


def test_the_three_books_are_proved_every_night_and_by_a_command(two: tuple[Payment, Payment]) -> None:
    call_command("prove_money", json=True)
    assert prove_statements.run() == 0
    ProviderFact.objects.create(payment=two[0], kind="paid", key="inny", amount=make.pln("1"), source="test")
    assert unproven_money() == {"operator podał inną kwotę płatności": [two[0].pk]}
    assert prove_statements.run() == 1
