"""My consents, and the paper to change them."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from consents.application_pdf import Known, application_pdf
from consents.confirmation_pdf import confirmation_pdf
from consents.masking import mask_email
from consents.models import Channel
from consents.prefill import known_of
from consents.printing import print_form, shared_form
from consents.queries import consents_in_force, history_of
from core.phones import mask_phone
from residents.access import NotConfirmed, actor_of, for_payer, mandate_in_view, payer_in_view
from residents.models import Payer
from residents.models.mandate import Scope
from residents.queries import contacts_of


@require_GET
@for_payer(what="zgody na powiadomienia")
def my_consents(request: HttpRequest, payer: Payer) -> HttpResponse:
    """Which consents hold, since when and by which application; everything that happened to them, with its evidence."""
    holding = consents_in_force(payer.pk, at=timezone.now())
    rows = [(topic, list(consents)) for topic, consents in groupby(holding, key=lambda consent: consent.topic)]
    contacts = contacts_of(payer.pk)
    channels = {consent.channel for consent in holding}
    context = {
        "rows": rows,
        "history": history_of(payer.pk),
        "may_decide": mandate_in_view(request).scope == Scope.ALL,
        "phone": mask_phone(contacts.get("phone", "")) if channels - {Channel.EMAIL} else "",
        "email": mask_email(contacts.get("email", "")) if Channel.EMAIL in channels else "",
    }
    return render(request, "consents/my_consents.html", context)


@require_GET
@for_payer(what="potwierdzenie zgód")
def confirmation(request: HttpRequest, payer: Payer) -> HttpResponse:
    """«Potwierdzenie zgód»: what holds and all the evidence, as PDF."""
    return HttpResponse(
        confirmation_pdf(payer, at=timezone.now()),
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="potwierdzenie-zgod.pdf"'},
    )


@require_GET
def paper(request: HttpRequest) -> HttpResponse:
    """The application to print: blank for everybody, with all that is known for a confirmed resident."""
    form, known = shared_form(at=timezone.now()), Known()
    if request.user.is_authenticated:
        try:
            payer = payer_in_view(request, what="wniosek o powiadomienia do druku")
            form = print_form(payer.pk, by=actor_of(request), at=timezone.now())
            known = known_of(payer, at=timezone.now())
        except NotConfirmed:  # a blank one, as for anybody
            pass
    return HttpResponse(
        application_pdf(form, known),
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="wniosek-o-powiadomienia.pdf"'},
    )
