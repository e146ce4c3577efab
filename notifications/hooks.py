"""Delivery reports and people's answers come in: stored raw, answered `OK`, applied afterwards."""

import hashlib
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from celery import Task
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from kombu.exceptions import OperationalError

from core import inbound
from core.errors import Refused
from notifications.answers import read_answer
from notifications.reports import read_reports
from notifications.serwersms_reports import PUSHED, read_push
from notifications.tasks import apply_answers, apply_reports, apply_serwersms_pushes

LONGEST = 200_000
KEPT_OF_STRANGERS = 4_000
logger = logging.getLogger("spm.hooks")


@csrf_exempt
@require_http_methods(["GET", "POST"])
def sms_report(request: HttpRequest, secret: str) -> HttpResponse:
    """SMSAPI's report (GET, or POST of the same fields). The path's secret stands for the signature that it lacks.

    A wrong secret is kept, counted and answered 404; fields that cannot be read are kept and answered 400.
    """
    return _taken(request, secret, Door("smsapi", "SMSAPI", read_reports, apply_reports))


@csrf_exempt
@require_http_methods(["GET", "POST"])
def sms_answer(request: HttpRequest, secret: str) -> HttpResponse:
    """An SMS that somebody sent us, as SMSAPI passes it on; the same secret, the same answers."""
    return _taken(request, secret, Door("smsapi-answers", "SMSAPI", read_answer, apply_answers))


@csrf_exempt
@require_http_methods(["GET", "POST"])
def serwersms_report(request: HttpRequest, secret: str) -> HttpResponse:
    """SerwerSMS's report, form or JSON: it names messages, and the vendor is asked what became of them."""
    return _taken(request, secret, Door(PUSHED, "SERWERSMS", read_push, apply_serwersms_pushes))


@dataclass(frozen=True)
class Door:
    """One kind of events: under which source it is kept, whose secret opens it (a setting; an empty one opens nothing),
    what reads it (raising Refused), which task acts on it.
    """

    source: str
    account: str
    read: Callable[[str], object]
    task: Task


def _taken(request: HttpRequest, secret: str, door: Door) -> HttpResponse:
    raw = request.META.get("QUERY_STRING", "").encode() or request.body
    if len(raw) > LONGEST:
        return HttpResponse("ZA DŁUGO", status=413, content_type="text/plain; charset=utf-8")
    wanted = str(getattr(settings, door.account)["report_secret"])
    is_ours = bool(wanted) and secrets.compare_digest(secret.encode(), wanted.encode())
    try:
        door.read(raw.decode("utf-8", "replace"))
        is_readable = True
    except Refused:
        is_readable = False
    _keep(request, raw, door.source, is_verified=is_ours and is_readable)
    if not is_ours:
        raise Http404
    if not is_readable:
        return HttpResponse("NIECZYTELNE", status=400, content_type="text/plain; charset=utf-8")
    try:
        door.task.delay()
    except OperationalError:
        logger.warning("Redis is away: what came waits for the timetable")
    return HttpResponse("OK", content_type="text/plain")


def _keep(request: HttpRequest, raw: bytes, source: str, *, is_verified: bool) -> None:
    mark = "" if is_verified else "refused:"
    inbound.receive(
        source,
        key=f"{mark}{hashlib.sha256(raw).hexdigest()}",
        headers={"User-Agent": request.headers.get("User-Agent", "")[:200], "Method": str(request.method)},
        body=raw if is_verified else raw[:KEPT_OF_STRANGERS],
        is_verified=is_verified,
    )
