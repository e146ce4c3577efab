"""Dues and their ledger, to look at: nothing is written here by hand."""

from datetime import date, datetime

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from core.admin import ReadOnlyInline
from core.dates import format_date_short
from core.money import format_pln
from core.nrb import format_nrb
from liabilities.admin.due_work import DueWork
from liabilities.admin.information import information_file, information_page
from liabilities.admin.treasury_pages import TreasuryPages
from liabilities.admin.work import check_may_work
from liabilities.arrears import with_interest
from liabilities.card_views import card_choice, card_context, csv_answer, pdf_answer
from liabilities.figures import figures
from liabilities.limitation_facts import barred_by, limitation_of, soon_barred, stopped
from liabilities.models import Instalment, LedgerEntry
from liabilities.queries import known_as_of
from residents.access import account_of, staff_looked
from residents.models import Payer

PAGE = 50
STOPPED = 500


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
class InstalmentAdmin(TreasuryPages):
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
        *("payer", "others", "kind", "title", "number", "term", "why_moved", "decision", "limit"),
        *("assessed_pln", "outstanding_pln", "costs_pln", "interest_pln", "booked_interest", "fee"),
        *("nrb", "source", "external_id", "source_paid", "known", "changed_in", "version"),
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
        own += [
            path(
                "<int:pk>/ksieguj/<slug:verb>/",
                self.admin_site.admin_view(self.work),
                name="liabilities_instalment_work",
            ),
            path(
                "<int:pk>/informacje/",
                self.admin_site.admin_view(self.information),
                name="liabilities_instalment_information",
            ),
            path(
                "<int:pk>/informacje.csv",
                self.admin_site.admin_view(self.information_csv),
                name="liabilities_instalment_information_csv",
            ),
            path("przedawnienie/", self.admin_site.admin_view(self.barred), name="liabilities_instalment_barred"),
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

    def work(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        """What a clerk may do to the instalment (liabilities/admin/due_work.py)."""
        return DueWork(request, self.admin_site, pk).page(verb)

    def information(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The register of information actions on the instalment; who may work on it adds what a person did."""
        return information_page(request, self.admin_site, pk)

    def information_csv(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The register for a spreadsheet."""
        return information_file(request, pk)

    def barred(self, request: HttpRequest) -> HttpResponse:
        """What is barred by limitation, and what will be within a year; nothing is closed here."""
        check_may_work(request)
        on = timezone.localdate()
        horizon = date(on.year + 1, 12, 31) if on.month > 6 else date(on.year, 12, 31)
        page = Paginator(soon_barred(by_day=horizon), PAGE).get_page(request.GET.get("strona"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Przedawnione i\u00a0wkrótce przedawnione",
            "on": on,
            "horizon": horizon,
            "page": page,
            "rows": barred_by(page, on=on),
            "stopped": barred_by(stopped(by_day=horizon)[:STOPPED], on=on),
        }
        return render(request, "admin/liabilities/barred.html", context)

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

    @admin.display(description="odpowiadają też")
    def others(self, due: Instalment) -> str:
        """Who else owes it."""
        names = due.liability.bearers.order_by("pk").values_list("payer__name", flat=True)
        return ", ".join(names) or "–"

    @admin.display(description="przedawnienie")
    def limit(self, due: Instalment) -> str:
        """When it is barred, and why."""
        found = limitation_of(due, due.limitation_facts.all())
        return f"{format_date_short(found.last_on) if found.last_on else 'nie biegnie'} ({found.reason})"

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
