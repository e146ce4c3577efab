"""My consents, and the paper to change them."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from consents.application_pdf import application_pdf
from consents.models import Channel
from consents.queries import accepted_applications, consents_in_force
from core.phones import mask_phone
from residents.access import NotConfirmed, for_payer, payer_in_view
from residents.models import Payer
from residents.queries import contacts_of


def _mask_email(address: str) -> str:
    name, _, host = address.partition("@")
    return f"{name[:2]}***@{host}"


@require_GET
@for_payer(what="zgody na powiadomienia")
def my_consents(request: HttpRequest, payer: Payer) -> HttpResponse:
    """Which consents hold, since when and by which application; the history of applications."""
    holding = consents_in_force(payer.pk, at=timezone.now())
    rows = [
        (topic, [(consent.get_channel_display(), consent.during.lower, consent.application_id) for consent in consents])
        for topic, consents in groupby(holding, key=lambda consent: consent.topic)
    ]
    contacts = contacts_of(payer.pk)
    channels = {consent.channel for consent in holding}
    context = {
        "rows": rows,
        "applications": accepted_applications(payer.pk),
        "phone": mask_phone(contacts.get("phone", "")) if channels - {Channel.EMAIL} else "",
        "email": _mask_email(contacts.get("email", "")) if Channel.EMAIL in channels else "",
    }
    return render(request, "consents/my_consents.html", context)


@require_GET
def paper(request: HttpRequest) -> HttpResponse:
    """The application to print: blank for everybody, with name and contacts for a confirmed resident."""
    known: dict[str, str] = {}
    if request.user.is_authenticated:
        try:
            payer = payer_in_view(request, what="wniosek o powiadomienia do druku")
            contacts = contacts_of(payer.pk)
            known = {
                "name": payer.name,
                "phone": contacts.get("phone", ""),
                "email": contacts.get("email", ""),
            }
        except NotConfirmed:
            known = {}
    return HttpResponse(
        application_pdf(**known),
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="wniosek-o-powiadomienia.pdf"'},
    )
