"""A provider's notice: its signature checked over the raw bytes, stored raw, answered, handled afterwards."""

import hashlib
import logging

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from core import inbound
from payments.providers import NoticeRefused, provider_named
from payments.tasks import handle_notices

LONGEST = 200_000
KEPT_HEADERS = ("OpenPayu-Signature", "X-OpenPayU-Signature", "Content-Type", "User-Agent")
logger = logging.getLogger("spm.hooks")


@csrf_exempt
@require_POST
def payu_notice(request: HttpRequest) -> HttpResponse:
    """PayU's notice. 200 for every genuine one, repeats included; 401 for a bad signature, 400 for a bad body.

    What is refused is kept and counted too (source `payu`, not verified), and never acted on.
    """
    if int(request.headers.get("Content-Length") or 0) > LONGEST:
        return _plain("za długie", 413)
    raw = request.body
    headers = {name: request.headers[name][:500] for name in KEPT_HEADERS if name in request.headers}
    digest = hashlib.sha256(raw).hexdigest()
    try:
        provider_named("payu").read_notice(headers, raw)
    except NoticeRefused as refusal:
        inbound.receive("payu", key=f"refused:{digest}", headers=headers, body=raw, is_verified=False)
        logger.warning("a notice of PayU was refused: %s", refusal)
        return _plain("odrzucone", 401 if refusal.is_forged else 400)
    inbound.receive("payu", key=digest, headers=headers, body=raw, is_verified=True)
    try:
        handle_notices.delay()
    except OperationalError:
        logger.warning("Redis is away: the notice waits for the timetable")
    return _plain("", 200)


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
