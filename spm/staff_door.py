"""The office's pages open to staff who have a second factor and showed it in this session."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from residents.models import Account
from residents.second_factor import factors_of, must_have_factor, shows_codes, was_factor_shown

OFFICE = "/urzad/"
SET_ONE_UP = (
    "Zanim otworzysz strony urzędu, ustaw drugi składnik logowania: aplikację z kodami albo klucz dostępu. "
    "Samo hasło nie wystarczy do danych mieszkańców."
)
SHOW_IT = "Strony urzędu otwierają się po użyciu drugiego składnika logowania."


class StaffDoor:
    """Leads staff without a second factor to where one is set up; those who did not show theirs are asked for it.

    A session that began before its owner had a factor proves nothing: whoever holds it may be somebody else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.open = {reverse("admin:login"), reverse("admin:logout")}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        account = request.user
        at_the_door = request.path.startswith(OFFICE) and request.path not in self.open
        if at_the_door and isinstance(account, Account) and must_have_factor(account):
            if not factors_of(account):
                messages.warning(request, SET_ONE_UP)
                return redirect("mfa_index")
            if not was_factor_shown(request.session):
                page = "mfa_reauthenticate" if shows_codes(account) else "mfa_reauthenticate_webauthn"
                messages.info(request, SHOW_IT)
                back = request.get_full_path() if request.method == "GET" else reverse("admin:index")
                return redirect(f"{reverse(page)}?{urlencode({'next': back})}")
        return self.get_response(request)
