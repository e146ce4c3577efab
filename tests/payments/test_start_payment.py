"""A payment is started: amounts frozen, the order opened between two transactions, one form one payment."""

import threading
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from core.errors import Refused
from core.models import AuditEntry
from liabilities.actions import PaymentPart, charge_costs, post_payment
from payments.basket import fill_baskets
from payments.checkout import frozen_until
from payments.models import Payment, PaymentChange, PaymentLine
from payments.providers import Order, Redirect
from payments.providers.payu import PayU
from payments.states import State
from payments.wishes import Wish
from tests import make
from tests.payments.paying import Paying, path_of
from tests.sandbox_process import Sandbox


def _orders(sandbox: Sandbox) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.control("GET", "payu")
    return found


def test_amounts_are_frozen_and_the_payer_gets_a_page_to_pay_on(paying: Paying, sandbox: Sandbox) -> None:
    payment = paying.start("ANNA-1", "ANNA-2")
    (order,) = _orders(sandbox)
    assert (payment.state, payment.amount) == (State.REDIRECTED, Decimal("150.00"))
    assert (payment.provider_order_id, str(payment.number)) == (order["orderId"], order["extOrderId"])
    assert payment.redirect_url.startswith(sandbox.url)
    assert [str(line.principal) for line in payment.lines.order_by("pk")] == ["100.00", "50.00"]
    assert [product["unitPrice"] for product in order["products"]] == ["10000", "5000"]
    assert order["notifyUrl"].endswith("/hooks/payu/")
    assert path_of(payment) == ["new", "redirected"]
    assert AuditEntry.objects.filter(verb="start_payment", subject=f"payment:{payment.pk}").count() == 1


def test_interest_and_costs_of_the_day_are_frozen_too(paying: Paying) -> None:
    now = make.now()
    make.dues(
        make.row(
            make.pesel(1),
            key="OLD",
            title="Zaległa",
            due_on=timezone.localdate(now) - timedelta(days=400),
            amount="1000,00",
        ),
        source="old",
    )
    old = make.instalment("OLD")
    charge_costs(old, amount=Decimal(16), reference="letter:1", on=timezone.localdate(now), by=make.BY, at=now)
    ((item,),) = [basket.items for basket in fill_baskets([paying.payer], [Wish(old.pk)], on=timezone.localdate(now))]
    due = item.due
    (line,) = paying.start("OLD").lines.all()
    assert due.interest.amount > 100
    assert (line.principal, line.interest, line.costs) == (Decimal(1000), due.interest.amount, Decimal(16))


@pytest.mark.parametrize(
    ("started", "until"),
    [
        (datetime(2026, 5, 14, 10, 0, tzinfo=UTC), datetime(2026, 5, 14, 10, 30, tzinfo=UTC)),
        # Warsaw is two hours ahead in May: its day ends at 22:00 UTC.
        (datetime(2026, 5, 14, 21, 40, tzinfo=UTC), datetime(2026, 5, 14, 22, 0, tzinfo=UTC)),
        (datetime(2026, 5, 14, 21, 58, tzinfo=UTC), datetime(2026, 5, 14, 22, 3, tzinfo=UTC)),
        (datetime(2026, 5, 14, 22, 0, tzinfo=UTC), datetime(2026, 5, 14, 22, 30, tzinfo=UTC)),
        (datetime(2026, 12, 31, 22, 50, tzinfo=UTC), datetime(2026, 12, 31, 23, 0, tzinfo=UTC)),
    ],
)
def test_frozen_amounts_do_not_reach_into_the_next_days_interest(started: datetime, until: datetime) -> None:
    assert frozen_until(started) == until


def test_payu_is_told_until_when_the_amounts_hold(paying: Paying, sandbox: Sandbox) -> None:
    payment = paying.start(at=datetime(2026, 5, 14, 21, 40, tzinfo=UTC))
    assert _orders(sandbox)[0]["validityTime"] == "1200"
    assert payment.frozen_until == datetime(2026, 5, 14, 22, 0, tzinfo=UTC)


def _refusal(paying: Paying, **changes: Any) -> str:
    before = Payment.objects.count(), PaymentLine.objects.count(), PaymentChange.objects.count()
    with pytest.raises(Refused) as refused:
        paying.start(**changes)
    assert (Payment.objects.count(), PaymentLine.objects.count(), PaymentChange.objects.count()) == before
    return refused.value.code


def test_what_cannot_be_paid_is_refused_and_nothing_changes(paying: Paying, sandbox: Sandbox) -> None:
    own = make.instalment("ANNA-1").pk
    make.dues(make.row(make.pesel(77), key="OBCY-1", name="Jan Obcy"), source="obcy")
    foreign = make.instalment("OBCY-1").pk
    assert _refusal(paying, wishes=[]) == "nothing_chosen"
    assert _refusal(paying, wishes=[Wish(key) for key in [foreign]]) == "due_unknown"
    assert _refusal(paying, wishes=[Wish(key) for key in [own, foreign]]) == "due_unknown"
    assert _refusal(paying, wishes=[Wish(key) for key in [own, 10**17]]) == "due_unknown"
    assert _refusal(paying, wishes=[Wish(key) for key in range(1, 102)]) == "too_many"
    assert _refusal(paying, expected=Decimal("99.99")) == "amount_changed"
    post_payment(
        payer_id=paying.payer.pk,
        parts=[PaymentPart(own, Decimal(100))],
        value_on=make.today(),
        reference="bank:1",
        by=make.BY,
        at=make.now(),
    )
    assert _refusal(paying, wishes=[Wish(key) for key in [own]]) == "due_unknown"
    assert _orders(sandbox) == []


def test_the_same_form_sent_twice_finds_the_first_payment(paying: Paying, sandbox: Sandbox) -> None:
    number = uuid.uuid4()
    first = paying.start(number=number, expected=Decimal(100))
    again = paying.start("ANNA-2", number=number)
    assert again == first
    assert (Payment.objects.count(), len(_orders(sandbox))) == (1, 1)


def test_a_form_of_another_payer_is_refused(paying: Paying) -> None:
    first = paying.start()
    other = make.payer(make.pesel(78), "Ewa Inna")
    assert _refusal(paying, number=first.number, payer=other) == "form_of_another"


def test_a_double_click_makes_one_payment_and_one_order(paying_for_all: Paying, sandbox: Sandbox) -> None:
    number, met = uuid.uuid4(), threading.Barrier(6, timeout=60)
    started: list[int] = []

    def click() -> None:
        met.wait()
        try:
            started.append(paying_for_all.start(number=number).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(started) == 6
    assert len(set(started)) == 1
    assert (Payment.objects.count(), PaymentLine.objects.count(), len(_orders(sandbox))) == (1, 1, 1)


@pytest.mark.parametrize(
    ("faults", "code", "orders"),
    [
        (["http503"], "provider_down", 0),
        (["html"], "provider_down", 0),
        (["cut"], "provider_down", 0),
        (["cut_after"], "provider_down", 1),
    ],
)
def test_an_order_that_was_not_opened_for_sure_fails_and_may_be_started_anew(
    paying: Paying, sandbox: Sandbox, faults: list[str], code: str, orders: int
) -> None:
    paying.start("ANNA-2")  # so that a token is there
    sandbox.control("PUT", "settings", payu_next=faults)
    with pytest.raises(Refused) as refused:
        paying.start()
    assert refused.value.code == code
    assert len(_orders(sandbox)) == 1 + orders
    failed = Payment.objects.latest("pk")
    assert (failed.state, failed.redirect_url, path_of(failed)) == (State.FAILED, "", ["new", "failed"])
    assert paying.start().state == State.REDIRECTED
    assert paying.books() == ("100.00", "50.00", "0.00", 0)


def test_a_refusal_of_payu_fails_the_payment_with_its_word(paying: Paying, settings: Settings) -> None:
    settings.PAYU = {**settings.PAYU, "client_secret": "0" * 32}
    with pytest.raises(Refused) as refused:
        paying.start()
    assert refused.value.code == "provider_refused"
    assert "invalid_client" not in str(refused.value)
    assert PaymentChange.objects.latest("pk").reason == "operator odmówił: invalid_client"


class Killed(BaseException):
    """The process ends here."""


def test_a_process_killed_between_the_transactions_leaves_a_new_payment(
    paying: Paying, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is open at PayU, and we do not know it: nobody was sent to pay it."""
    honest = PayU.create_order

    def killed(self: PayU, order: Order) -> Redirect:
        honest(self, order)
        raise Killed

    monkeypatch.setattr(PayU, "create_order", killed)
    with pytest.raises(Killed):
        paying.start()
    left = Payment.objects.get()
    assert (left.state, left.provider_order_id, path_of(left)) == (State.NEW, "", ["new"])
    assert (left.lines.count(), len(_orders(sandbox))) == (1, 1)


def test_no_transaction_is_open_while_payu_is_called(paying_for_all: Paying, monkeypatch: pytest.MonkeyPatch) -> None:
    honest, seen = PayU.create_order, []

    def watched(self: PayU, order: Order) -> Redirect:
        seen.append(connection.in_atomic_block)
        return honest(self, order)

    monkeypatch.setattr(PayU, "create_order", watched)
    paying_for_all.start()
    assert seen == [False]
