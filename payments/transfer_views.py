"""Paying by a transfer from one's own bank: what to type, a code for the bank's app, a slip to print."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.errors import Refused
from payments.basket import fill_baskets
from payments.transfers import Transfer, slip_pdf, transfers_for
from payments.wishes import as_query, read_wishes
from residents.access import for_payer, look_at_others, payers_to_pay
from residents.models import Payer

LOOKED = "dane do przelewu"


def _transfers(request: HttpRequest) -> list[Transfer]:
    """Raises Refused as `fill_baskets`."""
    baskets = fill_baskets(payers_to_pay(request), read_wishes(request.GET), on=timezone.localdate())
    look_at_others(request, {item.payer for each in baskets for item in each.items}, what=LOOKED)
    return transfers_for(baskets)


@require_GET
@for_payer(what=LOOKED, to_pay=True)
def transfer(request: HttpRequest, payer: Payer) -> HttpResponse:
    """What to type into a transfer, to copy and to scan; one for each account."""
    try:
        transfers = _transfers(request)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("liabilities:my_dues")
    wishes = [item.wish for one in transfers for item in one.items]
    context = {"transfers": transfers, "on": timezone.localdate(), "query": as_query(wishes)}
    return render(request, "payments/transfer.html", context)


@require_GET
@for_payer(what=LOOKED, to_pay=True)
def slip(request: HttpRequest, payer: Payer) -> HttpResponse:
    """The same as forms to print."""
    try:
        transfers = _transfers(request)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("liabilities:my_dues")
    name = f"przelew-{timezone.localdate().isoformat()}.pdf"
    return HttpResponse(
        slip_pdf(transfers),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
