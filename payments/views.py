"""Pay, return, history, receipt."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from core.errors import Refused
from liabilities.queries import balance, balance_of
from payments.actions import ask_provider, chosen_dues, start_payment
from payments.forms import CheckoutForm, chosen_ids
from payments.models import Payment
from payments.queries import find_own, history
from payments.receipt_pdf import receipt_pdf
from payments.states import OPEN, UNPAID, State
from residents.access import account_of, actor_of, address_of, for_payer
from residents.models import Payer

PATIENCE = timedelta(seconds=4)  # between two questions to the provider from one waiting page
PAGE = 20


@require_POST
@for_payer(what="płatność", to_pay=True)
def start(request: HttpRequest, payer: Payer) -> HttpResponse:
    """Step one shows what is to be paid; step two (with `confirm`) opens the order and sends the payer to pay."""
    chosen = chosen_ids(request.POST.getlist("instalment"))
    on = timezone.localdate()
    try:
        dues = chosen_dues(payer.pk, chosen, on=on)
        if "confirm" in request.POST:
            form = CheckoutForm(request.POST, chosen=chosen)
            if form.is_valid():
                return _to_provider(request, payer, form)
        else:
            form = CheckoutForm(chosen=chosen, initial={"instalment": chosen})
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("liabilities:my_dues")
    total = balance_of(dues, Decimal(0))
    return render(request, "payments/start.html", {"form": form, "dues": dues, "total": total, "on": on})


def _to_provider(request: HttpRequest, payer: Payer, form: CheckoutForm) -> HttpResponse:
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
    )
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
        payment.refresh_from_db()
    return _page(request, payer, payment)


@require_GET
@for_payer(what="szczegóły płatności")
def detail(request: HttpRequest, payer: Payer, number: UUID) -> HttpResponse:
    """One payment: its state, lines and what happened to it."""
    return _page(request, payer, _own(payer, number))


def _page(request: HttpRequest, payer: Payer, payment: Payment) -> HttpResponse:
    lines = list(payment.lines.select_related("instalment__liability").order_by("pk"))
    context = {
        "payment": payment,
        "lines": lines,
        "changes": payment.changes.order_by("pk"),
        "is_paid": payment.state == State.PAID,
        "is_open": payment.state in OPEN,
        "is_unpaid": payment.state in UNPAID,
        "balance": balance(payer.pk, on=timezone.localdate()),
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
