"""What may happen to a payment: started, told about, completed, asked about, expired, settled by a clerk."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction

from core import audit
from core.actor import Actor, job
from core.errors import Refused
from core.money import format_pln
from liabilities.actions import PaymentPart, post_payment
from liabilities.queries import OpenDue, balance, open_dues
from notifications.actions import queue_message
from payments.messages import PAYMENT_POSTED
from payments.models import Payment, PaymentChange, PaymentLine
from payments.providers import (
    Notice,
    Order,
    OrderLine,
    ProviderDoubt,
    ProviderDown,
    ProviderRefused,
    provider_named,
)
from payments.states import OPEN, State, may_become
from residents.models import Account, Payer

FORGET_AFTER = timedelta(days=2)  # an order whose end we never learn is given up after PayU's own repeats thin out
MOST_LINES = 100


def payment_reference(payment: Payment) -> str:
    """The name under which a payment stands in the ledger."""
    return f"payment:{payment.pk}"


def _advance(payment: Payment, target: State, *, reason: str) -> None:
    """The one way from state to state: allowed by the table, saved, written down. The caller holds the row's lock."""
    before = State(payment.state)
    if not may_become(before, target):
        raise Refused("state", f"Płatność jest już {payment.get_state_display()}.")
    payment.state = target
    payment.save()
    PaymentChange.objects.create(payment=payment, before=before, after=target, reason=reason[:200])


def chosen_dues(payer_id: int, instalment_ids: Collection[int], *, on: date) -> list[OpenDue]:
    """The payer's open dues of these ids, as of *on*. Raises Refused `nothing_chosen`, `due_unknown`, `too_many`."""
    wanted = set(instalment_ids)
    if not wanted:
        raise Refused("nothing_chosen", "Nie wybrano żadnej należności.", mend="Zaznacz przynajmniej jedną.")
    if len(wanted) > MOST_LINES:
        raise Refused("too_many", f"Można zapłacić najwyżej {MOST_LINES} rat naraz.", mend="Zapłać w dwóch częściach.")
    found = [due for due in open_dues(payer_id, on=on) if due.instalment_id in wanted]
    if len(found) != len(wanted):
        raise Refused(
            "due_unknown",
            "Niektóre z wybranych należności są już opłacone albo ich nie ma.",
            mend="Wróć do listy i wybierz jeszcze raz.",
        )
    return found


def start_payment(
    *,
    payer: Payer,
    instalment_ids: Collection[int],
    provider: str,
    made_by: Account,
    by: Actor,
    on: date,
    at: datetime,
    customer_ip: str,
    number: UUID,
) -> Payment:
    """Freeze the amounts of the chosen dues and open an order at *provider*; the payment says where to send the payer.

    *number* is the form's own: the same form sent twice finds the first payment. The provider is called between two
    transactions, with none open. Raises Refused as `chosen_dues`, and `provider_down`, `provider_refused`.
    """
    if (known := Payment.objects.filter(number=number, payer=payer).first()) is not None:
        return known
    dues = chosen_dues(payer.pk, instalment_ids, on=on)
    with transaction.atomic():
        payment = Payment.objects.create(
            number=number,
            payer=payer,
            made_by=made_by,
            provider=provider,
            amount=sum((due.total for due in dues), Decimal(0)),
            started_at=at,
            frozen_until=at + timedelta(minutes=settings.PAYMENT_MINUTES),
        )
        PaymentLine.objects.bulk_create(
            PaymentLine(
                payment=payment,
                instalment_id=due.instalment_id,
                principal=due.principal,
                interest=due.interest.amount,
                costs=due.costs,
            )
            for due in dues
        )
        PaymentChange.objects.create(payment=payment, after=State.NEW, reason="wybrano należności")
        audit.record("start_payment", payment_reference(payment), by=by, amount=str(payment.amount))
    return _open_order(payment, dues, customer_ip=customer_ip)


def _open_order(payment: Payment, dues: Sequence[OpenDue], *, customer_ip: str) -> Payment:
    order = Order(
        number=str(payment.number),
        amount=payment.amount,
        description=f"{settings.TOWN['name']}, należności, {payment.reference}",
        lines=[OrderLine(f"{due.title} {due.year}, rata {due.number}", due.total) for due in dues],
        customer_ip=customer_ip,
        buyer_email=payment.made_by.email,
        notify_url=f"{settings.BASE_URL}/hooks/{payment.provider}/",
        continue_url=f"{settings.BASE_URL}/platnosci/{payment.number}/powrot/",
        valid_seconds=60 * settings.PAYMENT_MINUTES,
    )
    try:
        redirect = provider_named(payment.provider).create_order(order)
    except (ProviderDown, ProviderDoubt) as error:
        # In doubt too: the payer was sent nowhere, so nobody can pay that order.
        _close(payment, State.FAILED, reason=f"operator nie odpowiada {error}")
        raise Refused(
            "provider_down",
            "Operator płatności teraz nie odpowiada. Nic nie zostało pobrane.",
            mend="Spróbuj za kilka minut.",
        ) from error
    except ProviderRefused as error:
        _close(payment, State.FAILED, reason=f"operator odmówił: {error.code}")
        raise Refused(
            "provider_refused",
            "Operator płatności nie przyjął tego zlecenia. Nic nie zostało pobrane.",
            mend="Spróbuj jeszcze raz albo zapłać przelewem na rachunek podany przy należności.",
        ) from error
    with transaction.atomic():
        locked = _locked(payment.pk)
        locked.provider_order_id, locked.redirect_url = redirect.provider_order_id, redirect.url
        if locked.state == State.NEW:
            _advance(locked, State.REDIRECTED, reason="otwarto zlecenie u operatora")
        else:  # a notice was faster
            locked.save(update_fields=["provider_order_id", "redirect_url"])
    return locked


def _locked(payment_id: int) -> Payment:
    return Payment.objects.select_for_update(of=("self",)).get(pk=payment_id)


def _close(payment: Payment, target: State, *, reason: str) -> None:
    with transaction.atomic():
        locked = _locked(payment.pk)
        if may_become(State(locked.state), target):
            _advance(locked, target, reason=reason)


def find_payment(provider: str, notice: Notice) -> Payment | None:
    """The payment that a notice speaks of: by our number, else by the provider's."""
    found = Payment.objects.filter(provider=provider)
    try:
        by_number = found.filter(number=UUID(notice.number)).first()
    except ValueError:
        by_number = None
    return by_number or found.filter(provider_order_id=notice.provider_order_id).first()


def take_notice(payment_id: int, notice: Notice, *, by: Actor, at: datetime) -> str:
    """Bring what the provider says into the payment, in one transaction; returns '' or the words of a problem.

    Money that the provider took is posted exactly once, whatever repeats, comes late or out of order; a notice that
    says less than we know already changes nothing. A sum or currency that is not ours goes to a clerk, unposted.
    """
    with transaction.atomic():
        payment = _locked(payment_id)
        if not payment.provider_order_id:
            payment.provider_order_id = notice.provider_order_id
            payment.save(update_fields=["provider_order_id"])
        if payment.state == State.PAID:
            return _repeated(payment, notice)
        if notice.currency != "PLN" or notice.amount != payment.amount:
            problem = f"operator podaje {notice.amount} {notice.currency}, a płatność jest na {payment.amount} PLN"
            _to_clerk(payment, problem)
            return problem
        if notice.state is State.PAID:
            _complete(payment, notice.paid_on or at.date(), by=by, at=at)
        elif notice.state is State.CLERK:
            _to_clerk(payment, "wpłata przyszła po anulowaniu zlecenia u operatora")
        elif may_become(State(payment.state), notice.state) and payment.state != State.CLERK:
            _advance(payment, notice.state, reason=f"operator: {notice.status}")
    return ""


def _repeated(payment: Payment, notice: Notice) -> str:
    if notice.state is State.PAID and notice.amount == payment.amount:
        return ""
    return "" if notice.state in OPEN else f"po zaksięgowaniu operator podał: {notice.status}"


def _to_clerk(payment: Payment, problem: str) -> None:
    payment.problem = problem[:300]
    if may_become(State(payment.state), State.CLERK):
        _advance(payment, State.CLERK, reason=problem)
    else:
        payment.save(update_fields=["problem"])


def _complete(payment: Payment, paid_on: date, *, by: Actor, at: datetime) -> None:
    """Post the money and queue the confirmation: both or neither. The caller holds the payment's lock."""
    payment.paid_on, payment.posted_at = paid_on, at
    _advance(payment, State.PAID, reason="operator potwierdził wpłatę")
    post_payment(
        payer_id=payment.payer_id,
        parts=[PaymentPart(line.instalment_id, line.total) for line in payment.lines.order_by("instalment_id")],
        value_on=paid_on,
        reference=payment_reference(payment),
        by=by,
        at=at,
    )
    queue_message(
        kind=PAYMENT_POSTED.code,
        payer_id=payment.payer_id,
        topic="payments",
        about=payment_reference(payment),
        facts={
            "amount_pln": str(payment.amount),
            "paid_on": paid_on.isoformat(),
            "reference": payment.reference,
            "balance_text": balance_text(payment.payer_id, on=at.date()),
            "town": settings.TOWN["short_name"],
            "link": f"{settings.BASE_URL}/platnosci/",
        },
        dedupe_key=payment_reference(payment),
        at=at,
    )


def balance_text(payer_id: int, *, on: date) -> str:
    """The state of the payer's account in words: what is left to pay, a credit, or nothing."""
    total = balance(payer_id, on=on).total
    if total > 0:
        return f"do zapłaty pozostało {format_pln(total)}"
    return f"nadpłata {format_pln(-total)}" if total < 0 else "wszystko zapłacone"


def ask_provider(payment: Payment, *, at: datetime) -> State:
    """Ask the provider for the truth about an open payment and bring it in; returns the state after that.

    A provider that does not answer changes nothing.
    """
    Payment.objects.filter(pk=payment.pk).update(asked_at=at)
    if payment.provider_order_id:
        try:
            notice = provider_named(payment.provider).retrieve(payment.provider_order_id)
        except (ProviderDown, ProviderDoubt, ProviderRefused):
            notice = None
        if notice is not None:
            take_notice(payment.pk, notice, by=job("ask_provider"), at=at)
    payment.refresh_from_db()
    return State(payment.state)


def expire_payment(payment: Payment, *, at: datetime) -> None:
    """Give up an open payment of which nothing was heard for long; money that comes later is posted all the same."""
    if at - payment.started_at >= FORGET_AFTER or not payment.provider_order_id:
        _close(payment, State.EXPIRED, reason="brak wiadomości od operatora")


def settle_by_clerk(payment: Payment, *, is_paid: bool, reason: str, paid_on: date, by: Actor, at: datetime) -> Payment:
    """A clerk's decision on a payment in doubt: post it as of *paid_on*, or close it, for a *reason* that is kept.

    Raises Refused `not_in_doubt`, `reason_missing`.
    """
    if not reason.strip():
        raise Refused("reason_missing", "Napisz, co wyjaśniono.", where="reason")
    with transaction.atomic():
        locked = _locked(payment.pk)
        if locked.state != State.CLERK:
            raise Refused("not_in_doubt", "Ta płatność nie czeka na wyjaśnienie.")
        if is_paid:
            _complete(locked, paid_on, by=by, at=at)
        else:
            _advance(locked, State.CANCELLED, reason=reason)
        audit.record("settle_by_clerk", payment_reference(locked), by=by, is_paid=is_paid, reason=reason)
    return locked
