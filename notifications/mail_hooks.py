"""Tracking events of e-mail providers come in: the caller checked by password, stored raw, applied afterwards."""

import hashlib
import logging

from anymail.utils import get_request_basic_auth
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from core import inbound
from core.errors import Refused
from notifications.mailjet_events import SOURCE, read_events
from notifications.tasks import apply_mail_events

LONGEST = 1_000_000
KEPT_OF_STRANGERS = 4_000
logger = logging.getLogger("spm.hooks")


@csrf_exempt
@require_POST
def mailjet_events(request: HttpRequest) -> HttpResponse:
    """Mailjet's call, with the name and password that stand in the address given to it (HTTP Basic).

    A wrong password is kept, counted and answered 401; what cannot be read is kept and answered 400.
    """
    raw = request.body
    if len(raw) > LONGEST:
        return HttpResponse("ZA DŁUGO", status=413, content_type="text/plain; charset=utf-8")
    wanted = str(settings.MAILJET["webhook_secret"])
    is_ours = bool(wanted) and constant_time_compare(get_request_basic_auth(request) or "", wanted)
    try:
        read_events(raw.decode("utf-8", "replace"))
        is_readable = True
    except Refused:
        is_readable = False
    is_verified = is_ours and is_readable
    inbound.receive(
        SOURCE,
        key=f"{'' if is_verified else 'refused:'}{hashlib.sha256(raw).hexdigest()}",
        headers={"User-Agent": request.headers.get("User-Agent", "")[:200]},
        body=raw if is_verified else raw[:KEPT_OF_STRANGERS],
        is_verified=is_verified,
    )
    if not is_ours:
        return HttpResponse(status=401)
    if not is_readable:
        return HttpResponse("NIECZYTELNE", status=400, content_type="text/plain; charset=utf-8")
    try:
        apply_mail_events.delay()
    except OperationalError:
        logger.warning("Redis is away: what came waits for the timetable")
    return HttpResponse("OK", content_type="text/plain")
