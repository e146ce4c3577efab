"""«Twoje prawa»: all my data as a file, a wish to correct them, a wish to be forgotten, and what became of each."""

from collections.abc import Callable

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Refused
from residents.access import MandateLapsed, NotConfirmed, account_of, actor_of, for_payer, payer_in_view
from residents.disclosure import erased_on_request, kept_by_law
from residents.models import Payer
from residents.my_data import archive_name, make_archive
from residents.queries import requests_of
from residents.rodo import DOWNLOADED, ask_correction, ask_erasure, check_download
from residents.rodo_forms import CorrectionForm, ErasureForm


@require_GET
@for_payer(what="wnioski o dane", to_decide=True)
def rights(request: HttpRequest, payer: Payer) -> HttpResponse:
    """What one may do about one's data, and what became of earlier requests."""
    return render(request, "residents/my_data.html", {"payer": payer, "requests": requests_of(payer.pk)})


@require_POST
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth carries no types
def download(request: HttpRequest) -> HttpResponseBase:
    """Everything that the portal knows of the payer, as a ZIP. Asks for the password again; three an hour."""
    now = timezone.now()
    try:
        check_download(account_of(request), at=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("residents:rights")
    try:
        payer = payer_in_view(request, what=DOWNLOADED, to_decide=True)
    except (NotConfirmed, MandateLapsed):
        return redirect("residents:rights")
    response = FileResponse(
        make_archive(payer, at=now),
        as_attachment=True,
        filename=archive_name(payer, at=now),
        content_type="application/zip",
    )
    response.headers["Cache-Control"] = "no-store, private"
    return response


def _is_asked(request: HttpRequest, payer: Payer, form: Form, ask: Callable[..., object]) -> bool:
    """Whether *form* was sent and the office took it as *ask*; what was refused stands in the form."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        ask(payer, account_of(request), wish=form.cleaned_data["wish"], by=actor_of(request), at=timezone.now())
    except Refused as refusal:
        form.add_error(refusal.where or None, str(refusal))
        return False
    messages.success(request, "Wniosek przyjęty. Odpowiemy w ciągu miesiąca; stan zobaczysz na tej stronie.")
    return True


@require_http_methods(["GET", "POST"])
@for_payer(what="wniosek o sprostowanie danych", to_decide=True)
def correction(request: HttpRequest, payer: Payer) -> HttpResponse:
    """Ask the office to correct what is wrong."""
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if _is_asked(request, payer, form, ask_correction):
        return redirect("residents:rights")
    return render(request, "residents/my_data_correction.html", {"form": form, "payer": payer})


@require_http_methods(["GET", "POST"])
@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]  # as above
@for_payer(what="wniosek o usunięcie danych", to_decide=True)
def erasure(request: HttpRequest, payer: Payer) -> HttpResponse:
    """Ask the office to forget the payer; the page says first what stays by law and until when."""
    form = ErasureForm(request.POST if request.method == "POST" else None)
    if _is_asked(request, payer, form, ask_erasure):
        return redirect("residents:rights")
    context = {
        "form": form,
        "payer": payer,
        "kept": kept_by_law(payer.pk, on=timezone.localdate()),
        "erased": erased_on_request(),
    }
    return render(request, "residents/my_data_erasure.html", context)
