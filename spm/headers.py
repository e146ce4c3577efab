"""Response headers that Django does not set by itself."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# Django admin's theme runs Alpine.js, which needs eval; the residents' pages need no script of anybody else.
PORTAL = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'"
STAFF = (
    "default-src 'self'; script-src 'self' 'unsafe-eval' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; frame-ancestors 'self'"
)


class SecurityHeaders:
    """Adds a content security policy, keeps pages with somebody's data out of caches, and clears up after signing out.

    On a computer that others use next, the answer that signs somebody out tells the browser to forget what it kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        policy = STAFF if request.path.startswith("/urzad/") else PORTAL
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        elif was_signed_in:
            # «storage» would end the notices that its owner asked for; the portal keeps nothing else there.
            shows_notices = settings.PUSH_COOKIE_NAME in request.COOKIES
            response.headers["Clear-Site-Data"] = '"cache"' if shows_notices else '"cache", "storage"'
        return response
