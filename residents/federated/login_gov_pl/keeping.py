"""An answer between the request that brought it and the one that reads it: sealed, for two minutes, read once.

The node's answer comes by a request that another site started, which brings no session cookie (SameSite=Lax). So it
lies in a session of its own until the next request, which has the person's session.
"""

import json

from allauth.socialaccount.sessions import LoginSession
from django.http import HttpRequest, HttpResponse

from core.encryption import SealBroken, seal, unseal

KEPT_SECONDS = 120


def _session(request: HttpRequest) -> LoginSession:
    return LoginSession(request, "login_gov_pl_answer", "spm-login-gov-pl")


def keep(request: HttpRequest, response: HttpResponse, brought: dict[str, str]) -> None:
    """Keep what the browser *brought*; *response* leads on to where it is read."""
    session = _session(request)
    session.store["answer"] = seal(json.dumps(brought))
    session.store.set_expiry(KEPT_SECONDS)
    session.save(response)


def take(request: HttpRequest) -> dict[str, str]:
    """What was kept, once; nothing when there is none."""
    session = _session(request)
    kept = session.store.get("answer", "")
    session.delete()
    try:
        brought: dict[str, str] = json.loads(unseal(kept)) if kept else {}
    except SealBroken:
        return {}
    return brought
