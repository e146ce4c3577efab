"""The API's side of postings: exports listed, each as a file, answers taken. JSON or the file; it knows no sessions."""

from collections.abc import Callable
from datetime import datetime

import redis
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from core.errors import Refused
from liabilities.api import BUSY, problem, token_of, too_many
from liabilities.models import ApiToken, TokenScope
from liabilities.openapi import LARGEST_BODY
from liabilities.postings_api import file_of, listed, take_answers
from residents.access import address_of
from residents.throttles import may_try, subscriber

STATUSES = {"no_such_export": 404, "format_unknown": 406, "body_unreadable": 400}
LARGEST_NUMBER = 2**31 - 1


def _answered(request: HttpRequest, act: Callable[[ApiToken, datetime], HttpResponse]) -> HttpResponse:
    """What *act* says to the bearer of a token for postings; refusals as problems."""
    now = timezone.now()
    try:
        if not may_try("api_by_address", subscriber(address_of(request))):
            return too_many()
        token = token_of(request, TokenScope.POSTINGS, at=now)
    except redis.RedisError:
        return problem(503, "cannot_count", "Portal nie może teraz przyjąć żądania.", mend="Za chwilę.", headers=BUSY)
    if isinstance(token, JsonResponse):
        return token
    try:
        return act(token, now)
    except Refused as refusal:
        return problem(STATUSES.get(refusal.code, 422), refusal.code, refusal.message, mend=refusal.mend)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@require_safe
@never_cache
def exports(request: HttpRequest) -> HttpResponse:
    """Signed exports after `?after=`, the first ones first."""
    return _answered(request, lambda token, now: JsonResponse(listed(_number(request.GET.get("after", "")))))


@require_safe
@never_cache
def export_file(request: HttpRequest, export: int) -> HttpResponse:
    """One signed export as `?format=csv` (or nothing) or `xml`, byte for byte the same each time."""

    def act(token: ApiToken, now: datetime) -> HttpResponse:
        form = request.GET.get("format", "csv")
        body, media, sha256 = file_of(min(export, LARGEST_NUMBER), form)
        headers = {
            "Content-Disposition": f'attachment; filename="ksiegowania-{export:05d}.{form}"',
            "X-Content-SHA256": sha256,
        }
        return HttpResponse(body, content_type=media, headers=headers)

    return _answered(request, act)


@csrf_exempt
@require_POST
@never_cache
def answers(request: HttpRequest, export: int) -> HttpResponse:
    """The finance system's answer to lines of an export; the same again changes nothing."""

    def act(token: ApiToken, now: datetime) -> HttpResponse:
        if request.content_type != "application/json":
            return problem(415, "not_json", "Wyślij application/json w UTF-8.")
        try:
            raw = request.body
        except RequestDataTooBig:
            return problem(413, "body_too_large", f"Najwyżej {LARGEST_BODY // 1_000_000} MB na raz.")
        told = take_answers(token, min(export, LARGEST_NUMBER), raw, at=now)
        return JsonResponse(told, json_dumps_params={"ensure_ascii": False})

    return _answered(request, act)
