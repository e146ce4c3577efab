"""A payment is started: dues chosen, amounts frozen, an order opened at the provider."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.money import format_pln
from liabilities.queries import OpenDue, open_dues
from payments.models import Payment, PaymentChange, PaymentLine
from payments.providers import (
    Order,
    OrderLine,
    ProviderDoubt,
    ProviderDown,
    ProviderRefused,
    notice_path,
    provider_named,
)
from payments.states import State
from payments.transitions import advance, close_payment, locked_payment, payment_reference
from residents.models import Account, Payer

LEAST_TIME = timedelta(minutes=5)  # to pay, even when the day ends sooner
MOST_LINES = 100


def frozen_until(at: datetime) -> datetime:
    """Until when the amounts of a payment started *at* hold: PAYMENT_MINUTES, but not into the next day's interest."""
    local = timezone.localtime(at)
    day_ends = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    return max(min(at + timedelta(minutes=settings.PAYMENT_MINUTES), day_ends), at + LEAST_TIME)


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
            payer_id=payment.payer_id,
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
        notify_url=settings.BASE_URL + notice_path(payment.provider, payment.recipient),
        continue_url=f"{settings.BASE_URL}/platnosci/{payment.number}/powrot/",
        valid_seconds=int((payment.frozen_until - at).total_seconds()),
    )
    try:
        redirect = provider_named(payment.provider).create_order(order)
    except (ProviderDown, ProviderDoubt) as error:
        # In doubt too: the payer was sent nowhere, so nobody can pay that order.
        close_payment(payment.pk, State.FAILED, reason="operator nie odpowiedział, nikt nie mógł zapłacić", at=at)
        raise Refused(
            "provider_down",
            "Operator płatności teraz nie odpowiada. Nic nie zostało pobrane.",
            mend="Spróbuj za kilka minut.",
        ) from error
    except ProviderRefused as error:
        close_payment(payment.pk, State.FAILED, reason=f"operator odmówił: {error.code}", at=at)
        raise Refused(
            "provider_refused",
            "Operator płatności nie przyjął tego zlecenia. Nic nie zostało pobrane.",
            mend="Spróbuj jeszcze raz albo zapłać przelewem na rachunek podany przy należności.",
        ) from error
    with transaction.atomic(durable=True):
        locked = locked_payment(payment.pk)
        locked.provider_order_id, locked.redirect_url = redirect.provider_order_id, redirect.url
        if locked.state == State.NEW:
            advance(locked, State.REDIRECTED, reason="otwarto zlecenie u operatora", at=at)
        else:  # a notice was faster
            locked.save(update_fields=["provider_order_id", "redirect_url"])
    return locked
