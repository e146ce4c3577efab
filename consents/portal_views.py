"""Setting, signing and taking back one's consents."""

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from consents import clause
from consents.actions import withdraw_consent
from consents.address_codes import confirm_address, is_code_sent
from consents.grid import OFFERED, grid
from consents.masking import mask_address
from consents.models import Channel, Topic
from consents.paper import tick_faults
from consents.portal import Signer, sign_in_portal, unconfirmed_addresses
from consents.portal_form import ChoiceForm, CodeForm
from consents.preparing import KINDS, Prepared, forget_prepared, prepare, prepared
from consents.queries import consents_in_force, topics_in_use
from consents.replacement import Choice, replaced
from consents.signature import proof_of_signer
from core.errors import Refused
from residents.access import account_of, actor_of, for_payer, mandate_in_view
from residents.models import Payer
from residents.queries import contacts_of


def _held(payer: Payer) -> dict[Choice, datetime]:
    return {
        Choice(consent.topic.code, consent.channel): consent.during.lower
        for consent in consents_in_force(payer.pk, at=timezone.now())
    }


@require_http_methods(["GET", "POST"])
@for_payer(what="ustawianie zgód", to_decide=True)
def set_consents(request: HttpRequest, payer: Payer) -> HttpResponse:
    """The grid of kinds × ways with what holds now; sent, it becomes the choice to be signed."""
    held = _held(payer)
    contacts = contacts_of(payer.pk)
    initial = {"phone": contacts.get("phone", ""), "email": contacts.get("email", "")}
    form = ChoiceForm(request.POST if request.method == "POST" else None, initial=initial)
    ticked = form.ticked() if request.method == "POST" else frozenset(held)
    if request.method == "POST" and form.is_valid():
        for fault in tick_faults(ticked, topics=topics_in_use()):
            form.add_error(None, str(fault))
        if not form.errors:
            said = form.cleaned_data
            prepare(request.session, Prepared(payer.pk, ticked, said["phone"], said["email"], timezone.now()))
            return redirect("consents:sign")
    channels = [*OFFERED, *(way for way in Channel if way not in OFFERED and way in {one.channel for one in held})]
    context = {
        "form": form,
        "payer": payer,
        "groups": grid(ticked, channels=channels, since=held, by_consent_only=True),
        "channels": channels,
        "statutory": Topic.objects.filter(is_active=True, basis=Topic.Basis.STATUTE),
    }
    return render(request, "consents/set_consents.html", context)


def _to_sign(request: HttpRequest, payer: Payer) -> Prepared | None:
    choice = prepared(request.session, payer_id=payer.pk, at=timezone.now())
    if choice is None:
        messages.warning(request, "Nie ma czego podpisać: zaznacz najpierw, co chcesz dostawać.")
    return choice


@require_http_methods(["GET", "POST"])
@for_payer(what="podpisywanie zgód", to_decide=True)
def sign(request: HttpRequest, payer: Payer) -> HttpResponse:
    """What is about to be signed, which addresses wait for a code; sent, it is signed by proving who one is."""
    choice = _to_sign(request, payer)
    if choice is None:
        return redirect("consents:set")
    if request.method == "POST":
        now = timezone.now()
        if request.POST.get("prepared") != choice.prepared_at.isoformat():
            messages.warning(request, "Wybór zmienił się w innym oknie. Sprawdź go jeszcze raz i podpisz.")
            return redirect("consents:sign")
        try:
            proof = proof_of_signer(request, since=choice.prepared_at, now=now)
            signer = Signer(account_of(request), mandate_in_view(request), proof)
            application = sign_in_portal(choice, payer, signer=signer, by=actor_of(request), at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("consents:sign")
        forget_prepared(request.session)
        messages.success(request, f"Podpisano wniosek nr {application.pk}. Zgody obowiązują od teraz.")
        return redirect("consents:my")
    return _sign_page(request, payer, choice, CodeForm())


def _sign_page(request: HttpRequest, payer: Payer, choice: Prepared, form: CodeForm) -> HttpResponse:
    now = timezone.now()
    names = {topic.code: topic.name for topic in Topic.objects.all()}
    change = replaced(frozenset(_held(payer)), choice.choices)

    def told(choices: frozenset[Choice]) -> list[str]:
        return [f"{names[one.topic]}: {Channel(one.channel).label}" for one in sorted(choices)]

    waiting = unconfirmed_addresses(choice, account_of(request), at=now)
    steps = [
        {
            "word": next(word for word, known in KINDS.items() if known == kind),
            "address": mask_address(kind, address),
            "is_sent": is_code_sent(payer.pk, kind=kind, address=address, at=now),
        }
        for kind, address in waiting[:1]  # one step at a time
    ]
    context = {
        "payer": payer,
        "starts": told(change.start),
        "keeps": told(change.keep),
        "ends": told(change.end),
        "addresses": [mask_address(kind, address) for kind, address in choice.addresses],
        "steps": steps,
        "form": form,
        "clause": clause.TEXT,
        "version": clause.VERSION,
        "prepared": choice.prepared_at.isoformat(),
    }
    return render(request, "consents/sign.html", context)


@require_POST
@for_payer(what="potwierdzanie adresu", to_decide=True)
def confirm(request: HttpRequest, payer: Payer, kind: str) -> HttpResponse:
    """The code from the message, typed in."""
    choice = _to_sign(request, payer)
    if choice is None:
        return redirect("consents:set")
    address = dict(choice.addresses).get(KINDS.get(kind, ""))
    if address is None:
        raise Http404
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            confirm_address(
                payer.pk,
                kind=KINDS[kind],
                address=address,
                code=form.cleaned_data["code"],
                by=actor_of(request),
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(request, "Adres potwierdzony." if kind == "e-mail" else "Numer potwierdzony.")
            return redirect("consents:sign")
    return _sign_page(request, payer, choice, form)


@require_POST
@for_payer(what="wycofanie zgody", to_decide=True)
def withdraw(request: HttpRequest, payer: Payer) -> HttpResponse:
    """One button, one consent taken back; «wszystkie» takes back all."""
    topic, _, channel = request.POST.get("choice", "").partition(":")
    if not channel and topic != "wszystkie":
        messages.error(request, "Nie wiadomo, którą zgodę wycofać. Wybierz ją na tej stronie.")
        return redirect("consents:my")
    try:
        ended = withdraw_consent(
            payer.pk,
            topic="" if topic == "wszystkie" else topic,
            channel=channel,
            way="portal",
            evidence={"signer": account_of(request).get_full_name(), "address": actor_of(request).address},
            by=actor_of(request),
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Zgoda wycofana." if ended == 1 else f"Wycofane zgody: {ended}.")
    return redirect("consents:my")
