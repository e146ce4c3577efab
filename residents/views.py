"""My data, confirming who I am, for whom I act, who looked."""

from datetime import timedelta

import redis
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Refused
from core.phones import mask_phone
from core.uploads import scan_response
from residents.access import (
    CHOSEN,
    account_of,
    act_for,
    actor_of,
    address_of,
    for_payer,
    mandate_in_view,
    mandate_seen,
)
from residents.actions import confirm_identity
from residents.forms import ConfirmForm
from residents.identity import mask_number
from residents.mandates import may_revoke, revoke_own_side, stands_for
from residents.models import Claim, Payer
from residents.queries import acting_for_payer, claims_of, contacts_of, looks_at, mandates_of
from residents.throttles import may_try, subscriber

PAGE = 30


@require_GET
@for_payer(what="moje dane")
def profile(request: HttpRequest, payer: Payer) -> HttpResponse:
    """Who I am, for whom I may act, how the town reaches me."""
    contacts = contacts_of(payer.pk)
    account, now = account_of(request), timezone.now()
    email = contacts.get("email", "")
    context = {
        "payer": payer,
        "current": mandate_in_view(request),
        "mandates": mandates_of(account, at=now),
        "others": acting_for_payer(payer.pk, at=now).exclude(account=account)
        if stands_for(account, payer, at=now)
        else [],
        "number": mask_number(payer.identity_number),
        "phone": mask_phone(contacts["phone"]) if "phone" in contacts else "",
        "email": f"{email[:2]}***@{email.partition('@')[2]}" if email else "",
    }
    return render(request, "residents/profile.html", context)


def _may_try(request: HttpRequest) -> bool:
    """Few tries an hour and account, whatever numbers they name, and few from one line. It fails closed."""
    try:
        return may_try("office_code_by_account", str(account_of(request).pk)) and may_try(
            "office_code_by_address", subscriber(address_of(request))
        )
    except redis.RedisError as error:
        raise Refused("try_later", "Chwilowo nie możemy sprawdzić kodu.", mend="Spróbuj za kilka minut.") from error


@require_http_methods(["GET", "POST"])
@login_required
def confirm(request: HttpRequest) -> HttpResponse:
    """Tie this account to a payer by the number and a code from the office."""
    account = account_of(request)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if not _may_try(request):
                raise Refused("too_many_tries", "Za dużo prób.", mend="Spróbuj za godzinę albo zadzwoń do urzędu.")
            outcome = confirm_identity(
                account,
                number=form.cleaned_data["number"],
                code=form.cleaned_data["code"],
                by=actor_of(request),
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(refusal.where or None, str(refusal))
        else:
            if isinstance(outcome, Claim):
                return redirect("residents:claims")
            act_for(request, outcome.payer_id)
            messages.success(request, "Tożsamość potwierdzona. Tu są Twoje należności.")
            return redirect("liabilities:my_dues")
    has_some = mandates_of(account, at=timezone.now()).exists()
    return render(request, "residents/confirm.html", {"form": form, "has_some": has_some})


@require_GET
@login_required
def claims(request: HttpRequest) -> HttpResponse:
    """What I proved although another account already is that payer, and what the office decided."""
    return render(request, "residents/claims.html", {"claims": claims_of(account_of(request))})


@require_POST
@login_required
def switch(request: HttpRequest) -> HttpResponse:
    """Act for another payer of mine from now on; an id that is not mine changes nothing."""
    wanted = request.POST.get("payer", "")
    mandates = mandates_of(account_of(request), at=timezone.now())
    chosen = next((mandate for mandate in mandates if str(mandate.payer_id) == wanted), None)
    if chosen is not None:
        act_for(request, chosen.payer_id)
        messages.success(request, f"Działasz teraz jako: {chosen.payer.name}.")
    return redirect("liabilities:my_dues")


@require_http_methods(["GET", "POST"])
@login_required
def mandate(request: HttpRequest, pk: int) -> HttpResponse:
    """One mandate, for both its sides: what it covers, its paper, and the button that ends it."""
    kept = mandate_seen(request, pk, what="umocowanie do działania")
    account = account_of(request)
    if request.method == "POST":
        try:
            revoke_own_side(kept, account=account, by=actor_of(request), at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("residents:mandate", pk)
        if request.session.get(CHOSEN) == kept.payer_id and kept.account_id == account.pk:
            act_for(request, None)
        messages.success(request, "Umocowanie odwołane. Działa to od razu.")
        return redirect("residents:profile")
    context = {
        "mandate": kept,
        "is_mine": kept.account_id == account.pk,
        "last_day": kept.valid_until - timedelta(microseconds=1) if kept.valid_until else None,
        "may_revoke": may_revoke(kept, account, at=timezone.now()),
    }
    return render(request, "residents/mandate.html", context)


@require_GET
@login_required
def mandate_scan(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The paper of a mandate, for both its sides."""
    kept = mandate_seen(request, pk, what="skan pełnomocnictwa")
    if not kept.scan:
        raise Http404
    return scan_response(kept.scan, name=f"pelnomocnictwo-{kept.pk}")


@require_GET
@for_payer(what="kto przeglądał moje dane")
def looks(request: HttpRequest, payer: Payer) -> HttpResponse:
    """«Kto przeglądał moje dane»: every look by staff and by those who act for me."""
    page = Paginator(looks_at(payer.pk), PAGE).get_page(request.GET.get("strona"))
    return render(request, "residents/looks.html", {"page": page})
