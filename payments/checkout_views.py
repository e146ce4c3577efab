"""From what is owed to the page where it is paid: the basket for several payers, checking it, and on to pay."""

import json
from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import Refused
from liabilities.queries import open_dues
from payments.basket import Basket, fill_baskets
from payments.checkout import frozen_until, start_payment
from payments.forms import TRANSFER, CheckoutForm, all_ways, ways_for
from payments.queries import find_own, under_way
from payments.states import OPEN
from payments.wishes import Wish, as_query, read_wishes
from residents.access import account_of, actor_of, address_of, for_payer, look_at_others, payers_to_pay
from residents.models import Payer

LOOKED = "płatność"
ASKED_ANEW = {"amount_changed", "part_wrong"}


@require_GET
@for_payer(what="koszyk płatności", to_pay=True)
def basket(request: HttpRequest, payer: Payer) -> HttpResponse:
    """Open dues of everybody for whom this account may pay, to be ticked for one payment."""
    on = timezone.localdate()
    payers = payers_to_pay(request)
    look_at_others(request, payers, what="koszyk płatności")
    groups = []
    for each in payers:
        dues = sorted(open_dues(each.pk, on=on), key=attrgetter("title", "year", "liability_id", "payable_by"))
        titles = [list(parts) for _, parts in groupby(dues, key=attrgetter("liability_id"))]
        groups.append((each, [(parts[0], parts) for parts in titles]))
    return render(request, "payments/basket.html", {"groups": groups, "on": on})


@require_http_methods(["GET", "POST"])
@for_payer(what=LOOKED, to_pay=True)
def start(request: HttpRequest, payer: Payer) -> HttpResponse:
    """What was ticked leads to a page that shows it; from there (with `confirm`) an order is opened, and on to pay.

    The page is a GET, so that the way back from the provider leads to it and not to a question about sending a form
    again. Whoever signed in again after confirming comes without a choice, and goes back to the dues.
    """
    is_post = request.method == "POST"
    wishes = read_wishes(request.POST if is_post else request.GET)
    try:
        if "confirm" in request.POST:
            return _to_provider(request, wishes)
        if is_post and not any(wish.problem for wish in wishes):
            fill_baskets(payers_to_pay(request), wishes, on=timezone.localdate())
            return redirect(f"{reverse('payments:start')}?{as_query(wishes)}")
        return _check_page(request, wishes) if wishes else redirect("liabilities:my_dues")
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("liabilities:my_dues")


def _looked_into(request: HttpRequest, baskets: Iterable[Basket]) -> None:
    payers = {item.payer.pk: item.payer for each in baskets for item in each.items}
    look_at_others(request, payers.values(), what=LOOKED)


def _check_page(request: HttpRequest, wishes: list[Wish]) -> HttpResponse:
    """«Sprawdź i zapłać»: each due, the sum, until when it holds, and by whom to pay."""
    on = timezone.localdate()
    baskets = fill_baskets(payers_to_pay(request), wishes, on=on)
    _looked_into(request, baskets)
    first, *rest = baskets
    ways = ways_for(first)
    chosen = [item.due.instalment_id for item in first.items]
    waits = under_way(chosen, at=timezone.now())
    context = {
        "form": CheckoutForm(ways=ways, amount=first.amount),
        "ways": ways,
        "basket": first,
        "rest": rest,
        "parts": len(baskets),
        "several": len({item.payer.pk for each in baskets for item in each.items}) > 1,
        "on": on,
        "until": frozen_until(timezone.now()),
        "under_way": waits,
        "under_way_is_mine": waits is not None and waits.made_by_id == account_of(request).pk,
    }
    return render(request, "payments/start.html", context)


def _to_provider(request: HttpRequest, wishes: list[Wish]) -> HttpResponse:
    payers = payers_to_pay(request)
    form = CheckoutForm(request.POST, ways=all_ways(), amount=Decimal(0))
    if not form.is_valid():
        raise Refused("form_incomplete", "Nie udało się odczytać formularza.", mend="Wybierz należności jeszcze raz.")
    if form.cleaned_data["provider"] == TRANSFER:
        return redirect(f"{reverse('payments:transfer')}?{as_query(wishes)}")
    try:
        payment = start_payment(
            payers=payers,
            wishes=wishes,
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
        if refusal.code not in ASKED_ANEW:
            raise
        messages.warning(request, str(refusal))
        return _check_page(request, wishes)
    if payment.state not in OPEN or not payment.redirect_url:
        return redirect("payments:detail", number=payment.number)
    if payment.redirect_fields:
        return redirect("payments:go_on", number=payment.number)
    return HttpResponse(status=303, headers={"Location": payment.redirect_url})


@require_GET
@for_payer(what=LOOKED, to_pay=True)
def go_on(request: HttpRequest, payer: Payer, number: UUID) -> HttpResponse:
    """The form that the payer's browser posts to a provider that takes no plain address."""
    payment = find_own(payer.pk, number, made_by=account_of(request))
    may_go = payment is not None and payment.made_by_id == account_of(request).pk and payment.state in OPEN
    if payment is None or not may_go or not payment.redirect_fields or timezone.now() >= payment.frozen_until:
        raise Http404
    fields = json.loads(payment.redirect_fields)
    return render(request, "payments/go_on.html", {"payment": payment, "fields": fields.items()})
