"""Counts every form of signing in by address and by session, besides what allauth counts by account."""

from collections.abc import Callable

import redis
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from residents.access import address_of
from residents.throttles import may_try, subscriber
from spm.views import too_many_tries

SIGNING_IN = "/konto/"


class FormThrottle:
    """Answers 429 to who sends too many forms, 503 while tries cannot be counted: then nobody may guess.

    allauth lets a code be tried three times and counts that in the session, which requests that come at once read
    alike; this count is atomic.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.free = {reverse("account_logout"), reverse("residents:stay")}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not request.path.startswith(SIGNING_IN) or request.path in self.free:
            return self.get_response(request)
        try:
            if not self._may_send(request):
                return too_many_tries(request)
        except redis.RedisError:
            return _cannot_count(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Allauth counts in Redis too, and would break."""
        if isinstance(exception, redis.RedisError) and request.path.startswith(SIGNING_IN):
            return _cannot_count(request)
        return None

    def _may_send(self, request: HttpRequest) -> bool:
        if not may_try("forms_by_address", subscriber(address_of(request))):
            return False
        key = request.session.session_key
        return key is None or may_try("forms_by_session", key)


def _cannot_count(request: HttpRequest) -> HttpResponse:
    page = render(request, "503.html", status=503)
    page.headers["Retry-After"] = "60"
    return page
