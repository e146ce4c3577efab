"""Refunds through providers: two people, once, told late or twice; and what providers take back by themselves."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django.fixtures import Settings

from core.actor import Actor
from core.errors import Refused
from liabilities.credits import credits_of
from liabilities.models import LedgerEntry
from payments.models import Payment, ProviderFact, Refund, Reversal
from payments.notices import handle_notices
from payments.providers import RefundAnswer, RefundState
from payments.refund_sending import settle_refund, work_refunds
from payments.refund_sources import left_to_refund
from payments.refund_states import ReversalKind
from payments.refunds import approve_refund, ask_refund, withdraw_refund
from payments.reversals import TakenBack, post_reversal, record_reversal
from payments.states import State
from residents.models import Account
from tests import make
from tests.payments.orders import play
from tests.payments.paying import Paying
from tests.sandbox_process import Sandbox

PROVIDERS = ("payu", "przelewy24", "paypal")
LATER = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _webhook(portal: str, sandbox: Sandbox) -> None:
    sandbox.control("PUT", "settings", paypal_webhook_url=f"{portal}/hooks/paypal/")


@pytest.fixture
def treasurer(paying_for_all: Paying) -> Account:
    """Asks for refunds."""
    return make.account("skarbnik@example.com", name="Tomasz Skarbnik", is_staff=True)


@pytest.fixture
def administrator(paying_for_all: Paying) -> Account:
    """A second person."""
    return make.account("admin@example.com", name="Adam Admin", is_staff=True)


def _acting(account: Account) -> Actor:
    return Actor(name=account.get_full_name(), account_id=account.pk)


def _deliver(sandbox: Sandbox) -> None:
    while True:
        sandbox.control("POST", "flush")
        if not handle_notices(at=make.now()):
            return


def _paid(paying: Paying, sandbox: Sandbox, provider: str, *keys: str) -> Payment:
    payment = paying.start(*keys, provider=provider)
    play(sandbox, provider, payment.provider_order_id, "pay")
    _deliver(sandbox)
    payment.refresh_from_db()
    assert payment.state == State.PAID
    return payment


def _asked(paying: Paying, payment: Payment, amount: str, who: Account) -> Refund:
    return ask_refund(
        payment,
        payer_id=paying.payer.pk,
        amount=make.pln(amount),
        reason="zapłacono omyłkowo",
        by=_acting(who),
        at=make.now(),
    )


def _left(paying: Paying) -> tuple[str, str, str]:
    return paying.books()[:3]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_part_then_the_rest_of_a_payment_go_back_once_each(
    paying_for_all: Paying, sandbox: Sandbox, provider: str, treasurer: Account
) -> None:
    payment = _paid(paying_for_all, sandbox, provider)
    first = _asked(paying_for_all, payment, "30.00", treasurer)
    assert (first.stage, _left(paying_for_all)) == ("ordered", ("30.00", "50.00", "0.00"))
    assert work_refunds(at=make.now())
    for _ in range(2):
        _deliver(sandbox)
        work_refunds(at=make.now() + LATER)
    first.refresh_from_db()
    assert first.stage == "done"
    assert left_to_refund(payment, paying_for_all.payer.pk) == make.pln("70.00")
    with pytest.raises(Refused, match="najwyżej"):
        _asked(paying_for_all, payment, "70.01", treasurer)
    _asked(paying_for_all, payment, "70.00", treasurer)
    work_refunds(at=make.now())
    _deliver(sandbox)
    work_refunds(at=make.now() + LATER)
    assert set(Refund.objects.values_list("stage", flat=True)) == {"done"}
    assert _left(paying_for_all) == ("100.00", "50.00", "0.00")
    told = ProviderFact.objects.filter(payment=payment).values_list("kind", "amount").order_by("pk")
    assert list(told) == [("paid", make.pln("100")), ("refunded", make.pln("30")), ("refunded", make.pln("70"))]
    assert not Reversal.objects.exists()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_answer_that_was_lost_gives_nothing_back_twice(
    paying_for_all: Paying, sandbox: Sandbox, provider: str, treasurer: Account
) -> None:
    payment = _paid(paying_for_all, sandbox, provider)
    refund = _asked(paying_for_all, payment, "40.00", treasurer)
    prefix = {"przelewy24": "p24"}.get(provider, provider)
    sandbox.control("PUT", "settings", **{f"{prefix}_next": ["cut_after"]})
    assert work_refunds(at=make.now()) == {"sent": 1}
    assert work_refunds(at=make.now()) == {}
    work_refunds(at=make.now() + LATER)
    _deliver(sandbox)
    work_refunds(at=make.now() + 3 * LATER)
    refund.refresh_from_db()
    assert refund.stage == "done"
    assert ProviderFact.objects.filter(kind="refunded").count() == 1
    assert not Reversal.objects.exists()
    assert _left(paying_for_all) == ("40.00", "50.00", "0.00")


@pytest.mark.parametrize(
    ("provider", "setting"),
    [("payu", "CANCELED"), ("przelewy24", "rejected"), ("paypal", "FAILED")],
)
def test_a_refund_that_the_provider_refuses_is_the_payers_credit_again(
    paying_for_all: Paying, sandbox: Sandbox, provider: str, setting: str, treasurer: Account
) -> None:
    payment = _paid(paying_for_all, sandbox, provider)
    refund = _asked(paying_for_all, payment, "100.00", treasurer)
    prefix = {"przelewy24": "p24"}.get(provider, provider)
    sandbox.control("PUT", "settings", **{f"{prefix}_refund_status": setting})
    work_refunds(at=make.now())
    _deliver(sandbox)
    work_refunds(at=make.now() + LATER)
    refund.refresh_from_db()
    assert (refund.stage, refund.problem.startswith("operator odmówił")) == ("refused", True)
    assert _left(paying_for_all) == ("100.00", "50.00", "100.00")
    settle_refund(refund.pk, RefundAnswer("X", RefundState.DONE, "FINALIZED"), by=make.BY, at=make.now())
    refund.refresh_from_db()
    assert (refund.stage, refund.problem) == ("refused", "operator podał później: FINALIZED")


def test_above_the_towns_sum_a_second_person_approves_and_never_who_asked(
    paying_for_all: Paying, sandbox: Sandbox, treasurer: Account, administrator: Account, settings: Settings
) -> None:
    settings.REFUND_TWO_FROM = make.pln("50.00")
    payment = _paid(paying_for_all, sandbox, "payu")
    small = _asked(paying_for_all, payment, "30.00", treasurer)
    assert (small.needs_second, small.stage) == (False, "ordered")
    cut = _asked(paying_for_all, payment, "30.00", treasurer)  # two small ones make a large one
    assert (cut.needs_second, cut.stage) == (True, "asked")
    assert _left(paying_for_all) == ("30.00", "50.00", "0.00")
    with pytest.raises(Refused) as refused:
        approve_refund(cut.pk, by=_acting(treasurer), at=make.now())
    assert refused.value.code == "own_refund"
    for changes in ({"approved_by": treasurer, "approved_at": make.now()}, {"stage": "ordered"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Refund.objects.filter(pk=cut.pk).update(**changes)
    with pytest.raises(Exception, match="never changes"), transaction.atomic():
        Refund.objects.filter(pk=cut.pk).update(amount=make.pln("1.00"))
    assert approve_refund(cut.pk, by=_acting(administrator), at=make.now()).stage == "ordered"
    assert _left(paying_for_all) == ("60.00", "50.00", "0.00")
    with pytest.raises(Refused):
        approve_refund(cut.pk, by=_acting(administrator), at=make.now())
    withdraw_refund(cut.pk, reason="pomyłka", by=_acting(treasurer), at=make.now())
    assert _left(paying_for_all) == ("60.00", "50.00", "30.00")
    again = _asked(paying_for_all, payment, "70.00", treasurer)
    approve_refund(again.pk, by=_acting(administrator), at=make.now())
    assert _left(paying_for_all) == ("100.00", "50.00", "0.00")
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.create(
            payer=paying_for_all.payer, payment=payment, amount="1.00", reason="x", needs_second=False,
            requested_by=treasurer,
        )  # fmt: skip


def test_what_is_on_its_way_is_not_withdrawn(paying_for_all: Paying, sandbox: Sandbox, treasurer: Account) -> None:
    payment = _paid(paying_for_all, sandbox, "payu")
    refund = _asked(paying_for_all, payment, "10.00", treasurer)
    sandbox.control("PUT", "settings", payu_down=True)
    assert work_refunds(at=make.now()) == {"sent": 1}
    with pytest.raises(Refused) as refused:
        withdraw_refund(refund.pk, reason="jednak nie", by=_acting(treasurer), at=make.now())
    assert refused.value.code == "refund_stage"
    sandbox.control("PUT", "settings", payu_down=False)


def test_a_chargeback_takes_the_posting_back_whatever_repeats(paying_for_all: Paying, sandbox: Sandbox) -> None:
    payment = _paid(paying_for_all, sandbox, "paypal")
    play(sandbox, "paypal", payment.provider_order_id, "reverse")
    _deliver(sandbox)
    _deliver(sandbox)
    reversal = Reversal.objects.get(payment=payment)
    assert (reversal.kind, reversal.amount, reversal.problem) == ("chargeback", make.pln("100.00"), "")
    assert reversal.posted_at is not None
    assert _left(paying_for_all) == ("100.00", "50.00", "0.00")
    assert left_to_refund(payment, paying_for_all.payer.pk) == 0


def test_a_refund_made_in_the_providers_panel_is_noted_and_its_part_taken_off(
    paying_for_all: Paying, treasurer: Account, sandbox: Sandbox
) -> None:
    payment = _paid(paying_for_all, sandbox, "payu", "ANNA-1", "ANNA-2")
    told = TakenBack(ReversalKind.PANEL, "5000000142", make.pln("60.00"), make.today())
    by = _acting(treasurer)
    noted = record_reversal(payment.pk, told, by=by, at=make.now())
    assert record_reversal(payment.pk, told, by=by, at=make.now()) == noted
    assert _left(paying_for_all) == ("10.00", "50.00", "0.00")
    kinds = ["payment", "refund", "correction"]
    moved = LedgerEntry.objects.filter(kind__in=kinds).values_list("amount", flat=True)
    assert sum(moved) == make.pln("-90.00")
    with pytest.raises(Refused):
        record_reversal(
            payment.pk,
            TakenBack(ReversalKind.CHARGEBACK, "inny", make.pln("91.00"), make.today()),
            by=by,
            at=make.now(),
        )


def test_a_chargeback_of_a_credit_that_was_used_waits_with_the_reason(
    paying_for_all: Paying, treasurer: Account, sandbox: Sandbox
) -> None:
    first = _paid(paying_for_all, sandbox, "payu")
    twice = paying_for_all.start("ANNA-2", provider="payu")
    play(sandbox, "payu", twice.provider_order_id, "pay")
    _deliver(sandbox)
    refund = _asked(paying_for_all, first, "100.00", treasurer)
    work_refunds(at=make.now())
    told = TakenBack(ReversalKind.CHARGEBACK, "CB-1", make.pln("100.00"), make.today())
    noted = record_reversal(first.pk, told, by=_acting(treasurer), at=make.now())
    assert (noted.posted_at, "brakuje" in noted.problem) == (None, True)
    _deliver(sandbox)
    work_refunds(at=make.now() + LATER)
    assert Refund.objects.get(pk=refund.pk).stage == "done"
    assert post_reversal(noted.pk, by=_acting(treasurer), at=make.now()).posted_at is None
    assert credits_of(paying_for_all.payer.pk) == {}
