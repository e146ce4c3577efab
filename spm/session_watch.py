"""Ends a session that rested or lived too long, and keeps the list of open sessions true."""

from collections.abc import Callable
from datetime import datetime

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from residents.access import address_of
from residents.device_names import device_name
from residents.models import Account
from residents.sessions import SEEN, follow_session, idle_time, note_session

BEGAN = "began_at"  # in the session, seconds since 1970
NOTED_EVERY = 30  # seconds; each note is a write of the session and of the list
RESTED = "Wylogowaliśmy Cię po {minutes} minutach bezczynności, żeby nikt inny nie skorzystał z Twojego konta."
LIVED = "Minęło {hours} godzin od zalogowania. Zaloguj się jeszcze raz."


class SessionWatch:
    """Stands after Django's sign-in and its messages: it needs both."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # Asking how long is left is no use of the portal: it must not make the session last.
        self.quiet = {reverse("residents:session_left"), reverse("residents:idle")}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        account = request.user
        if not isinstance(account, Account):
            return self.get_response(request)
        at = timezone.now()
        if why := self._over(request, account, at):
            return self._ended(request, why)
        if request.path not in self.quiet:
            self._note(request, account, at)
        key, proofs = str(request.session.session_key), self._proofs(request)
        response = self.get_response(request)
        self._follow(request, key, proofs)
        return response

    def _over(self, request: HttpRequest, account: Account, at: datetime) -> str:
        now, session = at.timestamp(), request.session
        if now - session.get(SEEN, now) >= idle_time(account).total_seconds():
            return RESTED.format(minutes=int(idle_time(account).total_seconds() / 60))
        if now - session.get(BEGAN, now) >= settings.SESSION_COOKIE_AGE:
            return LIVED.format(hours=settings.SESSION_COOKIE_AGE // 3600)
        return ""

    def _ended(self, request: HttpRequest, why: str) -> HttpResponse:
        key = str(request.session.session_key)
        logout(request)
        follow_session(key, None)
        if request.path not in self.quiet:
            messages.warning(request, why)
        if request.method not in {"GET", "HEAD"}:
            # What was sent is not done, and its address may take nothing but forms.
            return redirect(settings.LOGIN_URL)
        return self.get_response(request)

    def _note(self, request: HttpRequest, account: Account, at: datetime) -> None:
        now, session = int(at.timestamp()), request.session
        if now - session.get(SEEN, 0) < NOTED_EVERY:
            return
        session.setdefault(BEGAN, now)
        session[SEEN] = now
        device = device_name(request.headers.get("User-Agent", ""))
        note_session(account, session_key=str(session.session_key), device=device, address=address_of(request), at=at)

    def _follow(self, request: HttpRequest, key: str, proofs: int) -> None:
        """A session gets another key whenever somebody proved anew who they are."""
        if not request.user.is_authenticated:
            follow_session(key, None)
            return
        if request.session.session_key == key and self._proofs(request) > proofs:
            request.session.cycle_key()
        if request.session.session_key != key:
            follow_session(key, request.session.session_key)

    @staticmethod
    def _proofs(request: HttpRequest) -> int:
        return len(request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, []))
