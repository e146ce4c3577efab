"""The way back from paying, the payment's page, the history, the receipt."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from liabilities.queries import balance
from payments.actions import ask_provider, break_off
from payments.basket import recipient_name
from payments.models import Payment, PaymentLine
from payments.providers import label_of
from payments.queries import find_own, history, lines_of, total_in_words
from payments.receipt_pdf import receipt_pdf
from payments.receipts import given_back_of
from payments.refund_sources import is_taken_back
from payments.states import OPEN, UNPAID, State
from payments.virtual_accounts import kept_records
from payments.wishes import Wish, unkept
from residents.access import account_of, acting_for, for_payer
from residents.models import Payer

PATIENCE = timedelta(seconds=4)  # between two questions to the provider from one waiting page
PAGE = 20


def _own(request: HttpRequest, payer: Payer, number: UUID) -> tuple[Payment, list[PaymentLine]]:
    """A payment with the lines that this account may see: those of payers for whom it acts now."""
    payment = find_own(payer.pk, number, made_by=account_of(request))
    acting = acting_for(request)
    if payment is None or acting is None:
        raise Http404
    mine, lines = {mandate.payer_id for mandate in acting.mandates}, list(lines_of(payment))
    kept = kept_records({line.payer_id for line in lines})
    seen = [line for line in lines if kept[line.payer_id] in mine]
    if payment.made_by_id != account_of(request).pk:  # somebody else's basket: no more than this payer's part
        seen = [line for line in seen if kept[line.payer_id] == payer.pk]
    if not seen:
        raise Http404
    return payment, seen


@require_GET
@for_payer(what="stan płatności")
def returned(request: HttpRequest, payer: Payer, number: UUID) -> HttpResponse:
    """Where the payer comes back from the provider: the state, asked of the provider while it may change.

    Whoever broke off there and did not pay has the payment closed; money that comes after all is posted all the same.
    """
    payment, lines = _own(request, payer, number)
    now = timezone.now()
    may_change = payment.state in OPEN or payment.state == State.CANCELLED
    if may_change and (payment.asked_at is None or now - payment.asked_at > PATIENCE):
        ask_provider(payment, at=now)
        if "przerwano" in request.GET:
            break_off(payment, at=now)
    if "przerwano" in request.GET:  # its own address asks again, and breaks nothing off
        return redirect("payments:detail", number=number)
    return _page(request, payer, payment, lines)


@require_GET
@for_payer(what="szczegóły płatności")
def detail(request: HttpRequest, payer: Payer, number: UUID) -> HttpResponse:
    """One payment: its state, lines and what happened to it."""
    return _page(request, payer, *_own(request, payer, number))


def _page(request: HttpRequest, payer: Payer, payment: Payment, lines: Sequence[PaymentLine]) -> HttpResponse:
    changes = list(payment.changes.order_by("pk"))
    account = balance(payer.pk, on=timezone.localdate())
    is_whole = len(lines) == payment.lines.count()
    kept = kept_records({line.payer_id for line in lines})
    is_mine = payment.made_by_id == account_of(request).pk
    is_sent = payment.state == State.REDIRECTED
    is_over = timezone.now() >= payment.frozen_until
    context = {
        "payment": payment,
        "lines": lines,
        "several": len({line.payer_id for line in lines}) > 1,
        "is_whole": is_whole,
        "amount": payment.amount if is_whole else sum((line.total for line in lines), Decimal(0)),
        "again": [_again(line) for line in lines] + unkept(payment.rest) if is_whole and is_mine else [],
        "number_again": uuid4(),
        "rest": unkept(payment.rest) if is_mine else [],
        "changes": changes,
        "provider": label_of(payment.provider),
        "recipient": recipient_name(payment.recipient),
        "is_paid": payment.state == State.PAID,
        "is_reversed": payment.state == State.PAID and is_taken_back(payment),
        "given_back": given_back_of(payment, set(kept.values()), is_whole=is_whole),
        "is_open": payment.state in OPEN,
        "is_unpaid": payment.state in UNPAID,
        "may_still_pay": is_sent and is_mine and not is_over,
        "time_is_over": is_sent and is_mine and is_over,
        "was_settled": any(change.before == State.CLERK for change in changes),
        "balance": account,
        "balance_text": total_in_words(account.total),
    }
    return render(request, "payments/detail.html", context)


def _again(line: PaymentLine) -> Wish:
    """What to ask for to pay this line once more: all of its due, or the same part of it."""
    return Wish(line.instalment_id, line.total if line.principal < line.instalment.outstanding else None)


@require_GET
@for_payer(what="historia płatności")
def payment_history(request: HttpRequest, payer: Payer) -> HttpResponse:
    """Every payment of the payer."""
    page = Paginator(history(payer.pk), PAGE).get_page(request.GET.get("strona"))
    return render(request, "payments/history.html", {"page": page})


@require_GET
@for_payer(what="potwierdzenie wpłaty")
def receipt(request: HttpRequest, payer: Payer, number: UUID) -> HttpResponse:
    """The confirmation as PDF; only a posted payment has one. It holds what this account may see of it."""
    payment, lines = _own(request, payer, number)
    if payment.state != State.PAID or is_taken_back(payment):
        raise Http404
    name = f"potwierdzenie-{payment.reference}.pdf"
    return HttpResponse(
        receipt_pdf(payment, lines),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
