"""Where I am signed in, signing out elsewhere, and the warning before rest ends a session."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Refused
from residents.access import account_of, actor_of
from residents.models import Account
from residents.sessions import SEEN, WARNED, end_session, end_sessions, idle_time, open_sessions


@require_http_methods(["GET", "POST"])
@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]  # allauth carries no types
def sessions(request: HttpRequest) -> HttpResponse:
    """Where I am signed in; one session or all the others may be ended, once the password was given again."""
    account, key = account_of(request), str(request.session.session_key)
    if request.method == "POST":
        try:
            _end(account, request, key)
        except Refused as refusal:
            messages.info(request, str(refusal))
        return redirect("residents:sessions")
    listed = open_sessions(account, at=timezone.now())
    context = {"sessions": listed, "current": key, "others": any(each.session_key != key for each in listed)}
    return render(request, "residents/sessions.html", context)


def _end(account: Account, request: HttpRequest, key: str) -> None:
    one = request.POST.get("session", "")
    if one.isdecimal() and len(one) < 19:
        end_session(account, int(one), by=actor_of(request))
        messages.success(request, "Sesja zakończona.")
    elif not one:
        end_sessions(account, by=actor_of(request), keep=key)
        messages.success(request, "Wylogowaliśmy Cię wszędzie poza tym urządzeniem.")


def _seconds_left(request: HttpRequest) -> int:
    if not isinstance(request.user, Account):
        return 0
    now = timezone.now().timestamp()
    return max(0, int(idle_time(request.user).total_seconds() - (now - request.session.get(SEEN, now))))


@never_cache
@require_GET
def session_left(request: HttpRequest) -> JsonResponse:
    """How many seconds of rest are left, for the script that warns; asking does not make the session last."""
    return JsonResponse({"seconds": _seconds_left(request), "warned": WARNED})


@never_cache
@require_GET
def idle(request: HttpRequest) -> HttpResponse:
    """«Czy nadal tu jesteś?» while the session lasts, and a page without anybody's data when it is over."""
    context = {"left": _seconds_left(request), "back": _own_page(request, request.GET.get("next", ""))}
    return render(request, "residents/idle.html", context)


@require_POST
@login_required
def stay(request: HttpRequest) -> HttpResponse:
    """I am still here: the session lasts on, as it does with every page."""
    return redirect(_own_page(request, request.POST.get("next", "")) or "home")


def _own_page(request: HttpRequest, address: str) -> str:
    """*address* when it is a page of ours, '' otherwise."""
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None, require_https=request.is_secure())
    return address if ours and address.startswith("/") else ""
