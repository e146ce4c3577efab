"""What may happen to a payment: started, told about, completed, asked about, given up, settled by a clerk."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core import audit
from core.actor import Actor, job
from core.errors import Refused
from core.money import format_pln
from liabilities.actions import PaymentPart, post_payment
from liabilities.queries import OpenDue, open_dues
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
from payments.queries import balance_text
from payments.states import OPEN, State, may_become
from residents.models import Account, Payer

GIVE_UP_AFTER = timedelta(days=2)  # an order that nobody paid: PayU closed it long ago
IN_DOUBT_AFTER = timedelta(days=7)  # a transfer may rest at a bank over a long weekend
LEAST_TIME = timedelta(minutes=5)  # to pay, even when the day ends sooner
MOST_LINES = 100


def payment_reference(payment: Payment) -> str:
    """The name under which a payment stands in the ledger."""
    return f"payment:{payment.pk}"


def frozen_until(at: datetime) -> datetime:
    """Until when the amounts of a payment started *at* hold: PAYMENT_MINUTES, but not into the next day's interest."""
    local = timezone.localtime(at)
    day_ends = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    return max(min(at + timedelta(minutes=settings.PAYMENT_MINUTES), day_ends), at + LEAST_TIME)


def _advance(payment: Payment, target: State, *, reason: str, at: datetime) -> None:
    """The one way from state to state: allowed by the table, saved, written down. The caller holds the row's lock."""
    before = State(payment.state)
    if not may_become(before, target):
        raise Refused("state", f"Płatność jest już {payment.get_state_display()}.")
    payment.state = target
    payment.save()
    PaymentChange.objects.create(payment=payment, before=before, after=target, reason=reason[:200], at=at)


def chosen_dues(payer_id: int, instalment_ids: Collection[int], *, on: date) -> list[OpenDue]:
    """The payer's open dues of these ids, as of *on*. Raises Refused `nothing_chosen`, `due_unknown`, `too_many`."""
    wanted = set(instalment_ids)
    if not wanted:
        raise Refused("nothing_chosen", "Nie wybrano żadnej należności.", mend="Zaznacz przynajmniej jedną.")
    if len(wanted) > MOST_LINES:
        raise Refused("too_many", f"Można zapłacić najwyżej {MOST_LINES} rat naraz.", mend="Zapłać w dwóch częściach.")
    found = [due for due in open_dues(payer_id, on=on) if due.instalment_id in wanted and due.total > 0]
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
    expected: Decimal | None = None,
) -> Payment:
    """Freeze the amounts of the chosen dues and open an order at *provider*; the payment says where to send the payer.

    *number* is the form's own: the same form sent twice finds the first payment, in whatever state it is. *expected* is
    the sum in złoty that the payer saw. The provider is called between two transactions, with none open; a crash there
    leaves a `new` payment, which the timetable gives up: nobody was sent to pay it. Another payment of the same dues
    may be under way: what is paid twice becomes the payer's credit.

    Raises Refused as `chosen_dues`, and `amount_changed`, `form_of_another`, `provider_down`, `provider_refused`.
    """
    if (known := Payment.objects.filter(number=number).first()) is not None:
        return _of_this_form(known, payer)
    dues = chosen_dues(payer.pk, instalment_ids, on=on)
    amount = sum((due.total for due in dues), Decimal(0))
    if expected is not None and expected != amount:
        raise Refused(
            "amount_changed",
            f"Kwota do zapłaty się zmieniła: teraz to {format_pln(amount)}.",
            mend="Sprawdź ją i potwierdź jeszcze raz.",
        )
    with transaction.atomic(durable=True):
        payment, is_new = Payment.objects.get_or_create(
            number=number,
            defaults={
                "payer": payer,
                "made_by": made_by,
                "provider": provider,
                "amount": amount,
                "started_at": at,
                "frozen_until": frozen_until(at),
            },
        )
        if not is_new:  # the other half of a double click was faster
            return _of_this_form(payment, payer)
        _freeze(payment, dues, by=by, at=at)
    return _open_order(payment, dues, customer_ip=customer_ip, at=at)


def _of_this_form(payment: Payment, payer: Payer) -> Payment:
    if payment.payer_id != payer.pk:
        raise Refused("form_of_another", "Ten formularz nie jest już ważny.", mend="Wybierz należności jeszcze raz.")
    return payment


def _freeze(payment: Payment, dues: Sequence[OpenDue], *, by: Actor, at: datetime) -> None:
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
    PaymentChange.objects.create(payment=payment, after=State.NEW, reason="wybrano należności", at=at)
    audit.record("start_payment", payment_reference(payment), by=by, amount=str(payment.amount))


def _open_order(payment: Payment, dues: Sequence[OpenDue], *, customer_ip: str, at: datetime) -> Payment:
    """Ask the provider for a page to pay on, and keep its answer. The call stands between transactions."""
    order = Order(
        number=str(payment.number),
        amount=payment.amount,
        description=f"{settings.TOWN['name']}, należności, {payment.reference}",
        lines=[OrderLine(f"{due.title} {due.year}, rata {due.number}", due.total) for due in dues],
        customer_ip=customer_ip,
        buyer_email=payment.made_by.email,
        notify_url=f"{settings.BASE_URL}/hooks/{payment.provider}/",
        continue_url=f"{settings.BASE_URL}/platnosci/{payment.number}/powrot/",
        valid_seconds=int((payment.frozen_until - at).total_seconds()),
    )
    try:
        redirect = provider_named(payment.provider).create_order(order)
    except (ProviderDown, ProviderDoubt) as error:
        # In doubt too: the payer was sent nowhere, so nobody can pay that order.
        _close(payment.pk, State.FAILED, reason="operator nie odpowiedział, nikt nie mógł zapłacić", at=at)
        raise Refused(
            "provider_down",
            "Operator płatności teraz nie odpowiada. Nic nie zostało pobrane.",
            mend="Spróbuj za kilka minut.",
        ) from error
    except ProviderRefused as error:
        _close(payment.pk, State.FAILED, reason=f"operator odmówił: {error.code}", at=at)
        raise Refused(
            "provider_refused",
            "Operator płatności nie przyjął tego zlecenia. Nic nie zostało pobrane.",
            mend="Spróbuj jeszcze raz albo zapłać przelewem na rachunek podany przy należności.",
        ) from error
    with transaction.atomic(durable=True):
        locked = _locked(payment.pk)
        locked.provider_order_id, locked.redirect_url = redirect.provider_order_id, redirect.url
        if locked.state == State.NEW:
            _advance(locked, State.REDIRECTED, reason="otwarto zlecenie u operatora", at=at)
        else:  # a notice was faster
            locked.save(update_fields=["provider_order_id", "redirect_url"])
    return locked


def _locked(payment_id: int) -> Payment:
    return Payment.objects.select_for_update(of=("self",)).get(pk=payment_id)


def _close(payment_id: int, target: State, *, reason: str, at: datetime) -> None:
    """End an open payment; one that a notice ended meanwhile is left alone."""
    with transaction.atomic():
        locked = _locked(payment_id)
        if State(locked.state) in OPEN:
            if target is State.CLERK:
                locked.problem = reason
            _advance(locked, target, reason=reason, at=at)


def complete_payment(payment_id: int, *, notice: Notice, at: datetime, by: Actor | None = None) -> str:
    """Bring what the provider says into the payment; returns '' or the words of a problem that a clerk should see.

    One transaction, the stored notice's mark included: state, ledger, withdrawn reminders and the queued confirmation
    come together or not at all. Money that the provider took is posted exactly once, whatever repeats, comes late or
    out of order: `paid` is never left, and a payment that was cancelled, failed or given up is posted when the money
    comes after all. A sum or a currency that is not ours is not posted: a clerk decides.
    """
    actor = by or job("complete_payment")
    with transaction.atomic():
        payment = _locked(payment_id)
        if payment.state == State.PAID:
            return _after_posting(payment, notice)
        if problem := _mismatch(payment, notice):
            _to_clerk(payment, problem, by=actor, at=at)
            return problem
        if not payment.provider_order_id:
            payment.provider_order_id = notice.provider_order_id
            payment.save(update_fields=["provider_order_id"])
        if notice.state is State.PAID:
            return _posted_or_parked(payment, notice, by=actor, at=at)
        if notice.state is State.CLERK:
            problem = f"operator: {notice.status}, pieniądze przyszły po anulowaniu zlecenia"
            _to_clerk(payment, problem, by=actor, at=at)
            return problem
        if may_become(State(payment.state), notice.state) and payment.state != State.CLERK:
            _advance(payment, notice.state, reason=f"operator: {notice.status}", at=at)
    return ""


def _after_posting(payment: Payment, notice: Notice) -> str:
    """A notice on a posted payment: a repeat or a straggler; words only when it contradicts what was posted."""
    if notice.state is State.PAID:
        return _mismatch(payment, notice)
    return "" if notice.state in OPEN else f"po zaksięgowaniu operator podał: {notice.status}"


def _mismatch(payment: Payment, notice: Notice) -> str:
    if payment.provider_order_id not in {"", notice.provider_order_id}:
        return f"operator podaje inne zlecenie ({notice.provider_order_id[:40]}) niż to, które otworzyliśmy"
    if notice.currency != "PLN" or notice.amount != payment.amount:
        return f"operator podaje {notice.amount} {notice.currency[:3]}, a płatność jest na {payment.amount} PLN"
    return ""


def _to_clerk(payment: Payment, problem: str, *, by: Actor, at: datetime) -> None:
    payment.problem = problem[:300]
    if may_become(State(payment.state), State.CLERK):
        _advance(payment, State.CLERK, reason=problem, at=at)
        audit.record("park_payment", payment_reference(payment), by=by, problem=problem)
    else:
        payment.save(update_fields=["problem"])


def _posted_or_parked(payment: Payment, notice: Notice, *, by: Actor, at: datetime) -> str:
    """Post the money; when the ledger refuses it, a clerk must see it: it was taken."""
    # Asked, the provider names no day. The order could be paid for PAYMENT_MINUTES only, so the day of the start is the
    # one that cannot harm the payer.
    paid_on = min(notice.paid_on or _day(payment.started_at), _day(at))
    try:
        with transaction.atomic():
            _post(payment, paid_on, reason="operator potwierdził wpłatę", by=by, at=at)
    except Refused as refusal:
        payment.refresh_from_db()
        problem = f"operator pobrał pieniądze, a księga ich nie przyjęła: {refusal.message}"
        _to_clerk(payment, problem, by=by, at=at)
        return problem
    return ""


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def _post(payment: Payment, paid_on: date, *, reason: str, by: Actor, at: datetime) -> None:
    """Post the money and queue the confirmation: both or neither. The caller holds the payment's lock."""
    payment.paid_on, payment.posted_at, payment.problem = paid_on, at, ""
    _advance(payment, State.PAID, reason=reason, at=at)
    post_payment(
        payer_id=payment.payer_id,
        parts=_parts(payment),
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
            "balance_text": balance_text(payment.payer_id, on=_day(at)),
            "town": settings.TOWN["short_name"],
            "link": f"{settings.BASE_URL}/platnosci/",
        },
        dedupe_key=payment_reference(payment),
        at=at,
    )


def _parts(payment: Payment) -> list[PaymentPart]:
    """The payment's amount over its lines, in their order; what exceeds them goes with the last one, to the credit."""
    lines = list(payment.lines.order_by("pk"))
    left, parts = payment.amount, []
    for line in lines:
        share = left if line is lines[-1] else min(left, line.total)
        left -= share
        if share > 0:
            parts.append(PaymentPart(line.instalment_id, share))
    return parts


def ask_provider(payment: Payment, *, at: datetime, by: Actor | None = None) -> State:
    """Ask the provider for the truth about a payment and bring it in; returns the state after that.

    A provider that does not answer, or does not know the order, changes nothing. Called with no transaction open.
    """
    Payment.objects.filter(pk=payment.pk).update(asked_at=at)
    if payment.provider_order_id:
        try:
            notice = provider_named(payment.provider).retrieve(payment.provider_order_id)
        except (ProviderDown, ProviderRefused):
            notice = None
        if notice is not None:
            complete_payment(payment.pk, notice=notice, by=by or job("ask_provider"), at=at)
    payment.refresh_from_db()
    return State(payment.state)


def expire_payment(payment: Payment, *, at: datetime) -> None:
    """Give up an open payment of which nothing was heard for long; money that comes later is posted all the same.

    One whose order was never opened goes at once, one that nobody paid after two days; one that the provider still
    calls pending after a week goes to a clerk. Call it after the provider was asked.
    """
    age = at - payment.started_at
    if not payment.provider_order_id:
        _close(payment.pk, State.EXPIRED, reason="nie otwarto zlecenia u operatora", at=at)
    elif payment.state == State.PENDING and age >= IN_DOUBT_AFTER:
        _close(payment.pk, State.CLERK, reason="operator od tygodnia nie rozstrzygnął płatności", at=at)
    elif payment.state != State.PENDING and age >= GIVE_UP_AFTER:
        _close(payment.pk, State.EXPIRED, reason="nikt nie zapłacił", at=at)


def settle_by_clerk(
    payment: Payment,
    *,
    is_paid: bool,
    reason: str,
    paid_on: date,
    by: Actor,
    at: datetime,
    amount: Decimal | None = None,
) -> Payment:
    """A clerk's decision on a payment in doubt: post *amount* złoty (its own by default) as of *paid_on*, or close it.

    The *reason* is kept. Raises Refused `not_in_doubt`, `reason_missing`, `amount_wrong`, `day_wrong`.
    """
    if not reason.strip():
        raise Refused("reason_missing", "Napisz, co wyjaśniono.", where="reason")
    with transaction.atomic():
        locked = _locked(payment.pk)
        if locked.state != State.CLERK:
            raise Refused("not_in_doubt", "Ta płatność nie czeka na wyjaśnienie.")
        ordered = locked.amount
        if is_paid:
            locked.amount = ordered if amount is None else amount
            _check_decision(locked, paid_on, at=at)
            _post(locked, paid_on, reason=f"wyjaśniono: {reason}", by=by, at=at)
        else:
            _advance(locked, State.CANCELLED, reason=f"wyjaśniono: {reason}", at=at)
        audit.record(
            "settle_by_clerk",
            payment_reference(locked),
            by=by,
            is_paid=is_paid,
            reason=reason,
            ordered=str(ordered),
            posted=str(locked.amount) if is_paid else "",
        )
    return locked


def _check_decision(payment: Payment, paid_on: date, *, at: datetime) -> None:
    if payment.amount <= 0:
        raise Refused("amount_wrong", "Kwota musi być większa od zera.", where="amount")
    if not _day(payment.started_at) <= paid_on <= _day(at):
        raise Refused(
            "day_wrong",
            "Dzień zapłaty nie może być przed rozpoczęciem płatności ani po dniu dzisiejszym.",
            where="paid_on",
        )
