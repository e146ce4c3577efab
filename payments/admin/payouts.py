"""Payouts of providers: what each holds, what the provider kept, what does not agree, and what is still there."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action

from core.admin import PartsInline
from core.money import format_pln
from liabilities.admin.work import work_page
from payments.admin.money_reports import ReportPages
from payments.entry_states import EntryState
from payments.models import BankEntry, Payout, PayoutLine
from payments.money_proof import provider_sums, unproven_money
from payments.payout_settling import likely, settle_payout, unsettle_payout, unsettled
from payments.providers import label_of
from payments.refund_forms import PayoutForm, WhyForm
from residents.access import actor_of


class PayoutLineInline(PartsInline):
    """What it holds."""

    model = PayoutLine
    fields = ("payment", "refund", "reversal", "worth")
    readonly_fields = fields

    @admin.display(description="kwota")
    def worth(self, line: PayoutLine) -> str:
        """In złoty."""
        return format_pln(line.amount)


@admin.register(Payout)
class PayoutAdmin(ReportPages):
    """Settled payouts; the overview shows what is not settled."""

    inlines = (PayoutLineInline,)
    list_display = ("named", "entry", "came", "payments", "back", "kept", "rest", "settled_at")
    list_filter = ("provider", "settled_at")
    list_select_related = ("entry__statement",)
    fields = ("named", "entry", "came", "payments", "back", "kept", "rest", "note", "settled_at", "settled_by")
    readonly_fields = ("named", "came", "payments", "back", "kept", "rest")
    actions_detail = ("undo",)

    @admin.display(description="operator", ordering="provider")
    def named(self, payout: Payout) -> str:
        """The provider as payers know it."""
        return label_of(payout.provider)

    @admin.display(description="wpłynęło", ordering="amount")
    def came(self, payout: Payout) -> str:
        """What is on the statement."""
        return format_pln(payout.amount)

    @admin.display(description="płatności")
    def payments(self, payout: Payout) -> str:
        """What its payments come to."""
        return format_pln(payout.gross)

    @admin.display(description="zwroty i cofnięcia")
    def back(self, payout: Payout) -> str:
        """What was deducted for money given back."""
        return format_pln(payout.given_back)

    @admin.display(description="prowizja", ordering="fee")
    def kept(self, payout: Payout) -> str:
        """What the provider kept."""
        return format_pln(payout.fee)

    @admin.display(description="różnica", ordering="difference")
    def rest(self, payout: Payout) -> str:
        """What nobody can explain yet."""
        return format_pln(payout.difference)

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may settle and undo."""
        return bool(request.user.has_perm("payments.change_bankentry"))

    def _may_settle(self, request: HttpRequest) -> None:
        if not self.has_settle_permission(request):
            raise PermissionDenied

    @action(description="Cofnij rozliczenie", permissions=["settle"])  # type: ignore[untyped-decorator]  # as Unfold
    def undo(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page on which a settlement is taken back."""
        return redirect("admin:payments_payout_take_apart", self.row_or_404(request, object_id).pk)

    def get_urls(self) -> list[URLPattern]:
        """The overview, one payout's settling, and the way back."""
        wrap = self.admin_site.admin_view
        own = [
            path("stan/", wrap(self.overview), name="payments_payout_overview"),
            path("rozlicz/<int:entry_id>/", wrap(self.settle_view), name="payments_payout_settle"),
            path("<int:pk>/cofnij/", wrap(self.undo_view), name="payments_payout_take_apart"),
        ]
        return [*own, *super().get_urls()]

    def overview(self, request: HttpRequest) -> HttpResponse:
        """Each provider's sums, payouts that wait, differences, and whether everything agrees."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        waiting = (
            BankEntry.objects.filter(state=EntryState.PAYOUT).select_related("statement").order_by("booked_on", "pk")
        )
        context = {
            **self.admin_site.each_context(request),
            "title": "Wypłaty operatorów",
            "sums": [(label_of(one.provider), one) for one in provider_sums()],
            "waiting": [(entry, label_of(entry.provider)) for entry in waiting],
            "differing": [
                (payout, label_of(payout.provider)) for payout in Payout.objects.exclude(difference=0).order_by("pk")
            ],
            "broken": unproven_money(),
            "may_settle": self.has_settle_permission(request),
        }
        return render(request, "admin/payments/payouts.html", context)

    def settle_view(self, request: HttpRequest, entry_id: int) -> HttpResponse:
        """Tick what a payout holds; the likely ones are ticked."""
        self._may_settle(request)
        entry = get_object_or_404(BankEntry.objects.select_related("statement"), pk=entry_id)
        offered = unsettled(entry.provider, until=entry.booked_on) if entry.provider else []
        form = PayoutForm(
            request.POST or None,
            held=[(one.key, f"{one.on:%d.%m.%Y}, {one.words}: {format_pln(one.amount)}") for one in offered],
            initial={"keys": likely(offered, entry.amount), "fee": 0},
        )

        def act(filled: forms.Form) -> str:
            data = filled.cleaned_data
            done = settle_payout(
                entry.pk, keys=data["keys"], fee=data["fee"], note=data["note"], by=actor_of(request), at=timezone.now()
            )
            if done.difference:
                return f"Zapisano. Różnica {format_pln(done.difference)} zostaje na koncie rozliczeniowym."
            return "Wypłata rozliczona co do grosza."

        return work_page(
            request,
            self.admin_site,
            form,
            title="Rozlicz wypłatę operatora",
            facts=[
                ("Operator", label_of(entry.provider) if entry.provider else "–"),
                ("Wpłynęło", format_pln(entry.amount)),
                ("Na wyciągu", entry),
                ("Stan", entry.get_state_display()),
            ],
            act=act,
            back=reverse("admin:payments_payout_overview"),
            button="Rozlicz",
        )

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a settlement back: the entry waits again."""
        self._may_settle(request)
        payout: Payout = self.row_or_404(request, pk)

        def act(filled: forms.Form) -> str:
            unsettle_payout(payout.pk, reason=filled.cleaned_data["reason"], by=actor_of(request), at=timezone.now())
            return "Cofnięto: wypłata znów czeka na rozliczenie."

        return work_page(
            request,
            self.admin_site,
            WhyForm(request.POST or None),
            title="Cofnij rozliczenie wypłaty",
            facts=[("Operator", label_of(payout.provider)), ("Wpłynęło", format_pln(payout.amount))],
            act=act,
            back=reverse("admin:payments_payout_overview"),
            button="Cofnij",
        )
