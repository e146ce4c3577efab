"""One of the cast who goes from door to door."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.test import Client

from residents.models import Account
from spm import urls, views
from tests.house.site_map import outcome


class Visitor:
    """One of the cast with a browser; signs in again when a page signed them out."""

    def __init__(self, account: Account | None) -> None:
        self.account = account
        self.client = Client(raise_request_exception=False)
        self.is_signed_in = False

    def ask(self, address: str, method: str = "get", *, follow: bool = False) -> str:
        """What *address* answers, in a word of the tables."""
        if self.account and not self.is_signed_in:
            self.client.force_login(self.account, backend=settings.AUTHENTICATION_BACKENDS[0])
        answer = getattr(self.client, method)(address, follow=follow)
        self.is_signed_in = SESSION_KEY in answer.wsgi_request.session
        return outcome(answer.status_code, answer.headers.get("Location", ""))


@pytest.fixture
def error_pages_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test makes the page of an error whole once: behind every shut door it is the same, and most of the work."""
    for status, page in ((403, views.forbidden), (404, views.not_found)):
        monkeypatch.setattr(urls, f"handler{status}", _once(page, status))


def _once(page: Callable[[HttpRequest, Exception], HttpResponse], status: int) -> Callable[..., HttpResponse]:
    made: list[HttpResponse] = []

    def answer(request: HttpRequest, exception: Exception) -> HttpResponse:
        if made:
            return HttpResponse(status=status)
        made.append(page(request, exception))
        return made[0]

    return answer
