"""The pages on which staff ask that a payment or a transfer go back, or note that a provider took it."""

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from core.money import format_pln
from core.nrb import format_nrb
from liabilities.admin.work import work_page
from payments.admin.refunds import source_words
from payments.models import BankEntry, Payment
from payments.providers import label_of
from payments.refund_forms import RefundForm, ReversalForm
from payments.refund_sources import left_to_refund, posted_of
from payments.refund_states import RefundStage, ReversalKind
from payments.refunds import ask_refund
from payments.reversals import TakenBack, record_reversal
from residents.access import actor_of, staff_looked
from residents.models import Payer


def refund_page(request: HttpRequest, site: AdminSite, source: Payment | BankEntry, *, back: str) -> HttpResponse:
    """Ask for a refund of *source*: whose part, how much, why. Raises PermissionDenied."""
    if not request.user.has_perm("payments.add_refund"):
        raise PermissionDenied
    shares = {one.payer_id for one in posted_of(source)}
    payers = list(Payer.objects.filter(pk__in=shares).order_by("pk"))
    left = {payer.pk: left_to_refund(source, payer.pk) for payer in payers}
    for payer in payers:
        staff_looked(request, payer, what="zwrot wpłaty")
    form = RefundForm(
        request.POST or None,
        payers=[(payer.pk, f"{payer.name}: najwyżej {format_pln(left[payer.pk])}") for payer in payers],
        initial={"payer": payers[0].pk, "amount": left[payers[0].pk]} if payers else {},
    )

    def act(filled: forms.Form) -> str:
        data = filled.cleaned_data
        asked = ask_refund(
            source,
            payer_id=data["payer"],
            amount=data["amount"],
            reason=data["reason"],
            by=actor_of(request),
            at=timezone.now(),
        )
        if asked.stage == RefundStage.ASKED:
            return f"Zwrot {asked.short_number} czeka na zatwierdzenie przez drugą osobę."
        return f"Zlecono zwrot {asked.short_number}."

    return work_page(
        request,
        site,
        form,
        title="Zwrot wpłaty",
        facts=[
            ("Wpłata", source_words(source)),
            ("Kwota", format_pln(source.amount)),
            ("Dokąd wróci", _where(source)),
            ("Skąd", "najpierw z nadpłaty; gdy jej nie starczy, raty opłacone tą wpłatą znów będą do zapłaty"),
        ],
        act=act,
        back=back,
        button="Wnieś o zwrot",
    )


def _where(source: Payment | BankEntry) -> str:
    if isinstance(source, Payment):
        return f"tą samą drogą, przez operatora: {label_of(source.provider)}"
    return (
        f"na rachunek, z którego przyszła: {format_nrb(source.sender)}" if source.sender else "bank nie podał rachunku"
    )


def reversal_page(request: HttpRequest, site: AdminSite, payment: Payment) -> HttpResponse:
    """Note what the provider's panel or letter says: a chargeback, or a refund made there. Raises PermissionDenied."""
    if not request.user.has_perm("payments.add_reversal"):
        raise PermissionDenied
    staff_looked(request, payment.payer, what="cofnięta wpłata")

    def act(filled: forms.Form) -> str:
        data = filled.cleaned_data
        told = TakenBack(kind=ReversalKind(data["kind"]), key=data["key"], amount=data["amount"], on=data["on"])
        noted = record_reversal(payment.pk, told, by=actor_of(request), at=timezone.now())
        return f"Zapisano, ale nie wystornowano: {noted.problem}" if noted.problem else "Wpłatę wystornowano."

    return work_page(
        request,
        site,
        ReversalForm(request.POST or None, initial={"amount": payment.amount, "on": timezone.localdate()}),
        title="Operator cofnął wpłatę",
        facts=[
            ("Płatność", payment.reference),
            ("Kwota", format_pln(payment.amount)),
            ("Operator", label_of(payment.provider)),
        ],
        act=act,
        back=reverse("admin:payments_payment_change", args=[payment.pk]),
        button="Zapisz i wystornuj",
    )
