"""The account card on the web: a page, a PDF and a CSV, for residents here and for staff through the same functions."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from core.errors import Refused
from liabilities.account_card import CardChoice, account_card, kinds_of, read_choice, years_of
from liabilities.card_files import card_csv, card_pdf, file_name
from liabilities.queries import balance, credit
from residents.access import for_payer
from residents.models import Payer

LAST_PAGE = 100_000


def card_choice(request: HttpRequest, payer: Payer) -> CardChoice:
    """Which card the address asks for."""
    return read_choice(payer.pk, request.GET.get("rodzaj", ""), request.GET.get("rok", ""), kinds=kinds_of(payer.pk))


def card_context(request: HttpRequest, payer: Payer) -> dict[str, object]:
    """What the page shows, a resident's or a clerk's."""
    kinds, now = kinds_of(payer.pk), timezone.now()
    choice = read_choice(payer.pk, request.GET.get("rodzaj", ""), request.GET.get("rok", ""), kinds=kinds)
    wanted = request.GET.get("strona", "1")
    page = min(int(wanted), LAST_PAGE) if wanted.isascii() and wanted.isdigit() and len(wanted) < 7 else 1
    return {
        "payer": payer,
        "card": account_card(choice, page=max(page, 1), at=now),
        "kinds": kinds,
        "years": years_of(payer.pk),
        "query": f"rodzaj={choice.kind_code}&rok={choice.year or ''}",
        "balance": balance(payer.pk, on=timezone.localdate()),
        "credit": credit(payer.pk) if choice.kind_code else 0,
        "on": timezone.localdate(),
    }


def csv_answer(choice: CardChoice) -> HttpResponseBase:
    """The card as a CSV to keep."""
    name = file_name(choice, on=timezone.localdate(), ending="csv")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(card_csv(choice), content_type="text/csv; charset=utf-8", headers=headers)


def pdf_answer(request: HttpRequest, choice: CardChoice, payer: Payer, *, back: str) -> HttpResponse:
    """The card as a PDF to keep; one that is too long leads back and says so."""
    on = timezone.localdate()
    try:
        content = card_pdf(choice, payer, on=on)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(back)
    name = file_name(choice, on=on, ending="pdf")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


@require_GET
@for_payer(what="karta kontowa")
def card(request: HttpRequest, payer: Payer) -> HttpResponse:
    """Every entry of the account by date, with the running balance and what is on its way."""
    return render(request, "liabilities/account_card.html", card_context(request, payer))


@require_GET
@for_payer(what="karta kontowa (PDF)")
def card_as_pdf(request: HttpRequest, payer: Payer) -> HttpResponse:
    """The card as PDF/UA."""
    return pdf_answer(request, card_choice(request, payer), payer, back=reverse("liabilities:card"))


@require_GET
@for_payer(what="karta kontowa (CSV)")  # type: ignore[arg-type]  # a stream is an answer, too
def card_as_csv(request: HttpRequest, payer: Payer) -> HttpResponseBase:
    """The card for a spreadsheet."""
    return csv_answer(card_choice(request, payer))
