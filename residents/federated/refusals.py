"""A sign-in that another service vouches for was refused: a page in plain words, and a record for the office."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core import audit
from core.actor import Actor
from core.errors import Refused
from residents.access import address_of
from residents.models import Account


def refusal_page(request: HttpRequest, refusal: Refused, *, provider: str) -> HttpResponse:
    """Tell the person, and record who came from where and why they were refused; never what the answer held.

    *provider* is the name that people know («login.gov.pl»).
    """
    account = request.user if isinstance(request.user, Account) else None
    by = Actor(
        name=account.get_full_name() if account else f"niezalogowany ({provider})",
        account_id=account.pk if account else None,
        address=address_of(request),
    )
    audit.record("refuse_sign_in", f"provider:{provider}"[:80], by=by, code=refusal.code)
    return render(
        request,
        "socialaccount/refused.html",
        {"refusal": refusal, "provider_name": provider, "given_up": refusal.code == "given_up"},
        status=403,
    )
