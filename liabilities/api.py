"""The API for finance systems: `POST /api/v1/dues/`, and its description. It answers JSON and knows no sessions."""

from datetime import datetime
from typing import Any

import redis
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from core.errors import Refused
from liabilities.api_tokens import follow_token
from liabilities.dues_api import receive_dues
from liabilities.models import ApiToken, TokenScope
from liabilities.openapi import LARGEST_BODY, document
from residents.access import address_of
from residents.throttles import may_try, subscriber

SCHEME = "Bearer "
BUSY = {"Retry-After": "10"}
STATUSES = {
    "key_unusable": 400,
    "body_unreadable": 400,
    "rows_too_many": 413,
    "import_running": 409,
    "key_reused": 422,
}


def problem(
    status: int, code: str, message: str, *, mend: str = "", headers: dict[str, str] | None = None
) -> JsonResponse:
    """A refusal as application/problem+json (RFC 9457), with a code for programs."""
    body = {"type": "about:blank", "status": status, "code": code, "title": message, "detail": mend}
    return JsonResponse(body, status=status, headers=headers, content_type="application/problem+json")


@require_safe
def description(request: HttpRequest) -> JsonResponse:
    """The API as OpenAPI 3.1."""
    return JsonResponse(document(), json_dumps_params={"ensure_ascii": False})


@csrf_exempt
@require_POST
@never_cache
def dues(request: HttpRequest) -> JsonResponse:
    """Rows of the neutral exchange from the finance system whose token the request bears."""
    try:
        if not may_try("api_by_address", subscriber(address_of(request))):
            return too_many()
        return _dues(request)
    except redis.RedisError:
        words = "Portal nie może teraz przyjąć żądania."
        return problem(503, "cannot_count", words, mend="Spróbuj za chwilę.", headers=BUSY)


def token_of(request: HttpRequest, scope: TokenScope, *, at: datetime) -> ApiToken | JsonResponse:
    """The token that the request bears, when it is in force, of that scope and not tried too often; else the answer."""
    said = request.headers.get("Authorization", "")
    token = follow_token(said.removeprefix(SCHEME).strip(), at=at) if said.startswith(SCHEME) else None
    if token is None:
        words = "Brakuje tokenu API albo jest nieważny."
        return problem(401, "token_invalid", words, headers={"WWW-Authenticate": 'Bearer realm="api"'})
    if token.scope != scope:
        return problem(403, "scope_missing", f"Ten token nie ma zakresu „{scope.value}”.")
    if not may_try("api_by_token", str(token.pk)):
        return too_many()
    return token


def _dues(request: HttpRequest) -> JsonResponse:
    now = timezone.now()
    token = token_of(request, TokenScope.DUES_WRITE, at=now)
    if isinstance(token, JsonResponse):
        return token
    if request.content_type != "application/json":
        return problem(415, "not_json", "Wyślij application/json w UTF-8.")
    key = request.headers.get("Idempotency-Key", "")
    try:
        raw = request.body
    except RequestDataTooBig:
        return problem(413, "body_too_large", f"Najwyżej {LARGEST_BODY // 1_000_000} MB na raz.", mend="Podziel dane.")
    try:
        answer = receive_dues(token, key=key, raw=raw, on=timezone.localdate(now), at=now)
    except Refused as refusal:
        status = STATUSES.get(refusal.code, 422)
        headers = BUSY if status == 409 else None
        return problem(status, refusal.code, refusal.message, mend=refusal.mend, headers=headers)
    response = JsonResponse(answer.body, status=answer.status, json_dumps_params=_plain())
    if answer.is_repeat:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def too_many() -> JsonResponse:
    return problem(429, "too_many", "Za dużo żądań.", mend="Wyślij następne za minutę.", headers={"Retry-After": "60"})


def _plain() -> dict[str, Any]:
    return {"ensure_ascii": False}
