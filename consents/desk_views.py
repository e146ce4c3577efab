"""The desk's own addresses: scans taken in and shown, fields checked as they are typed, forms printed."""

from collections.abc import Mapping

import redis
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from consents.application_pdf import application_pdf, application_pdfs
from consents.forms import ApplicationForm, PrintForm, SetAsideForm
from consents.incoming import Queued, set_aside_scan, store_scan
from consents.models import ConsentApplication, IncomingScan
from consents.prefill import known_of
from consents.printing import print_blanks, print_form
from consents.registration import ADD, LOOK, desk_address, desk_of, next_desk
from core.documents.serving import document_response, page_response, shown_file
from core.documents.workshop import draw
from core.errors import Refused
from residents.access import account_of, actor_of, staff_looked, staff_looked_once
from residents.queries import find_payer
from residents.throttles import may_try

MAY_ADD = "consents.add_consentapplication"
MAY_SEE = "consents.view_consentapplication"
PREVIEW = 1_800  # pixels: legible when enlarged
MOST_FILES = 30


def _allow(request: HttpRequest, permission: str) -> None:
    if not account_of(request).has_perm(permission):
        raise PermissionDenied


@require_POST
def take_scans(request: HttpRequest) -> HttpResponse:
    """Take in scanned papers, one a file, and open the first; the others wait in the queue."""
    _allow(request, MAY_ADD)
    stored: list[Queued] = []
    now = timezone.now()
    for file in request.FILES.getlist("scans")[:MOST_FILES]:
        try:
            stored.append(
                store_scan(
                    file.read(),
                    name=file.name or "",
                    received_on=timezone.localdate(now),
                    by=actor_of(request),
                    at=now,
                )
            )
        except Refused as refusal:
            messages.error(request, f"{file.name}: {refusal}" if len(request.FILES) > 1 else str(refusal))
    if not stored:
        if not request.FILES:
            messages.error(request, "Wybierz plik ze skanem wniosku.")
        return redirect(ADD)
    if stored[0].words:
        messages.warning(request, stored[0].words)
    if len(stored) > 1:
        messages.info(request, f"Wczytano skanów: {len(stored)}. Po zapisaniu wniosku otworzy się następny.")
    return redirect(desk_address(stored[0].scan))


def _scan_or_404(pk: int) -> IncomingScan:
    scan = get_object_or_404(IncomingScan.objects.select_related("document", "printed_form__payer"), pk=pk)
    if scan.document is None:
        raise Http404
    return scan


def scan_page(request: HttpRequest, pk: int, page: int) -> HttpResponseBase:
    """A page of a scan of the queue, as a picture."""
    _allow(request, MAY_SEE)
    scan = _scan_or_404(pk)
    if scan.document is None:
        raise Http404
    return page_response(scan.document, page, name=f"skan-{pk}", longest=PREVIEW)


def scan_file_view(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The whole scan of the queue."""
    _allow(request, MAY_SEE)
    scan = _scan_or_404(pk)
    if scan.document is None:
        raise Http404
    if scan.printed_form and scan.printed_form.payer:
        staff_looked(request, scan.printed_form.payer, what="skan wniosku")
    return document_response(scan.document, name=f"skan-{pk}")


def application_page(request: HttpRequest, pk: int, page: int) -> HttpResponseBase:
    """A page of the scan that an application keeps, as a picture. The look is recorded where the page was opened."""
    _allow(request, MAY_SEE)
    application = get_object_or_404(ConsentApplication, pk=pk)
    if not application.scan or not 1 <= page <= max(1, application.scan_pages):
        raise Http404
    with application.scan.open("rb") as kept:
        content: bytes = kept.read()
    try:
        kind, picture = draw(content, page - 1, longest=PREVIEW)
    except Refused as refusal:
        raise Http404 from refusal
    return shown_file(picture, kind, name=f"wniosek-{pk}-{page}")


@require_POST
def set_aside_view(request: HttpRequest, pk: int) -> HttpResponse:
    """This scan is no application."""
    _allow(request, MAY_ADD)
    scan = get_object_or_404(IncomingScan, pk=pk)
    form = SetAsideForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Podaj, dlaczego odkładasz ten skan.")
        return redirect(desk_address(scan))
    try:
        set_aside_scan(scan, why=form.cleaned_data["why"], by=actor_of(request), at=timezone.now())
        messages.success(request, f"Skan nr {pk} odłożony.")
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect(next_desk(scan))


@require_POST
def check_fields(request: HttpRequest) -> JsonResponse:
    """What is wrong with the fields and what to point out, as they are typed; nothing is kept but the look."""
    _allow(request, MAY_ADD)
    try:
        if not may_try("registration_checks", str(account_of(request).pk)):
            return JsonResponse({"words": "Podpowiedzi wrócą za chwilę: za dużo pytań naraz."}, status=429)
    except redis.RedisError:
        return JsonResponse({"words": "Podpowiedzi teraz nie działają."}, status=503)
    try:
        desk = desk_of(request)
    except Refused as refusal:
        return JsonResponse({"words": str(refusal)}, status=409)
    form = ApplicationForm(request.POST, paper=desk.form, known=desk.known, incoming=desk.scan)
    form.is_valid()
    if form.bearer:
        staff_looked_once(request, form.bearer, what=LOOK)
    return JsonResponse(
        {
            "errors": {name: [str(words) for words in errors] for name, errors in form.errors.items()},
            "notes": form.notes(),
            "asks_who": form.asks_who,
            "name": form.bearer.name if form.bearer else "",
        }
    )


def print_forms(request: HttpRequest, *, frame: Mapping[str, object]) -> HttpResponse:
    """Print forms at the office: blank ones for the counters, or one with a payer's data. *frame* is of admin's pages.

    The caller asked who may.
    """
    form = PrintForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        number, by, now = form.cleaned_data["number"], actor_of(request), timezone.now()
        payer = find_payer(number) if number else None
        if payer:
            staff_looked(request, payer, what="wniosek o powiadomienia do druku")
            return _pdf(application_pdf(print_form(payer.pk, by=by, at=now), known_of(payer, at=now)))
        if not number:
            return _pdf(application_pdfs(print_blanks(form.cleaned_data["copies"] or 1, by=by, at=now)))
        form.add_error("number", "Nikt w rejestrze nie ma tego numeru. Wydrukuj pusty formularz.")
    title = "Drukuj formularze wniosku"
    context = {
        **frame,
        "title": f"Błąd: {title}" if form.errors else title,
        "heading": title,
        "form": form,
        "back": reverse("admin:consents_printedform_changelist"),
    }
    return render(request, "admin/consents/print_forms.html", context)


def _pdf(made: bytes) -> HttpResponse:
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="wniosek-o-powiadomienia.pdf"'},
    )
