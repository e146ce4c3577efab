"""A payment is started: what is in the basket, frozen, and an order for it opened at the provider."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.dates import midnight
from core.errors import Refused
from core.money import format_pln
from payments.basket import Basket, fill_baskets
from payments.fees import fee_on
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
from payments.wishes import Wish, kept
from residents.models import Account, Payer

LEAST_TIME = timedelta(minutes=5)  # to pay, even when the day ends sooner


def frozen_until(at: datetime) -> datetime:
    """Until when the amounts of a payment started *at* hold: PAYMENT_MINUTES, but not into the next day's interest."""
    day_ends = midnight(timezone.localdate(at) + timedelta(days=1))
    return max(min(at + timedelta(minutes=settings.PAYMENT_MINUTES), day_ends), at + LEAST_TIME)


def start_payment(
    *,
    payers: Sequence[Payer],
    wishes: Sequence[Wish],
    provider: str,
    made_by: Account,
    by: Actor,
    on: date,
    at: datetime,
    customer_ip: str,
    number: UUID,
    expected: Decimal | None = None,
) -> Payment:
    """Freeze the amounts of the first basket of *wishes* and open an order at *provider*, which says where to pay.

    *payers* are those for whom the account may pay; whose money goes to another recipient is kept as the payment's
    `rest`, to be offered next. *number* is the form's own: the same form sent twice finds the first payment, in
    whatever state. *expected* is the sum in złoty that the payer saw, without the provider's fee. The provider is
    called between two transactions, with none open; a crash there leaves a `new` payment, which the timetable gives up:
    nobody was sent to pay it. Another payment of the same dues may be under way: what is paid twice becomes credit.

    Raises Refused as `fill_baskets`, and `part_wrong`, `amount_changed`, `form_of_another`, `provider_down`,
    `provider_refused`.
    """
    if (known := Payment.objects.filter(number=number).first()) is not None:
        return _of_this_form(known, payers)
    basket, *rest = fill_baskets(payers, wishes, on=on)
    for item in (item for each in (basket, *rest) for item in each.items if item.problem):
        raise Refused("part_wrong", item.problem, where=f"kwota-{item.due.instalment_id}")
    if expected is not None and expected != basket.amount:
        raise Refused(
            "amount_changed",
            f"Kwota do zapłaty się zmieniła: teraz to {format_pln(basket.amount)}.",
            mend="Sprawdź ją i potwierdź jeszcze raz.",
        )
    with transaction.atomic(durable=True):
        payment, is_new = Payment.objects.get_or_create(
            number=number,
            defaults={
                "payer": basket.items[0].payer,
                "made_by": made_by,
                "provider": provider,
                "recipient": basket.recipient,
                "amount": basket.amount,
                "fee": fee_on(basket.amount, provider, settings.PAYMENT_FEES),
                "rest": kept([wish for each in rest for wish in each.wishes]),
                "started_at": at,
                "frozen_until": frozen_until(at),
            },
        )
        if not is_new:  # the other half of a double click was faster
            return _of_this_form(payment, payers)
        _freeze(payment, basket, by=by, at=at)
    return _open_order(payment, basket, customer_ip=customer_ip, at=at)


def _of_this_form(payment: Payment, payers: Sequence[Payer]) -> Payment:
    if payment.payer_id not in {payer.pk for payer in payers}:
        raise Refused("form_of_another", "Ten formularz nie jest już ważny.", mend="Wybierz należności jeszcze raz.")
    return payment


def _freeze(payment: Payment, basket: Basket, *, by: Actor, at: datetime) -> None:
    PaymentLine.objects.bulk_create(
        PaymentLine(
            payment=payment,
            payer=item.payer,
            instalment_id=item.due.instalment_id,
            principal=item.principal,
            interest=item.extra,
            costs=item.costs,
        )
        for item in basket.items
    )
    PaymentChange.objects.create(payment=payment, after=State.NEW, reason="wybrano należności", at=at)
    audit.record("start_payment", payment_reference(payment), by=by, amount=str(payment.amount))


def _order(payment: Payment, basket: Basket, *, customer_ip: str, at: datetime) -> Order:
    lines = [
        OrderLine(f"{item.due.title} {item.due.year}, rata {item.due.number}", item.amount) for item in basket.items
    ]
    if payment.fee:
        lines.append(OrderLine("Opłata operatora płatności", payment.fee))
    return Order(
        number=str(payment.number),
        amount=payment.charged,
        description=f"{basket.recipient_name}, należności, {payment.reference}",
        lines=lines,
        customer_ip=customer_ip,
        buyer_email=payment.made_by.email,
        notify_url=settings.BASE_URL + notice_path(payment.provider, payment.recipient),
        continue_url=f"{settings.BASE_URL}/platnosci/{payment.number}/powrot/",
        valid_seconds=int((payment.frozen_until - at).total_seconds()),
    )


def _open_order(payment: Payment, basket: Basket, *, customer_ip: str, at: datetime) -> Payment:
    """Ask the provider for a page to pay on, and keep its answer. The call stands between transactions."""
    order = _order(payment, basket, customer_ip=customer_ip, at=at)
    try:
        redirect = provider_named(payment.provider, payment.recipient).create_order(order)
    except (ProviderDown, ProviderDoubt) as error:
        # In doubt too: the payer was sent nowhere, so nobody can pay that order.
        close_payment(payment.pk, State.FAILED, reason="operator nie odpowiedział, nikt nie mógł zapłacić", at=at)
        raise Refused(
            "provider_down",
            "Operator płatności teraz nie odpowiada. Nic nie zostało pobrane.",
            mend="Spróbuj za kilka minut albo wybierz inny sposób zapłaty.",
        ) from error
    except ProviderRefused as error:
        close_payment(payment.pk, State.FAILED, reason=f"operator odmówił: {error.code}", at=at)
        raise Refused(
            "provider_refused",
            "Operator płatności nie przyjął tego zlecenia. Nic nie zostało pobrane.",
            mend="Spróbuj jeszcze raz albo wybierz inny sposób zapłaty.",
        ) from error
    with transaction.atomic(durable=True):
        locked = locked_payment(payment.pk)
        locked.provider_order_id, locked.redirect_url = redirect.provider_order_id, redirect.url
        locked.redirect_fields = json.dumps(dict(redirect.fields)) if redirect.fields else ""
        if locked.state == State.NEW:
            advance(locked, State.REDIRECTED, reason="otwarto zlecenie u operatora", at=at)
        else:  # a notice was faster
            locked.save(update_fields=["provider_order_id", "redirect_url", "redirect_fields"])
    return locked
