"""A provider's notice: its signature checked over the raw bytes, stored raw, answered, handled afterwards."""

import hashlib
import logging

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from core import inbound
from payments.providers import NoticeRefused, NoticeUnclear, provider_named
from payments.tasks import handle_notices

LONGEST = 200_000  # bytes; an order of a hundred dues has about twenty thousand
KEPT_OF_STRANGERS = 4_000  # bytes: enough for a look, too little to fill the disk
KEPT_HEADERS = ("OpenPayu-Signature", "X-OpenPayU-Signature", "Content-Type", "User-Agent", "Correlation-Id")
logger = logging.getLogger("spm.hooks")


@csrf_exempt
@require_POST
def payu_notice(request: HttpRequest) -> HttpResponse:
    """PayU's notice. 200 for every genuine one, repeats included; 401 for a bad signature, 400 for a bad body.

    What is refused is kept (its beginning) and counted too (source `payu`, not verified), and never acted on. Its key
    differs from that of the genuine notice, so that nobody can shut a notice out by sending its body first.
    """
    told = request.headers.get("Content-Length") or "0"
    if not told.isdecimal() or int(told) > LONGEST:
        return _plain("za długie", 413)
    raw = request.body
    headers = {name: request.headers[name][:500] for name in KEPT_HEADERS if name in request.headers}
    digest = hashlib.sha256(raw).hexdigest()
    try:
        provider_named("payu").read_notice(headers, raw)
    except NoticeRefused as refusal:
        inbound.receive(
            "payu", key=f"refused:{digest}", headers=headers, body=raw[:KEPT_OF_STRANGERS], is_verified=False
        )
        logger.warning("a notice of PayU was refused: %s", refusal)
        return _plain("odrzucone", 401 if refusal.is_forged else 400)
    except NoticeUnclear as unclear:  # genuine: kept, and answered 200, since a repeat would say the same
        logger.warning("a notice of PayU is not clear: %s", unclear)
    inbound.receive("payu", key=digest, headers=headers, body=raw, is_verified=True)
    _wake()
    return _plain("", 200)


def _wake() -> None:
    """Wake a worker; without Redis the notice waits for the timetable, and PayU still gets its 200."""
    try:
        handle_notices.delay()
    except OperationalError:
        logger.warning("Redis is away: the notice waits for the timetable")


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
