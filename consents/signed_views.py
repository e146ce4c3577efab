"""«Wyślij podpisany wniosek»: for everybody; the signature says whose it is, not the account."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from consents.models import ArrivalWay, SignedFile, SignedFileState
from consents.signatures.trust import town_trust
from consents.signed_files import receive_signed_file
from consents.signed_form import SignedFileForm
from core.actor import Actor
from core.errors import Refused
from residents.access import actor_of, address_of
from residents.throttles import may_try, subscriber

SHOWN = "signed_file_shown"


@require_http_methods(["GET", "POST"])
def send_signed(request: HttpRequest) -> HttpResponse:
    """The upload; afterwards what came of the file."""
    form = SignedFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        if not may_try("signed_file_by_address", subscriber(address_of(request))):
            form.add_error(None, "Z tego łącza przyszło dziś za dużo plików. Spróbuj za godzinę.")
        else:
            try:
                now = timezone.now()
                stored = _receive(request, form, at=now)
            except Refused as refusal:
                form.add_error("file", str(refusal))
            else:
                request.session[SHOWN] = [stored.pk, stored.stored_at == now]
                return redirect("consents:send_signed")
    known, is_new = request.session.pop(SHOWN, (0, False)) if request.method == "GET" else (0, False)
    shown = SignedFile.objects.filter(pk=int(known)).first()
    context = {
        "form": form,
        "stored": shown,
        "is_new": is_new,
        "is_accepted": shown is not None and shown.state == SignedFileState.ACCEPTED,
    }
    return render(request, "consents/send_signed.html", context)


def _receive(request: HttpRequest, form: SignedFileForm, *, at: datetime) -> SignedFile:
    file = form.cleaned_data["file"]
    by = actor_of(request) if request.user.is_authenticated else Actor("gość portalu", address=address_of(request))
    return receive_signed_file(
        file.read(),
        name=str(file.name),
        arrived_by=ArrivalWay.SIGNED_FILE,
        trust=town_trust(),
        by=by,
        at=at,
    )
