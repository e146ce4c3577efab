"""«Pełnomocnictwa»: filing a power of attorney, what became of it, taking it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Refused
from core.uploads import scan_response
from residents.access import account_of, actor_of
from residents.attorney import ask_to_act, is_confirmed, withdraw_request
from residents.identity_forms import AttorneyForm
from residents.models import AttorneyRequest


@require_http_methods(["GET", "POST"])
@login_required
def attorney(request: HttpRequest) -> HttpResponse:
    """The papers that I filed, and the form for another; whoever has not proved who they are does that first."""
    account, now = account_of(request), timezone.now()
    if not is_confirmed(account, at=now):
        messages.info(request, "Zanim złożysz pełnomocnictwo, potwierdź, kim jesteś.")
        return redirect("residents:confirm")
    form = AttorneyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            ask_to_act(account, by=actor_of(request), at=now, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.where or None, str(refusal))
        else:
            messages.success(request, "Pełnomocnictwo złożone. O decyzji napiszemy na Twój e-mail.")
            return redirect("residents:attorney")
    asked = account.attorney_requests.select_related("mandate").order_by("-asked_at", "-pk")
    return render(request, "residents/attorney.html", {"form": form, "requests": asked})


def _mine(request: HttpRequest, pk: int) -> AttorneyRequest:
    asked = account_of(request).attorney_requests.filter(pk=pk).first()
    if asked is None:
        raise Http404
    return asked


@require_POST
@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a paper back before the office decided."""
    try:
        withdraw_request(_mine(request, pk), by=actor_of(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Pełnomocnictwo wycofane.")
    return redirect("residents:attorney")


@require_GET
@login_required
def attorney_scan(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The scan that I filed; once accepted, it is the mandate's."""
    asked = _mine(request, pk)
    if not asked.scan:
        raise Http404
    return scan_response(asked.scan, name=f"pelnomocnictwo-{asked.pk}")
