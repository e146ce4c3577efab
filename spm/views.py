"""Home, the town's own pages, health, error pages."""

import redis
from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from residents.access import NotCovered
from spm.forms import FaultForm


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first page: what the portal does; who is signed in goes straight to their dues."""
    if request.user.is_authenticated:
        return redirect("admin:index" if request.user.is_staff else "liabilities:my_dues")
    return render(request, "spm/home.html")


@require_GET
def page(request: HttpRequest, name: str) -> HttpResponse:
    """One of the town's own pages: accessibility, privacy, contact, easy text."""
    return render(request, f"spm/{name}.html")


@require_http_methods(["GET", "POST"])
def report_fault(request: HttpRequest) -> HttpResponse:
    """A form by which anybody tells the office of a fault; it goes to the office by e-mail."""
    form = FaultForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            form.send()
        except OSError:
            messages.error(
                request,
                "Nie udało się wysłać zgłoszenia. Spróbuj za kilka minut albo zadzwoń: "
                f"{settings.TOWN['contact_phone']}.",
            )
        else:
            messages.success(request, "Dziękujemy. Zgłoszenie trafiło do urzędu.")
            return redirect("report_fault")
    return render(request, "spm/report_fault.html", {"form": form})


@require_GET
def wzornik(request: HttpRequest) -> HttpResponse:
    """The living page of components; in the demo and the tests only."""
    if settings.PRODUCTION:
        raise Http404
    return render(request, "wzornik/index.html")


@never_cache
@require_GET
def health(request: HttpRequest) -> JsonResponse:
    """Whether the portal can work: 200 when the database answers, 503 when not. Redis down is told, not fatal."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        database = True
    except DatabaseError:
        database = False
    try:
        queue = bool(redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1).ping())
    except redis.RedisError:
        queue = False
    return JsonResponse({"database": database, "redis": queue}, status=200 if database else 503)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400."""
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403; only words that we wrote for people are shown."""
    return render(request, "403.html", {"why": str(exception) if isinstance(exception, NotCovered) else ""}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return render(request, "404.html", status=404)


def too_many_tries(request: HttpRequest) -> HttpResponse:
    """429."""
    page = render(request, "429.html", status=429)
    page.headers["Retry-After"] = "300"
    return page


def broken(request: HttpRequest) -> HttpResponse:
    """500, without touching the database."""
    return render(request, "500.html", status=500)
