"""What the provider says is brought into a payment once, whatever repeats, comes late or out of order."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from core.models import AuditEntry
from liabilities.actions import PaymentPart, post_payment
from liabilities.models import LedgerEntry
from liabilities.queries import balance
from notifications.models import Message
from payments.actions import complete_payment, expire_payment
from payments.models import Payment
from payments.states import State
from tests import make
from tests.payments.paying import Paying, notice, path_of, postings

UNPAID = ("100.00", "50.00", "0.00", 0)
PAID = ("0.00", "50.00", "0.00", 1)


def tell(payment: Payment, *said: State, **changes: Any) -> list[str]:
    """Tell these states one after another; returns the problems."""
    problems = [complete_payment(payment.pk, notice=notice(payment, state, **changes), at=make.now()) for state in said]
    payment.refresh_from_db()
    return problems


def test_a_paid_order_is_posted_and_confirmed(paying: Paying) -> None:
    payment = paying.start()
    assert tell(payment, State.PENDING, State.PAID) == ["", ""]
    assert paying.books() == PAID
    assert path_of(payment) == ["new", "redirected", "pending", "paid"]
    assert (payment.paid_on, payment.problem) == (timezone.localdate(), "")
    assert payment.posted_at is not None


def test_the_confirmation_says_the_new_balance_by_each_channel_consented_to(paying: Paying) -> None:
    payment = paying.start()
    tell(payment, State.PAID)
    told = list(Message.objects.filter(kind="payment_posted").order_by("channel"))
    assert [(message.channel, message.topic_code, message.about) for message in told] == [
        ("email", "payments", f"payment:{payment.pk}"),
        ("sms", "payments", f"payment:{payment.pk}"),
    ]
    facts = told[0].facts
    assert (facts["amount_pln"], facts["reference"]) == ("100.00", payment.reference)
    assert facts["balance_text"] == "do zapłaty pozostało 50,00\u00a0zł"
    assert facts["link"].endswith("/platnosci/")


@pytest.mark.parametrize(
    "said", list(itertools.permutations([State.PENDING, State.PAID, State.PENDING])) + [(State.PAID,) * 5]
)
def test_any_order_and_any_repeat_post_once(paying: Paying, said: tuple[State, ...]) -> None:
    payment = paying.start()
    assert set(tell(payment, *said)) == {""}
    assert (payment.state, paying.books()) == (State.PAID, PAID)
    assert path_of(payment).count("paid") == 1


@pytest.mark.parametrize("late", [State.CANCELLED, State.CLERK])
def test_a_stale_end_after_the_posting_undoes_nothing_and_is_told_to_a_clerk(paying: Paying, late: State) -> None:
    payment = paying.start()
    assert tell(payment, State.PAID) == [""]
    before = postings(payment)
    assert tell(payment, late) == [f"po zaksięgowaniu operator podał: {late.value.upper()}"]
    assert (payment.state, paying.books(), postings(payment)) == (State.PAID, PAID, before)


@pytest.mark.parametrize("end", [State.CANCELLED, State.EXPIRED, State.FAILED])
def test_money_that_comes_after_the_end_is_posted(paying: Paying, end: State) -> None:
    payment = paying.start()
    Payment.objects.filter(pk=payment.pk).update(state=end)
    assert tell(payment, State.PENDING) == [""]
    assert (payment.state, paying.books()) == (end, UNPAID)
    assert tell(payment, State.PAID) == [""]
    assert (payment.state, paying.books()) == (State.PAID, PAID)


def test_a_cancelled_order_posts_nothing(paying: Paying) -> None:
    payment = paying.start()
    assert tell(payment, State.CANCELLED, State.CANCELLED) == ["", ""]
    assert (payment.state, paying.books(), postings(payment)) == (State.CANCELLED, UNPAID, 0)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": Decimal("99.99")}, "99.99 PLN"),
        ({"amount": Decimal("100.01")}, "100.01 PLN"),
        ({"amount": Decimal("10000.00")}, "10000.00 PLN"),
        ({"currency": "EUR"}, "100.00 EUR"),
        ({"provider_order_id": "OTHER"}, "inne zlecenie (OTHER)"),
    ],
)
@pytest.mark.parametrize("state", [State.PAID, State.PENDING])
def test_what_does_not_fit_goes_to_a_clerk_unposted(
    paying: Paying, changes: dict[str, Any], words: str, state: State
) -> None:
    payment = paying.start()
    (problem,) = tell(payment, state, **changes)
    assert words in problem
    assert (payment.state, payment.problem) == (State.CLERK, problem)
    assert (paying.books(), postings(payment)) == (UNPAID, 0)
    assert AuditEntry.objects.filter(verb="park_payment", subject=f"payment:{payment.pk}").count() == 1


def test_money_after_a_cancelled_order_goes_to_a_clerk(paying: Paying) -> None:
    payment = paying.start()
    problems = tell(payment, State.CANCELLED, State.CLERK)
    assert problems[0] == ""
    assert "po anulowaniu" in problems[1]
    assert (payment.state, paying.books()) == (State.CLERK, UNPAID)


def test_a_payment_with_a_clerk_is_posted_when_the_right_notice_comes(paying: Paying) -> None:
    payment = paying.start()
    tell(payment, State.PENDING, amount=Decimal(1))
    assert tell(payment, State.CANCELLED, State.PENDING) == ["", ""]
    assert payment.state == State.CLERK
    assert tell(payment, State.PAID) == [""]
    assert (payment.state, payment.problem, paying.books()) == (State.PAID, "", PAID)


def test_a_wrong_notice_after_the_posting_changes_nothing(paying: Paying) -> None:
    payment = paying.start()
    tell(payment, State.PAID)
    assert "1 PLN" in tell(payment, State.PAID, amount=Decimal(1))[0]
    assert (payment.state, payment.problem, paying.books()) == (State.PAID, "", PAID)


def test_a_notice_that_is_faster_than_our_own_answer_is_kept(paying: Paying) -> None:
    payment = paying.start()
    Payment.objects.filter(pk=payment.pk).update(state="new", provider_order_id="", redirect_url="")
    assert tell(payment, State.PAID, provider_order_id="FASTER") == [""]
    assert (payment.state, payment.provider_order_id, paying.books()) == (State.PAID, "FASTER", PAID)


def test_two_payments_of_one_due_end_in_a_paid_due_and_a_credit(paying: Paying) -> None:
    first, second = paying.start(), paying.start()
    assert tell(first, State.PAID) + tell(second, State.PAID) == ["", ""]
    assert paying.books() == ("0.00", "50.00", "100.00", 2)
    assert balance(paying.payer.pk, on=make.today()).total == Decimal("-50.00")
    assert (
        Message.objects.filter(about=f"payment:{second.pk}", facts__balance_text="nadpłata 50,00\u00a0zł").count() == 2
    )


def test_a_due_paid_otherwise_meanwhile_turns_the_payment_into_credit(paying: Paying) -> None:
    payment = paying.start("ANNA-1", "ANNA-2")
    post_payment(
        payer_id=paying.payer.pk,
        parts=[PaymentPart(make.instalment("ANNA-1").pk, Decimal("70.00"))],
        value_on=make.today(),
        reference="bank:1",
        by=make.BY,
        at=make.now(),
    )
    tell(payment, State.PAID)
    assert paying.books() == ("0.00", "0.00", "70.00", 1)
    assert Message.objects.filter(facts__balance_text="nadpłata 70,00\u00a0zł").exists()


@pytest.mark.parametrize(
    ("said", "posted_at", "expected"),
    [
        # The provider's day; the start's when it names none; never a day that is still to come.
        (datetime(2026, 5, 15).date(), datetime(2026, 5, 18, 10, 0, tzinfo=UTC), "2026-05-15"),  # noqa: DTZ001
        (None, datetime(2026, 5, 18, 10, 0, tzinfo=UTC), "2026-05-14"),
        (datetime(2026, 5, 20).date(), datetime(2026, 5, 18, 22, 30, tzinfo=UTC), "2026-05-19"),  # noqa: DTZ001
    ],
)
def test_the_day_of_payment_is_the_one_that_the_law_counts(
    paying: Paying, said: Any, posted_at: datetime, expected: str
) -> None:
    payment = paying.start(at=datetime(2026, 5, 14, 10, 0, tzinfo=UTC))
    complete_payment(payment.pk, notice=notice(payment, paid_on=said), at=posted_at)
    payment.refresh_from_db()
    assert str(payment.paid_on) == expected
    assert {str(entry.value_on) for entry in LedgerEntry.objects.filter(reference=f"payment:{payment.pk}")} == {
        expected
    }


def test_money_that_the_ledger_refuses_is_parked_for_a_clerk(paying: Paying) -> None:
    """A due that passed to another payer after the payment began."""
    payment = paying.start()
    other = make.payer(make.pesel(79), "Ewa Inna")
    liability = make.instalment("ANNA-1").liability
    type(liability).objects.filter(pk=liability.pk).update(payer=other)
    (problem,) = tell(payment, State.PAID)
    assert problem.startswith("operator pobrał pieniądze, a księga ich nie przyjęła")
    assert (payment.state, payment.paid_on, payment.posted_at) == (State.CLERK, None, None)
    assert (postings(payment), Message.objects.filter(kind="payment_posted").count()) == (0, 0)


def test_posted_and_told_or_neither(paying: Paying, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = paying.start()

    def broken(*_: object, **__: object) -> int:
        raise ConnectionError

    monkeypatch.setattr("payments.posting.confirm_payments", broken)
    with pytest.raises(ConnectionError):
        tell(payment, State.PAID)
    monkeypatch.undo()
    payment.refresh_from_db()
    assert (payment.state, paying.books(), postings(payment)) == (State.REDIRECTED, UNPAID, 0)
    assert tell(payment, State.PAID) == [""]
    assert paying.books() == PAID


def test_a_payer_without_consent_is_told_nothing_and_posted_all_the_same(paying: Paying) -> None:
    make.consent(make.pesel(1), topics=(), signed_on=make.today())
    payment = paying.start()
    tell(payment, State.PAID)
    assert paying.books() == ("0.00", "50.00", "0.00", 0)


@pytest.mark.parametrize(
    ("state", "age", "expected"),
    [
        (State.REDIRECTED, timedelta(days=1, hours=23), State.REDIRECTED),
        (State.REDIRECTED, timedelta(days=2), State.EXPIRED),
        (State.PENDING, timedelta(days=6), State.PENDING),
        (State.PENDING, timedelta(days=7), State.CLERK),
        (State.PAID, timedelta(days=30), State.PAID),
        (State.CANCELLED, timedelta(days=30), State.CANCELLED),
    ],
)
def test_old_open_payments_are_given_up(paying: Paying, state: State, age: timedelta, expected: State) -> None:
    payment = paying.start()
    tell(payment, state) if state is not State.REDIRECTED else None
    expire_payment(payment, at=payment.started_at + age)
    payment.refresh_from_db()
    assert payment.state == expected
