"""Decisions on reliefs: what they did, and their end."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from core.admin import ReadOnlyAdmin, ReadOnlyInline
from core.dates import format_date_short
from liabilities.admin.work import check_may_work, work_page
from liabilities.ledger_forms import EndForm
from liabilities.models import Decision, DecisionPart
from liabilities.relief_end import end_relief
from residents.access import actor_of, staff_looked


class PartInline(ReadOnlyInline):
    """What the decision did to each instalment."""

    model = DecisionPart
    fields = ("number", "instalment", "principal", "interest", "fee", "payable_by", "lapsed_on")
    ordering = ("number", "pk")


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """Deferrals, plans of instalments and remissions, the newest first."""

    list_display = ("number", "kind", "payer", "decided", "ended_on")
    list_filter = ("kind", ("ended_on", admin.EmptyFieldListFilter))
    list_select_related = ("payer",)
    search_fields = ("=number", "payer__name")
    fields = (
        *("kind", "number", "payer", "decided_on", "applied_on", "reason", "legal_basis"),
        *("recorded_by", "recorded_at", "ended_on", "ended_why"),
    )
    inlines = (PartInline,)
    change_form_before_template = "admin/liabilities/decision/end_link.html"

    @admin.display(description="dzień decyzji", ordering="decided_on")
    def decided(self, decision: Decision) -> str:
        """The day of the decision."""
        return format_date_short(decision.decided_on)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Looking at somebody's decision is recorded."""
        decision = self.get_object(request, object_id)
        if decision is not None and self.has_view_permission(request, decision):
            staff_looked(request, decision.payer, what="decyzja o uldze")
        response: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return response

    def get_urls(self) -> list[URLPattern]:
        """The page of its end."""
        end = path("<int:pk>/koniec/", self.admin_site.admin_view(self.end_view), name="liabilities_decision_end")
        return [end, *super().get_urls()]

    def end_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End a deferral or a plan: repealed, or found to have lapsed."""
        check_may_work(request)
        decision = get_object_or_404(Decision.objects.select_related("payer"), pk=pk)
        staff_looked(request, decision.payer, what="koniec decyzji o uldze")

        def act(filled: forms.Form) -> str:
            met = end_relief(
                decision,
                why=filled.cleaned_data["why"],
                on=timezone.localdate(),
                by=actor_of(request),
                at=timezone.now(),
            )
            return f"Decyzja zakończona. Rat wróciło do pierwotnego terminu: {met}."

        return work_page(
            request,
            self.admin_site,
            EndForm(request.POST or None),
            title="Koniec decyzji",
            facts=[
                ("Decyzja", str(decision)),
                ("Płatnik", decision.payer.name),
                ("Skutek", "Nieopłacone raty wracają do pierwotnego terminu, bez opłaty prolongacyjnej."),
            ],
            act=act,
            back=reverse("admin:liabilities_decision_change", args=[pk]),
            button="Zakończ decyzję",
        )
