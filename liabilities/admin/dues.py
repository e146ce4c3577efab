"""Dues and their ledger, to look at: nothing is written here by hand."""

from datetime import date, datetime

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from core.admin import ReadOnlyAdmin, ReadOnlyInline
from core.dates import format_date_short
from core.money import format_pln
from core.nrb import format_nrb
from liabilities.arrears import with_interest
from liabilities.card_views import card_choice, card_context, csv_answer, pdf_answer
from liabilities.figures import figures
from liabilities.models import Instalment, LedgerEntry
from liabilities.queries import known_as_of
from residents.access import account_of, staff_looked
from residents.models import Payer


class StateFilter(admin.SimpleListFilter):
    """Open, overdue, paid."""

    title = "stan"
    parameter_name = "stan"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """The choices."""
        return [("otwarte", "do zapłaty"), ("po-terminie", "po terminie"), ("zaplacone", "zapłacone")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Instalment]") -> "QuerySet[Instalment]":
        """The chosen ones."""
        on: date = timezone.localdate()
        if self.value() == "otwarte":
            return queryset.filter(outstanding__gt=0)
        if self.value() == "po-terminie":
            return queryset.filter(outstanding__gt=0, payable_by__lt=on)
        return queryset.filter(outstanding=0, costs=0) if self.value() == "zaplacone" else queryset


class EntriesInline(ReadOnlyInline):
    """The ledger of one instalment."""

    model = LedgerEntry
    fields = ("kind", "account", "sum", "value_on", "booked_at", "reference")
    readonly_fields = fields
    ordering = ("booked_at", "pk")

    @admin.display(description="kwota")
    def sum(self, entry: LedgerEntry) -> str:
        """The amount as people write it."""
        return format_pln(entry.amount)


@admin.register(Instalment)
class InstalmentAdmin(ReadOnlyAdmin):
    """Every instalment, with what is left of it."""

    list_display = ("payer", "title", "number", "term", "assessed_pln", "outstanding_pln", "interest_pln", "source")
    list_filter = (StateFilter, "liability__kind", "source")
    list_filter_submit = False
    list_select_related = ("liability__payer", "liability__kind")
    search_fields = ("liability__payer__name", "liability__title", "=external_id", "=account")
    search_help_text = "Nazwa płatnika, tytuł, klucz w systemie źródłowym albo rachunek"
    date_hierarchy = "payable_by"
    ordering = ("-payable_by", "-pk")
    fields = (
        *("payer", "kind", "title", "number", "term", "why_moved", "assessed_pln", "outstanding_pln", "costs_pln"),
        *("interest_pln", "nrb", "source", "external_id", "source_paid", "known", "changed_in", "version"),
        *("is_annulled", "decision_no", "decision_served_on"),
    )
    readonly_fields = fields
    inlines = (EntriesInline,)
    change_form_before_template = "admin/liabilities/instalment/card_link.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Instalment]":
        """With interest as of today, counted by the database: the list sorts by it."""
        law, on = figures(), timezone.localdate()
        return with_interest(super().get_queryset(request), law=law, on=on)

    def get_urls(self) -> list[URLPattern]:
        """The payer's account card, beside the usual pages."""
        pages = [("", self.card), ("karta.pdf", self.card_pdf), ("karta.csv", self.card_csv)]
        own = [
            path(
                f"karta/<int:payer_id>/{tail}",
                self.admin_site.admin_view(view),
                name=f"liabilities_instalment_{view.__name__}",
            )
            for tail, view in pages
        ]
        return [*own, *super().get_urls()]

    def _payer(self, request: HttpRequest, payer_id: int, what: str) -> Payer:
        if not account_of(request).has_perm("liabilities.view_ledgerentry"):
            raise PermissionDenied
        payer = get_object_or_404(Payer, pk=payer_id)
        staff_looked(request, payer, what=what)
        return payer

    def card(self, request: HttpRequest, payer_id: int) -> HttpResponse:
        """The account card as its resident sees it."""
        payer = self._payer(request, payer_id, "karta kontowa")
        frame = {**self.admin_site.each_context(request), "title": "Karta kontowa", "opts": self.opts}
        page = "admin/liabilities/account_card.html"
        return TemplateResponse(request, page, {**frame, **card_context(request, payer)})

    def card_pdf(self, request: HttpRequest, payer_id: int) -> HttpResponse:
        """The card as PDF/UA."""
        payer = self._payer(request, payer_id, "karta kontowa (PDF)")
        back = reverse("admin:liabilities_instalment_card", args=[payer_id])
        return pdf_answer(request, card_choice(request, payer), payer, back=back)

    def card_csv(self, request: HttpRequest, payer_id: int) -> HttpResponseBase:
        """The card for a spreadsheet."""
        return csv_answer(card_choice(request, self._payer(request, payer_id, "karta kontowa (CSV)")))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Looking at somebody's due is recorded."""
        due = self.get_object(request, object_id)
        if due is not None and self.has_view_permission(request, due):
            staff_looked(request, due.liability.payer, what="rata i jej księga")
        response: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return response

    @admin.display(description="płatnik", ordering="liability__payer__name")
    def payer(self, due: Instalment) -> str:
        """The payer's name."""
        return due.liability.payer.name

    @admin.display(description="rodzaj")
    def kind(self, due: Instalment) -> str:
        """The kind of due."""
        return due.liability.kind.name

    @admin.display(description="tytuł")
    def title(self, due: Instalment) -> str:
        """Title and year."""
        return str(due.liability)

    @admin.display(description="płatne do", ordering="payable_by")
    def term(self, due: Instalment) -> str:
        """The last day to pay."""
        return format_date_short(due.payable_by)

    @admin.display(description="termin z decyzji")
    def why_moved(self, due: Instalment) -> str:
        """The term as it stands in the decision."""
        return format_date_short(due.due_on)

    @admin.display(description="przypis", ordering="assessed")
    def assessed_pln(self, due: Instalment) -> str:
        """What was assessed."""
        return format_pln(due.assessed)

    @admin.display(description="pozostało", ordering="outstanding")
    def outstanding_pln(self, due: Instalment) -> str:
        """What is left."""
        return format_pln(due.outstanding)

    @admin.display(description="odsetki dziś", ordering="interest_now")
    def interest_pln(self, due: Instalment) -> str:
        """Interest as of today."""
        return format_pln(due.interest_now)  # type: ignore[attr-defined]  # annotated below

    @admin.display(description="stan na")
    def known(self, due: Instalment) -> datetime:
        """The newest moment of which its source told of it."""
        return known_as_of(due)

    @admin.display(description="koszty upomnień")
    def costs_pln(self, due: Instalment) -> str:
        """Costs of reminder letters that are left."""
        return format_pln(due.costs)

    @admin.display(description="rachunek")
    def nrb(self, due: Instalment) -> str:
        """Where to pay."""
        return format_nrb(due.account)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    """The ledger, newest first. A mistake is mended by a counter-entry, never here."""

    list_display = ("booked_at", "payer", "kind", "account", "sum", "value_on", "instalment", "reference")
    list_filter = ("kind", "account")
    list_select_related = ("payer", "instalment__liability")
    search_fields = ("payer__name", "=reference", "=instalment__external_id")
    search_help_text = "Nazwa płatnika, podstawa wpisu albo klucz raty"
    ordering = ("-pk",)
    fields = ("payer", "instalment", "kind", "account", "sum", "value_on", "booked_at", "reference", "reverses")
    readonly_fields = fields

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Looking at somebody's entry is recorded."""
        entry = self.get_object(request, object_id)
        if entry is not None and self.has_view_permission(request, entry):
            staff_looked(request, entry.payer, what="wpis księgi")
        response: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return response

    @admin.display(description="kwota", ordering="amount")
    def sum(self, entry: LedgerEntry) -> str:
        """The amount as people write it."""
        return format_pln(entry.amount)
