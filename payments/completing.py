"""What providers say of payments brought in by the batch: some statements for all of them, however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction

from core import audit
from core.actor import Actor
from core.errors import Refused
from payments.models import Payment, PaymentChange, ProviderFact
from payments.posting import post_payments
from payments.providers import Notice
from payments.states import OPEN, State, may_become
from payments.transitions import day_of, locked_payments, payment_reference

CHANGED = """
UPDATE payments_payment AS p
SET state = v.state, provider_order_id = v.order_id, provider_payment_id = v.money_id, paid_on = v.paid_on,
    posted_at = v.posted_at, problem = v.problem
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::date[], %s::timestamptz[], %s::text[])
    AS v(id, state, order_id, money_id, paid_on, posted_at, problem)
WHERE p.id = v.id
"""


def complete_payments(told: Sequence[tuple[int, Notice]], *, at: datetime, by: Actor) -> list[str]:
    """Bring what providers say into their payments, in the order given; returns for each '' or the words of a problem
    that a clerk should see.

    One transaction: states, ledger, withdrawn reminders and queued confirmations come together or not at all. Money
    that a provider took is posted exactly once, whatever repeats, comes late or out of order: `paid` is never left, and
    a payment that was cancelled, failed or given up is posted when the money comes after all. A sum or a currency that
    is not ours is not posted: a clerk decides. Raises Refused when the ledger refuses one of several: tell them one by
    one then, for a single one that it refuses goes to a clerk, since its money was taken.
    """
    with transaction.atomic():
        payments = locked_payments({payment_id for payment_id, _ in told})
        try:
            with transaction.atomic():
                return _brought_in(payments, told, by=by, at=at)
        except Refused as refusal:
            if len(told) > 1:
                raise
            return [_refused(told[0], refusal, by=by, at=at)]


def _brought_in(
    payments: dict[int, Payment], told: Sequence[tuple[int, Notice]], *, by: Actor, at: datetime
) -> list[str]:
    batch = _Batch(by, at)
    problems = [batch.take(payments[payment_id], notice) for payment_id, notice in told]
    batch.write()
    return problems


def _refused(told: tuple[int, Notice], refusal: Refused, *, by: Actor, at: datetime) -> str:
    payment_id, notice = told
    batch, problem = _Batch(by, at), f"operator pobrał pieniądze, a księga ich nie przyjęła: {refusal.message}"
    payment = Payment.objects.get(pk=payment_id)
    batch.remember(payment, notice)
    batch.to_clerk(payment, problem)
    batch.write()
    return problem


def mismatch(payment: Payment, notice: Notice) -> str:
    """Why what a provider says cannot be of this payment, in words; '' when it can."""
    if payment.provider_order_id not in {"", notice.provider_order_id}:
        return f"operator podaje inne zlecenie ({notice.provider_order_id[:40]}) niż to, które otworzyliśmy"
    if notice.currency != "PLN" or notice.amount != payment.charged:
        return f"operator podaje {notice.amount} {notice.currency[:3]}, a płatność jest na {payment.charged} PLN"
    return ""


def _after_posting(payment: Payment, notice: Notice) -> str:
    """A notice on a posted payment: a repeat or a straggler; words only when it contradicts what was posted."""
    if notice.state is State.PAID:
        return mismatch(payment, notice)
    return "" if notice.state in OPEN else f"po zaksięgowaniu operator podał: {notice.status}"


@dataclass
class _Batch:
    """What notices change, written down at the end by a statement for each table."""

    by: Actor
    at: datetime
    changed: dict[int, Payment] = field(default_factory=dict)
    changes: list[PaymentChange] = field(default_factory=list)
    facts: list[ProviderFact] = field(default_factory=list)
    parked: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    paid: list[Payment] = field(default_factory=list)

    def take(self, payment: Payment, notice: Notice) -> str:
        """What one notice changes of its payment; returns '' or the words of a problem."""
        if payment.state == State.PAID:
            return _after_posting(payment, notice)
        if problem := mismatch(payment, notice):
            return self.to_clerk(payment, problem)
        self.remember(payment, notice)
        if notice.state is State.PAID:
            self._pay(payment, notice)
        elif notice.state is State.CLERK:
            return self.to_clerk(payment, f"operator: {notice.status}, pieniądze przyszły po anulowaniu zlecenia")
        elif may_become(State(payment.state), notice.state) and payment.state != State.CLERK:
            self._advance(payment, notice.state, f"operator: {notice.status}")
        return ""

    def remember(self, payment: Payment, notice: Notice) -> None:
        """Keep the provider's numbers as soon as it tells them: it is asked, and paid back, by them."""
        known = (payment.provider_order_id, payment.provider_payment_id)
        payment.provider_order_id = payment.provider_order_id or notice.provider_order_id
        payment.provider_payment_id = notice.payment_id or payment.provider_payment_id
        if known != (payment.provider_order_id, payment.provider_payment_id):
            self.changed[payment.pk] = payment

    def to_clerk(self, payment: Payment, problem: str) -> str:
        """Let a clerk look at it; returns the words of the problem."""
        payment.problem = problem[:300]
        self.changed[payment.pk] = payment
        if may_become(State(payment.state), State.CLERK):
            self._advance(payment, State.CLERK, problem)
            self.parked.append((payment_reference(payment), {"problem": problem}))
        return problem

    def _pay(self, payment: Payment, notice: Notice) -> None:
        # Asked, the provider names no day. The order could be paid for PAYMENT_MINUTES only, so the day of the start is
        # the one that cannot harm the payer.
        payment.paid_on = min(notice.paid_on or day_of(payment.started_at), day_of(self.at))
        payment.posted_at, payment.problem = self.at, ""
        self._advance(payment, State.PAID, "operator potwierdził wpłatę")
        self.facts.append(
            paid_fact(payment, notice.payment_id or notice.provider_order_id, notice.amount, by=self.by, at=self.at)
        )
        self.paid.append(payment)

    def _advance(self, payment: Payment, target: State, reason: str) -> None:
        """From state to state as `payments.transitions.advance` does; the caller asked whether it may."""
        before, payment.state = payment.state, target
        self.changed[payment.pk] = payment
        self.changes.append(
            PaymentChange(payment=payment, before=before, after=target, reason=reason[:200], at=self.at)
        )

    def write(self) -> None:
        """States and their history, what was said of money, the audit; then the ledger and the confirmations."""
        if self.changed:
            rows = self.changed.values()
            with connection.cursor() as cursor:
                cursor.execute(
                    CHANGED,
                    [
                        list(self.changed),
                        [str(one.state) for one in rows],
                        [one.provider_order_id for one in rows],
                        [one.provider_payment_id for one in rows],
                        [one.paid_on for one in rows],
                        [one.posted_at for one in rows],
                        [one.problem for one in rows],
                    ],
                )
        PaymentChange.objects.bulk_create(self.changes)
        ProviderFact.objects.bulk_create(self.facts)
        if self.parked:
            audit.record_many("park_payment", self.parked, by=self.by)
        if self.paid:
            post_payments(self.paid, by=self.by, at=self.at)


def paid_fact(payment: Payment, key: str, amount: Decimal, *, by: Actor, at: datetime) -> ProviderFact:
    """What the provider, or a clerk who read its panel, said was charged; not saved yet."""
    return ProviderFact(payment=payment, kind="paid", key=key[:80], amount=amount, told_at=at, source=by.name[:60])
