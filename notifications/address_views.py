"""The button that sends a code to the address which a resident is about to sign for."""

import logging

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from consents.preparing import KINDS, prepared
from core.errors import Refused
from notifications.address_codes import send_address_code
from notifications.tasks import send_letters
from residents.access import account_of, actor_of, for_payer
from residents.models import Payer

logger = logging.getLogger("spm.address_codes")


@require_POST
@for_payer(what="wysłanie kodu potwierdzenia", to_decide=True)
def send_code(request: HttpRequest, payer: Payer, kind: str) -> HttpResponse:
    """Send a code to the phone or the e-mail address of the choice that waits for a signature."""
    choice = prepared(request.session, payer_id=payer.pk, at=timezone.now())
    if choice is None:
        messages.warning(request, "Nie ma czego podpisać: zaznacz najpierw, co chcesz dostawać.")
        return redirect("consents:set")
    address = dict(choice.addresses).get(KINDS.get(kind, ""))
    if address is None:
        raise Http404
    try:
        send_address_code(
            payer.pk,
            account_of(request),
            kind=KINDS[kind],
            address=address,
            by=actor_of(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("consents:sign")
    try:
        send_letters.delay()
    except OperationalError:
        logger.warning("Redis is away: the code waits for the timetable")
    messages.success(request, "Kod wysłany. Wpisz go poniżej w ciągu 15 minut.")
    return redirect("consents:sign")
