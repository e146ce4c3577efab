"""Refunds: whose, by whom approved, how far; the queue of the second person; lists of transfers; reversals."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action

from core.admin import PartsInline, ReadOnlyAdmin
from core.errors import Refused
from core.money import format_pln
from liabilities.admin.work import work_page
from payments.models import BankEntry, Payment, Refund, RefundChange, Reversal
from payments.refund_forms import PlainForm, WhyForm
from payments.refund_sources import refundable
from payments.refund_states import STAGE_LABELS, RefundStage
from payments.refund_transfers import list_refunds, transfer_list
from payments.refunds import approve_refund, note_return, withdraw_refund
from payments.reversals import post_reversal
from residents.access import account_of, actor_of, staff_looked
from residents.models import Payer


def source_words(source: Payment | BankEntry) -> str:
    """A payment or a transfer in a few words."""
    if isinstance(source, Payment):
        return f"płatność online {source.reference}"
    return f"przelew z {source.paid_on:%d.%m.%Y}"


def source_of(refund: Refund) -> str:
    """What the refund gives back, in words."""
    source = refund.payment or refund.entry
    return source_words(source) if source is not None else "–"


class RefundChangeInline(PartsInline):
    """What happened to it, and who did it."""

    model = RefundChange
    fields = ("at", "was", "became", "actor", "reason")
    readonly_fields = fields

    @admin.display(description="z")
    def was(self, change: RefundChange) -> str:
        """The stage before; none at the start."""
        return STAGE_LABELS[RefundStage(change.before)] if change.before else "–"

    @admin.display(description="na")
    def became(self, change: RefundChange) -> str:
        """The stage after."""
        return change.label


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    """Refunds, the newest first; those that wait for a second person have a queue."""

    inlines = (RefundChangeInline,)
    list_display = ("short", "payer", "sum", "of", "stage", "requested_by", "requested_at", "approved_by", "problem")
    list_filter = ("stage", "needs_second", "requested_at")
    search_fields = ("payer__name", "=provider_refund_id", "=account")
    list_select_related = ("payer", "payment", "entry", "requested_by", "approved_by")
    date_hierarchy = "requested_at"
    fields = (
        *("short", "payer", "sum", "of", "account", "reason", "stage", "problem", "needs_second", "requested_by"),
        *("requested_at", "approved_by", "approved_at", "provider_refund_id", "asked_at", "list_number", "debit"),
    )
    readonly_fields = ("short", "sum", "of")
    actions_list = ("approve_all", "transfers")
    actions_detail = ("decide", "returned")

    @admin.display(description="numer", ordering="pk")
    def short(self, refund: Refund) -> str:
        """The number that people read."""
        return refund.short_number

    @admin.display(description="kwota", ordering="amount")
    def sum(self, refund: Refund) -> str:
        """The amount as people write it."""
        return format_pln(refund.amount)

    @admin.display(description="z wpłaty")
    def of(self, refund: Refund) -> str:
        """What it gives back."""
        return source_of(refund)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Opening a payer's refund is recorded."""
        refund = self.get_object(request, object_id)
        if refund is not None and self.has_view_permission(request, refund):
            staff_looked(request, refund.payer, what="zwrot")
        page: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return page

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may approve, withdraw and send."""
        return bool(request.user.has_perm("payments.change_refund"))

    def _may_decide(self, request: HttpRequest) -> None:
        if not self.has_decide_permission(request):
            raise PermissionDenied

    @action(description="Zatwierdzaj po kolei", permissions=["decide"])  # type: ignore[untyped-decorator]  # as Unfold
    def approve_all(self, request: HttpRequest) -> HttpResponse:
        """The queue of the second person."""
        return redirect("admin:payments_refund_queue")

    @action(description="Listy przelewów", permissions=["decide"])  # type: ignore[untyped-decorator]  # as Unfold
    def transfers(self, request: HttpRequest) -> HttpResponse:
        """Lists for the bank."""
        return redirect("admin:payments_refund_lists")

    @action(description="Rozstrzygnij", permissions=["decide"])  # type: ignore[untyped-decorator]  # as Unfold
    def decide(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """This refund's decision."""
        return redirect("admin:payments_refund_decision", self.row_or_404(request, object_id).pk)

    @action(description="Bank odesłał przelew", permissions=["decide"])  # type: ignore[untyped-decorator]  # as Unfold
    def returned(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page on which a transfer that came back is noted."""
        return redirect("admin:payments_refund_sent_back", self.row_or_404(request, object_id).pk)

    def get_urls(self) -> list[URLPattern]:
        """The queue, decisions, lists, and a payer's payments."""
        pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("kolejka/", self.queue_view, "queue"),
            ("listy/", self.lists_view, "lists"),
            ("listy/<int:pk>/przelewy.txt", self.list_file_view, "list_file"),
            ("platnik/<int:payer_id>/", self.payer_view, "payer"),
            ("<int:pk>/decyzja/", self.decision_view, "decision"),
            ("<int:pk>/odeslany/", self.returned_view, "sent_back"),
        ]
        own = [
            path(route, self.admin_site.admin_view(view), name=f"payments_refund_{name}") for route, view, name in pages
        ]
        return [*own, *super().get_urls()]

    def queue_view(self, request: HttpRequest) -> HttpResponse:
        """The first refund that waits for somebody else than who asked for it."""
        self._may_decide(request)
        waiting = Refund.objects.filter(stage=RefundStage.ASKED).exclude(requested_by=account_of(request))
        first = waiting.filter(pk__gt=self._after(request)).order_by("pk").first() or waiting.order_by("pk").first()
        if first is not None:
            return redirect("admin:payments_refund_decision", first.pk)
        own = Refund.objects.filter(stage=RefundStage.ASKED).count()
        return self._decision_page(request, None, own=own)

    @staticmethod
    def _after(request: HttpRequest) -> int:
        text = request.GET.get("po", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0

    def decision_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One refund whole; a key or a button approves it, a reason stops it, and the next one comes."""
        self._may_decide(request)
        refund: Refund = self.row_or_404(request, pk)
        staff_looked(request, refund.payer, what="decyzja o zwrocie")
        form = WhyForm(request.POST if "stop" in request.POST else None)
        if request.method == "POST" and ("approve" in request.POST or form.is_valid()):
            by, now = actor_of(request), timezone.now()
            try:
                if "approve" in request.POST:
                    approve_refund(pk, by=by, at=now)
                    messages.success(request, f"Zatwierdzono zwrot {refund.short_number}.")
                elif form.is_valid():
                    withdraw_refund(pk, reason=form.cleaned_data["reason"], by=by, at=now)
                    messages.success(request, f"Wycofano zwrot {refund.short_number}.")
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                return redirect(f"{reverse('admin:payments_refund_queue')}?po={pk}")
        return self._decision_page(request, refund, form=form)

    def _decision_page(
        self, request: HttpRequest, refund: Refund | None, *, form: forms.Form | None = None, own: int = 0
    ) -> HttpResponse:
        is_own = refund is not None and refund.requested_by_id == account_of(request).pk
        context = {
            **self.admin_site.each_context(request),
            "title": "Zwroty do zatwierdzenia" if refund is None else f"Zwrot {refund.short_number}",
            "refund": refund,
            "of": source_of(refund) if refund else "",
            "form": form,
            "own": own,
            "is_own": is_own,
            "may_approve": refund is not None and refund.stage == RefundStage.ASKED and not is_own,
            "may_stop": refund is not None and refund.stage in {RefundStage.ASKED, RefundStage.ORDERED},
        }
        return render(request, "admin/payments/refund_decision.html", context)

    def returned_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A transfer that the bank sent back."""
        self._may_decide(request)
        refund: Refund = self.row_or_404(request, pk)

        def act(filled: forms.Form) -> str:
            note_return(pk, reason=filled.cleaned_data["reason"], by=actor_of(request), at=timezone.now())
            return "Zapisano. Pieniądze są znów nadpłatą płatnika."

        return work_page(
            request,
            self.admin_site,
            WhyForm(request.POST or None),
            title="Bank odesłał przelew ze zwrotem",
            facts=_facts(refund),
            act=act,
            back=reverse("admin:payments_refund_change", args=[pk]),
            button="Zapisz",
        )

    def lists_view(self, request: HttpRequest) -> HttpResponse:
        """Lists of transfers: the next one is made by a button, every one may be taken again."""
        self._may_decide(request)
        if request.method == "POST":
            try:
                number = list_refunds(by=actor_of(request), at=timezone.now())
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, f"Lista {number} jest gotowa: pobierz ją i wczytaj w banku.")
            return redirect("admin:payments_refund_lists")
        ready = Refund.objects.filter(stage=RefundStage.ORDERED, entry__isnull=False)
        lists = (
            Refund.objects.filter(list_number__isnull=False)
            .values("list_number")
            .annotate(count=Count("pk"), total=Sum("amount"), oldest=Min("requested_at"))
            .order_by("-list_number")[:50]
        )
        context = {
            **self.admin_site.each_context(request),
            "title": "Listy przelewów ze zwrotami",
            "ready": ready.count(),
            "lists": lists,
        }
        return render(request, "admin/payments/refund_lists.html", context)

    def list_file_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One list as the file that the bank imports."""
        self._may_decide(request)
        try:
            body = transfer_list(pk)
        except Refused as refusal:
            raise Http404 from refusal
        return HttpResponse(
            body,
            content_type="text/plain; charset=windows-1250",
            headers={"Content-Disposition": f'attachment; filename="zwroty-{pk:05d}.txt"'},
        )

    def payer_view(self, request: HttpRequest, payer_id: int) -> HttpResponse:
        """Which payments of a payer may go back, and how much of each."""
        if not request.user.has_perm("payments.add_refund"):
            raise PermissionDenied
        payer = get_object_or_404(Payer, pk=payer_id)
        staff_looked(request, payer, what="wpłaty do zwrotu")
        rows = [
            (
                source_words(source).capitalize(),
                source.paid_on,
                source.amount,
                left,
                reverse(
                    f"admin:payments_{'payment' if isinstance(source, Payment) else 'bankentry'}_refund",
                    args=[source.pk],
                ),
            )
            for source, left in refundable(payer.kept_id)
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": f"Zwrot wpłaty: {payer.name}",
            "payer": payer,
            "rows": rows,
        }
        return render(request, "admin/payments/refund_payer.html", context)


def _facts(refund: Refund) -> list[tuple[str, object]]:
    return [
        ("Zwrot", refund.short_number),
        ("Płatnik", refund.payer.name),
        ("Kwota", format_pln(refund.amount)),
        ("Z wpłaty", source_of(refund)),
        ("Stan", refund.get_stage_display()),
    ]


@admin.register(Reversal)
class ReversalAdmin(ReadOnlyAdmin):
    """Money that providers took back; what the ledger could not take back waits here."""

    list_display = ("payment", "kind", "sum", "taken_on", "key", "posted_at", "problem")
    list_filter = ("kind", ("posted_at", admin.EmptyFieldListFilter))
    search_fields = ("=key", "payment__payer__name")
    list_select_related = ("payment",)
    fields = ("payment", "kind", "key", "sum", "taken_on", "noted_at", "noted_by", "posted_at", "problem")
    readonly_fields = ("sum",)
    actions_detail = ("again",)

    @admin.display(description="kwota", ordering="amount")
    def sum(self, reversal: Reversal) -> str:
        """The amount as people write it."""
        return format_pln(reversal.amount)

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may note reversals and try again."""
        return bool(request.user.has_perm("payments.change_reversal"))

    @action(description="Wystornuj teraz", permissions=["decide"])  # type: ignore[untyped-decorator]  # as Unfold
    def again(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page on which the storno is tried once more."""
        return redirect("admin:payments_reversal_once_more", self.row_or_404(request, object_id).pk)

    def get_urls(self) -> list[URLPattern]:
        """Once more."""
        view = self.admin_site.admin_view(self.again_view)
        return [path("<int:pk>/ponow/", view, name="payments_reversal_once_more"), *super().get_urls()]

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the posting back, after way was made for it."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        reversal: Reversal = self.row_or_404(request, pk)

        def act(_: forms.Form) -> str:
            done = post_reversal(pk, by=actor_of(request), at=timezone.now())
            if done.problem:
                raise Refused("still_refused", done.problem)
            return "Wpłatę wystornowano."

        return work_page(
            request,
            self.admin_site,
            PlainForm(request.POST if request.method == "POST" else None),
            title="Storno cofniętej wpłaty",
            facts=[
                ("Płatność", reversal.payment.reference),
                ("Rodzaj", reversal.get_kind_display()),
                ("Kwota", format_pln(reversal.amount)),
                ("Kłopot", reversal.problem or "–"),
            ],
            act=act,
            back=reverse("admin:payments_reversal_change", args=[pk]),
            button="Wystornuj",
        )
