"""Pay, return, history, receipt."""

from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import Refused
from liabilities.queries import balance, balance_of
from payments.actions import ask_provider
from payments.checkout import chosen_dues, frozen_until, start_payment
from payments.forms import CheckoutForm, chosen_ids
from payments.models import Payment
from payments.providers import label_of
from payments.queries import find_own, history, lines_of, total_in_words, under_way
from payments.receipt_pdf import receipt_pdf
from payments.states import OPEN, UNPAID, State
from residents.access import account_of, actor_of, address_of, for_payer
from residents.models import Payer

PATIENCE = timedelta(seconds=4)  # between two questions to the provider from one waiting page
PAGE = 20


@require_http_methods(["GET", "POST"])
@for_payer(what="płatność", to_pay=True)
def start(request: HttpRequest, payer: Payer) -> HttpResponse:
    """What was ticked leads to a page that shows it; from there (with `confirm`) an order is opened, and on to pay.

    The page is a GET, so that the way back from the provider leads to it and not to a question about sending a form
    again. Whoever signed in again after confirming comes without a choice, and goes back to the dues.
    """
    is_post = request.method == "POST"
    chosen = chosen_ids((request.POST if is_post else request.GET).getlist("instalment"))
    try:
        if "confirm" in request.POST:
            return _to_provider(request, payer, chosen)
        if is_post:
            chosen_dues(payer.pk, chosen, on=timezone.localdate())
            return redirect(f"{reverse('payments:start')}?{urlencode({'instalment': chosen}, doseq=True)}")
        return _check_page(request, payer, chosen) if chosen else redirect("liabilities:my_dues")
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("liabilities:my_dues")


def _check_page(request: HttpRequest, payer: Payer, chosen: Collection[int]) -> HttpResponse:
    """«Sprawdź i zapłać»: each due, the sum, until when it holds, and by whom to pay."""
    on = timezone.localdate()
    dues = chosen_dues(payer.pk, chosen, on=on)
    total = balance_of(dues, Decimal(0))
    context = {
        "form": CheckoutForm(chosen=list(chosen), amount=total.total),
        "dues": dues,
        "total": total,
        "on": on,
        "until": frozen_until(timezone.now()),
        "under_way": under_way(payer.pk, chosen, at=timezone.now()),
    }
    return render(request, "payments/start.html", context)


def _to_provider(request: HttpRequest, payer: Payer, chosen: Collection[int]) -> HttpResponse:
    form = CheckoutForm(request.POST, chosen=list(chosen), amount=Decimal(0))
    if not form.is_valid():
        raise Refused("form_incomplete", "Nie udało się odczytać formularza.", mend="Wybierz należności jeszcze raz.")
    try:
        payment = start_payment(
            payer=payer,
            instalment_ids=form.cleaned_data["instalment"],
            provider=form.cleaned_data["provider"],
            made_by=account_of(request),
            by=actor_of(request),
            on=timezone.localdate(),
            at=timezone.now(),
            customer_ip=address_of(request) or "127.0.0.1",
            number=form.cleaned_data["number"],
            expected=form.cleaned_data["amount"],
        )
    except Refused as refusal:
        if refusal.code != "amount_changed":
            raise
        messages.warning(request, str(refusal))
        return _check_page(request, payer, chosen)
    if payment.redirect_url and payment.state in OPEN:
        return HttpResponse(status=303, headers={"Location": payment.redirect_url})
    return redirect("payments:detail", number=payment.number)


def _own(payer: Payer, number: UUID) -> Payment:
    payment = find_own(payer.pk, number)
    if payment is None:
        raise Http404
    return payment


@require_GET
@for_payer(what="stan płatności")
def returned(request: HttpRequest, payer: Payer, number: UUID) -> HttpResponse:
    """Where the payer comes back from the provider: the state, asked of the provider while it is open."""
    payment = _own(payer, number)
    now = timezone.now()
    if payment.state in OPEN and (payment.asked_at is None or now - payment.asked_at > PATIENCE):
        ask_provider(payment, at=now)
    return _page(request, payer, payment)


@require_GET
@for_payer(what="szczegóły płatności")
def detail(request: HttpRequest, payer: Payer, number: UUID) -> HttpResponse:
    """One payment: its state, lines and what happened to it."""
    return _page(request, payer, _own(payer, number))


def _page(request: HttpRequest, payer: Payer, payment: Payment) -> HttpResponse:
    changes = list(payment.changes.order_by("pk"))
    account = balance(payer.pk, on=timezone.localdate())
    context = {
        "payment": payment,
        "lines": lines_of(payment),
        "changes": changes,
        "provider": label_of(payment.provider),
        "is_paid": payment.state == State.PAID,
        "is_open": payment.state in OPEN,
        "is_unpaid": payment.state in UNPAID,
        "may_still_pay": payment.state == State.REDIRECTED and timezone.now() < payment.frozen_until,
        "was_settled": any(change.before == State.CLERK for change in changes),
        "balance": account,
        "balance_text": total_in_words(account.total),
    }
    return render(request, "payments/detail.html", context)


@require_GET
@for_payer(what="historia płatności")
def payment_history(request: HttpRequest, payer: Payer) -> HttpResponse:
    """Every payment of the payer."""
    page = Paginator(history(payer.pk), PAGE).get_page(request.GET.get("strona"))
    return render(request, "payments/history.html", {"page": page})


@require_GET
@for_payer(what="potwierdzenie wpłaty")
def receipt(request: HttpRequest, payer: Payer, number: UUID) -> HttpResponse:
    """The confirmation as PDF; only a posted payment has one."""
    payment = _own(payer, number)
    if payment.state != State.PAID:
        raise Http404
    name = f"potwierdzenie-{payment.reference}.pdf"
    return HttpResponse(
        receipt_pdf(payment),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
