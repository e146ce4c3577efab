"""«Dane konta»: what the portal knows of the account itself, and closing it; whomever the account acts for."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Refused
from residents.access import account_of, actor_of
from residents.account_data import account_archive, check_closable, close_own_account
from residents.rodo_forms import ClosingForm


@require_GET
@login_required
def account_data(request: HttpRequest) -> HttpResponse:
    """What is known of this account, as a file; and the way to close it."""
    return render(request, "residents/account_data.html", {"account": account_of(request)})


@require_POST
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth carries no types
def account_download(request: HttpRequest) -> HttpResponseBase:
    """The account's own data as a ZIP. Asks for the password again; three an hour."""
    account, now = account_of(request), timezone.now()
    try:
        archive = account_archive(account, by=actor_of(request), at=now)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("residents:account_data")
    name = f"dane-konta-{timezone.localdate(now)}.zip"
    response = FileResponse(archive, as_attachment=True, filename=name, content_type="application/zip")
    response.headers["Cache-Control"] = "no-store, private"
    return response


@require_http_methods(["GET", "POST"])
@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]  # as above
def account_closing(request: HttpRequest) -> HttpResponse:
    """Close the account, once its owner said that they know what that means."""
    account, now = account_of(request), timezone.now()
    form = ClosingForm(request.POST if request.method == "POST" else None)
    refusal = None
    try:
        check_closable(account, at=now)
        if form.is_valid():
            close_own_account(account, by=actor_of(request), at=now)
            logout(request)
            messages.success(request, "Konto zamknięte. Wyślemy jeszcze potwierdzenie i usuniemy adres e-mail.")
            return redirect("home")
    except Refused as refused:
        refusal = refused
    return render(request, "residents/account_closing.html", {"form": form, "refusal": refusal})
