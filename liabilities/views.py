"""My dues, one due and why."""

from itertools import groupby
from operator import attrgetter

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from liabilities.explanation import explain, explanation_pdf
from liabilities.models import Instalment
from liabilities.queries import balance_of, credit, instalment_of, open_dues, paid_instalments
from residents.access import for_payer
from residents.models import Payer

PAGE = 25


@require_GET
@for_payer(what="lista należności")
def my_dues(request: HttpRequest, payer: Payer) -> HttpResponse:
    """Every open due with interest as of today and a total; choosing some leads to paying them."""
    on = timezone.localdate()
    dues = sorted(open_dues(payer.pk, on=on), key=attrgetter("title", "year", "liability_id", "payable_by"))
    groups = [(parts[0], parts) for _, group in groupby(dues, key=attrgetter("liability_id")) if (parts := list(group))]
    groups.sort(key=lambda group: group[0].payable_by)
    context = {
        "payer": payer,
        "on": on,
        "groups": groups,
        "balance": balance_of(dues, credit(payer.pk)),
        "overdue": sum(due.is_overdue for due in dues),
    }
    return render(request, "liabilities/my_dues.html", context)


@require_GET
@for_payer(what="zapłacone należności")
def paid_dues(request: HttpRequest, payer: Payer) -> HttpResponse:
    """What is paid whole, the newest term first."""
    page = Paginator(paid_instalments(payer.pk), PAGE).get_page(request.GET.get("strona"))
    return render(request, "liabilities/paid_dues.html", {"page": page})


def _own(payer: Payer, instalment_id: int) -> Instalment:
    instalment = instalment_of(payer.pk, instalment_id)
    if instalment is None:
        raise Http404
    return instalment


@require_GET
@for_payer(what="szczegóły należności")
def due_detail(request: HttpRequest, payer: Payer, instalment_id: int) -> HttpResponse:
    """One instalment: why this amount, each entry, each period of interest, where to pay."""
    why = explain(_own(payer, instalment_id), on=timezone.localdate())
    return render(request, "liabilities/due.html", {"due": why.due, "why": why, "payer": payer})


@require_GET
@for_payer(what="wyjaśnienie należności (PDF)")
def due_explained(request: HttpRequest, payer: Payer, instalment_id: int) -> HttpResponse:
    """The same as PDF/UA."""
    on = timezone.localdate()
    content = explanation_pdf(_own(payer, instalment_id), payer, on=on)
    headers = {"Content-Disposition": f'attachment; filename="wyjasnienie-{instalment_id}-{on.isoformat()}.pdf"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
