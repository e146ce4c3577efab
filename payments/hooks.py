"""A provider's notice: its signature checked over the raw bytes, stored raw, answered, handled afterwards."""

import hashlib
import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import inbound
from core.waking import wake
from payments.providers import NoticeRefused, NoticeUnclear, ProviderDown, provider_named, source_of
from payments.tasks import handle_notices

LONGEST = 200_000  # bytes; an order of a hundred dues has about twenty thousand
KEPT_OF_STRANGERS = 4_000  # bytes: enough for a look, too little to fill the disk
KEPT_HEADERS = ("Content-Type", "User-Agent", "Correlation-Id")
logger = logging.getLogger("spm.hooks")


@csrf_exempt
@require_POST
def notice(request: HttpRequest, provider: str, recipient: str = "") -> HttpResponse:
    """A provider's notice. 200 for every genuine one, repeats included; 401 for a bad signature, 400 for a bad body.

    What is refused is kept (its beginning) and counted too (not verified), and never acted on. Its key differs from
    that of the genuine notice, so that nobody can shut a notice out by sending its body first. 503 asks the provider to
    come again: its signature cannot be checked just now.
    """
    if provider not in settings.PAYMENT_PROVIDERS or (recipient and recipient not in settings.PAYMENT_RECIPIENTS):
        raise Http404
    told = request.headers.get("Content-Length") or "0"
    if not told.isdecimal() or int(told) > LONGEST:
        return _plain("za długie", 413)
    vendor, source, raw = provider_named(provider, recipient), source_of(provider, recipient), request.body
    wanted = (*KEPT_HEADERS, *vendor.kept_headers)
    headers = {name: request.headers[name][:1000] for name in wanted if name in request.headers}
    digest = hashlib.sha256(raw).hexdigest()
    try:
        vendor.read_notice(headers, raw)
    except NoticeRefused as refusal:
        key = f"refused:{digest}"
        inbound.receive(source, key=key, headers=headers, body=raw[:KEPT_OF_STRANGERS], is_verified=False)
        logger.warning("a notice of %s was refused: %s", source, refusal)
        return _plain("odrzucone", 401 if refusal.is_forged else 400)
    except NoticeUnclear as unclear:  # genuine: kept, and answered 200, since a repeat would say the same
        logger.warning("a notice of %s is not clear: %s", source, unclear)
    except ProviderDown as down:
        logger.warning("a notice of %s cannot be checked just now: %s", source, down)
        return _plain("nie teraz", 503)
    inbound.receive(source, key=digest, headers=headers, body=raw, is_verified=True)
    wake(handle_notices)
    return _plain("", 200)


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
