"""The ledger, to look at; storno of an event, and credits with their set-off."""

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from core.admin import ReadOnlyAdmin
from core.money import format_pln
from liabilities.admin.work import check_may_work, work_page
from liabilities.credits import credits_of, kinds_by_code
from liabilities.ledger_forms import ReasonForm, SetOffForm
from liabilities.models import LedgerAccount, LedgerEntry
from liabilities.queries import open_dues
from liabilities.set_off import SetOff, set_off_credit
from liabilities.set_off_rules import Ground
from liabilities.storno import entries_of_event, reverse_event
from residents.access import actor_of, staff_looked
from residents.models import Payer

PAGE = 50
NO_KIND = "-"


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    """The ledger, newest first. A mistake is mended by a counter-entry, never here."""

    list_display = ("booked_at", "payer", "kind", "account", "sum", "value_on", "instalment", "reference")
    list_filter = ("kind", "account")
    list_select_related = ("payer", "instalment__liability")
    search_fields = ("payer__name", "=reference", "=instalment__external_id")
    search_help_text = "Nazwa płatnika, podstawa wpisu albo klucz raty"
    ordering = ("-pk",)
    fields = (
        *(
            "payer",
            "instalment",
            "kind",
            "account",
            "sum",
            "due_kind",
            "value_on",
            "booked_at",
            "reference",
            "reverses",
        ),
    )
    readonly_fields = fields
    change_form_before_template = "admin/liabilities/ledgerentry/work_links.html"

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

    def get_urls(self) -> list[URLPattern]:
        """Storno, credits, set-off."""
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/storno/", wrap(self.storno_view), name="liabilities_ledgerentry_storno"),
            path("nadplaty/", wrap(self.credits_view), name="liabilities_ledgerentry_credits"),
            path("nadplaty/<int:payer_id>/", wrap(self.set_off_view), name="liabilities_ledgerentry_set_off"),
        ]
        return [*own, *super().get_urls()]

    def storno_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Undo the event of an entry, every entry of it shown first."""
        check_may_work(request)
        rows = LedgerEntry.objects.select_related("instalment__liability", "payer")
        entry = get_object_or_404(rows, pk=pk)
        staff_looked(request, entry.payer, what="storno wpisu księgi")

        def act(filled: forms.Form) -> str:
            done = reverse_event(
                entry,
                reason=filled.cleaned_data["reason"],
                on=timezone.localdate(),
                by=actor_of(request),
                at=timezone.now(),
            )
            return f"Wystornowano. Wpisów: {len(done)}."

        facts = [
            (
                f"{one.get_kind_display()}, {one.get_account_display()}",
                f"{format_pln(one.amount)}, {one.instalment or one.payer}",
            )
            for one in entries_of_event(entry)
        ]
        return work_page(
            request,
            self.admin_site,
            ReasonForm(request.POST or None),
            title="Storno: te wpisy zostaną odwrócone",
            facts=[("Płatnik", entry.payer.name), *facts],
            act=act,
            back=reverse("admin:liabilities_ledgerentry_change", args=[pk]),
            button="Wystornuj",
        )

    def credits_view(self, request: HttpRequest) -> HttpResponse:
        """Whose money the town holds, the largest sums first."""
        check_may_work(request)
        held = (
            LedgerEntry.objects.filter(account=LedgerAccount.CREDIT)
            .values("payer_id", "payer__name")
            .annotate(total=-Sum("amount"))
            .filter(total__gt=0)
            .order_by("-total", "payer_id")
        )
        page = Paginator(held, PAGE).get_page(request.GET.get("strona"))
        context = {**self.admin_site.each_context(request), "title": "Nadpłaty", "page": page}
        return render(request, "admin/liabilities/credits.html", context)

    def set_off_view(self, request: HttpRequest, payer_id: int) -> HttpResponse:
        """What a payer's credit pays."""
        check_may_work(request)
        payer = get_object_or_404(Payer, pk=payer_id)
        staff_looked(request, payer, what="nadpłata")
        on, names = timezone.localdate(), kinds_by_code()
        held = [
            (code or NO_KIND, f"{names[code].name if code else 'nieznanej należności'}: {format_pln(amount)}")
            for code, amount in credits_of(payer.pk).items()
        ]
        dues = open_dues(payer.pk, on=on)
        form = SetOffForm(
            request.POST or None,
            held=held,
            dues=[
                (due.instalment_id, f"{due.title}, {due.year}, rata {due.number}: {format_pln(due.total)}")
                for due in dues
            ],
        )

        def act(filled: forms.Form) -> str:
            data = filled.cleaned_data
            wanted = SetOff(
                payer_id=payer.pk,
                due_kind=None if data["due_kind"] == NO_KIND else data["due_kind"],
                instalment_ids=data["instalments"],
                ground=Ground(data["ground"]),
                document=data["document"],
                key=str(data["key"]),
                amount=data["amount"],
            )
            done = set_off_credit(wanted, on=on, by=actor_of(request), at=timezone.now())
            return f"Zaliczono {format_pln(done.costs + done.interest + done.principal)}."

        return work_page(
            request,
            self.admin_site,
            form,
            title="Zaliczenie nadpłaty",
            facts=[("Płatnik", payer.name), *(("Nadpłata", words) for _, words in held)],
            act=act,
            back=reverse("admin:liabilities_ledgerentry_credits"),
            button="Zalicz",
        )
