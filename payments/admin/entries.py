"""Entries of bank statements: the list, the clearing account, and the queue that a clerk works through by keys."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action

from core.admin import ReadOnlyAdmin
from core.errors import Refused
from payments.admin.giving_back import refund_page
from payments.admin.statements import amount_words
from payments.bank_entries import read_details
from payments.clearing import choose_payer, explain_entry, pass_reversal, reopen_entry
from payments.clearing_queries import (
    clearing_account,
    next_waiting,
    on_clearing,
    proposals_of,
    reversed_by,
    waiting_entries,
)
from payments.models import BankEntry
from payments.statement_forms import EntryReasonForm, ReasonForm
from residents.access import actor_of, staff_looked
from residents.models import Payer

PAGE = 50
SIDES = {"C": "wpływ", "D": "obciążenie", "RC": "cofnięcie wpływu", "RD": "zwrot obciążenia"}


@admin.register(BankEntry)
class BankEntryAdmin(ReadOnlyAdmin):
    """What came and went on the town's accounts, and where each entry's money stands."""

    list_display = ("booked_on", "sum", "title", "who", "state", "payer")
    list_filter = ("state", "rule", "booked_on")
    search_fields = ("=sender", "=reference", "=credited", "payer__name")
    list_select_related = ("statement", "payer")
    date_hierarchy = "booked_on"
    ordering = ("-booked_on", "-pk")
    fields = (
        *("statement", "line", "side", "sum", "booked_on", "value_on", "paid_on", "paid_on_from", "title", "who"),
        *("sender", "credited", "text", "code", "reference", "state", "payer", "rule", "provider", "reverses"),
        *("reason", "settled_at", "settled_by"),
    )
    readonly_fields = ("side", "sum", "title", "who", "text")
    actions_list = ("explain_all",)
    actions_detail = ("open_in_queue", "reopen", "give_back", "payout")

    @admin.display(description="strona", ordering="mark")
    def side(self, entry: BankEntry) -> str:
        """Which way the money went."""
        return SIDES[entry.mark]

    @admin.display(description="kwota", ordering="amount")
    def sum(self, entry: BankEntry) -> str:
        """The amount as people write it; money that went out is below zero."""
        return amount_words(entry.amount if entry.is_incoming else -entry.amount, entry.statement.currency)

    @admin.display(description="tytuł")
    def title(self, entry: BankEntry) -> str:
        """What the sender wrote."""
        return read_details(entry.details)[0]

    @admin.display(description="druga strona")
    def who(self, entry: BankEntry) -> str:
        """Who sent it."""
        return read_details(entry.details)[1]

    @admin.display(description="opis banku")
    def text(self, entry: BankEntry) -> str:
        """All that the bank said."""
        return read_details(entry.details)[2]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """A statement's own entries too."""
        return lookup == "statement__id__exact" or super().lookup_allowed(lookup, value, request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Opening a payer's transfer is recorded."""
        entry = self.get_object(request, object_id)
        if entry is not None and entry.payer is not None and self.has_view_permission(request, entry):
            staff_looked(request, entry.payer, what="wpłata przelewem")
        page: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return page

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may say whose money it is."""
        return bool(request.user.has_perm("payments.change_bankentry"))

    @action(description="Wyjaśniaj po kolei", permissions=["settle"])  # type: ignore[untyped-decorator]  # as Unfold
    def explain_all(self, request: HttpRequest) -> HttpResponse:
        """The queue."""
        return redirect("admin:payments_bankentry_queue")

    @action(description="Wyjaśnij", permissions=["settle"])  # type: ignore[untyped-decorator]  # as Unfold
    def open_in_queue(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """This entry in the queue."""
        return redirect("admin:payments_bankentry_settle", self.row_or_404(request, object_id).pk)

    @action(description="Cofnij", permissions=["settle"])  # type: ignore[untyped-decorator]  # as Unfold
    def reopen(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page on which a settled entry is opened again."""
        return redirect("admin:payments_bankentry_take_back", self.row_or_404(request, object_id).pk)

    def has_give_back_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may ask for refunds."""
        return bool(request.user.has_perm("payments.add_refund"))

    @action(description="Zwróć", permissions=["give_back"])  # type: ignore[untyped-decorator]  # as Unfold
    def give_back(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page on which a refund is asked for."""
        return redirect("admin:payments_bankentry_refund", self.row_or_404(request, object_id).pk)

    @action(description="Rozlicz wypłatę", permissions=["settle"])  # type: ignore[untyped-decorator]  # as Unfold
    def payout(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page on which a provider's payout is settled."""
        return redirect("admin:payments_payout_settle", self.row_or_404(request, object_id).pk)

    def refund_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask that this transfer go back."""
        if not self.has_give_back_permission(request):
            raise PermissionDenied
        entry: BankEntry = self.row_or_404(request, pk)
        back = reverse("admin:payments_bankentry_change", args=[entry.pk])
        return refund_page(request, self.admin_site, entry, back=back)

    def get_urls(self) -> list[URLPattern]:
        """The queue, the clearing account, and the way back."""
        pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("kolejka/", self.queue_view, "queue"),
            ("rozliczeniowe/", self.clearing_view, "clearing"),
            ("<int:pk>/wyjasnij/", self.settle_view, "settle"),
            ("<int:pk>/cofnij/", self.reopen_view, "take_back"),
            ("<int:pk>/zwrot/", self.refund_view, "refund"),
        ]
        own = [
            path(route, self.admin_site.admin_view(view), name=f"payments_bankentry_{name}")
            for route, view, name in pages
        ]
        return [*own, *super().get_urls()]

    def _may_settle(self, request: HttpRequest) -> None:
        if not self.has_settle_permission(request):
            raise PermissionDenied

    def queue_view(self, request: HttpRequest) -> HttpResponse:
        """The first entry that waits; an empty queue says so."""
        self._may_settle(request)
        first = next_waiting()
        if first is not None:
            return redirect("admin:payments_bankentry_settle", first.pk)
        context = {**self.admin_site.each_context(request), "title": "Wpłaty do wyjaśnienia", "entry": None}
        return render(request, "admin/payments/entry_queue.html", context)

    def settle_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One entry on the left, proposals on the right; a key or a button decides, and the next one comes."""
        self._may_settle(request)
        entry: BankEntry = self.row_or_404(request, pk)
        form = EntryReasonForm(request.POST if "explain" in request.POST else None)
        if request.method == "POST" and ("explain" not in request.POST or form.is_valid()):
            try:
                self._decide(request, entry, form)
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                return self._next(entry)
        return render(request, "admin/payments/entry_queue.html", self._queue_page(request, entry, form))

    def _queue_page(self, request: HttpRequest, entry: BankEntry, form: EntryReasonForm) -> dict[str, object]:
        title, who, text = read_details(entry.details)
        sought = request.GET.get("q", "").strip()[:100]
        proposals = proposals_of(entry, on=timezone.localdate(), sought=sought) if entry.is_incoming else []
        originals = [] if entry.is_incoming else reversed_by(entry)
        shown = {one.payer_id for one in proposals} | {one.payer_id for one in originals if one.payer_id}
        for payer in Payer.objects.filter(pk__in=shown):
            staff_looked(request, payer, what="propozycja przy wyjaśnianiu wpłaty")
        after = next_waiting(entry)
        return {
            **self.admin_site.each_context(request),
            "title": "Wpłaty do wyjaśnienia",
            "entry": entry,
            "side": SIDES[entry.mark],
            "amount": amount_words(entry.amount, entry.statement.currency),
            "entry_title": title,
            "who": who,
            "text": text if text != title else "",
            "proposals": proposals,
            "originals": originals,
            "sought": sought,
            "form": form,
            "left": waiting_entries().count(),
            "leave": reverse("admin:payments_bankentry_settle", args=[after.pk]) if after else "",
        }

    @staticmethod
    def _decide(request: HttpRequest, entry: BankEntry, form: EntryReasonForm) -> None:
        by, at = actor_of(request), timezone.now()
        if "explain" in request.POST:
            explain_entry(entry.pk, reason=form.cleaned_data["reason"], by=by, at=at)
            messages.success(request, "Pozycja wyjaśniona.")
            return
        kind, _, value = request.POST.get("choice", "").partition(":")
        payer, _, instalments = value.partition(":")
        keys = instalments.split(",") if instalments else []
        if kind not in {"payer", "storno"} or not all(
            part.isascii() and part.isdigit() and len(part) < 18 for part in (payer, *keys)
        ):
            raise Refused("choice_unreadable", "Nie udało się odczytać wyboru.", mend="Wybierz jeszcze raz.")
        if kind == "storno":
            pass_reversal(entry.pk, original_id=int(payer), by=by, at=at)
            messages.success(request, "Wpłatę wystornowano.")
            return
        settled = choose_payer(entry.pk, payer_id=int(payer), instalments=tuple(map(int, keys)), by=by, at=at)
        messages.success(request, f"Zaksięgowano: {settled.payer}.")

    @staticmethod
    def _next(entry: BankEntry) -> HttpResponse:
        after = next_waiting(entry) or next_waiting()
        if after is None:
            return redirect("admin:payments_bankentry_queue")
        return redirect("admin:payments_bankentry_settle", after.pk)

    def reopen_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take back what was posted or explained: the entry waits again."""
        self._may_settle(request)
        entry: BankEntry = self.row_or_404(request, pk)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                reopen_entry(entry.pk, reason=form.cleaned_data["reason"], by=actor_of(request), at=timezone.now())
            except Refused as refusal:
                form.add_error(refusal.where or None, str(refusal))
            else:
                messages.success(request, "Cofnięto: pozycja znów czeka na wyjaśnienie.")
                return redirect("admin:payments_bankentry_settle", pk)
        context = {
            **self.admin_site.each_context(request),
            "title": "Cofnij rozliczenie wpłaty",
            "entry": entry,
            "amount": amount_words(entry.amount, entry.statement.currency),
            "form": form,
        }
        return render(request, "admin/payments/entry_reopen.html", context)

    def clearing_view(self, request: HttpRequest) -> HttpResponse:
        """The clearing account: sums that must agree, ages, and the entries, the oldest first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        on = timezone.localdate()
        page = Paginator(on_clearing(), PAGE).get_page(request.GET.get("strona"))
        rows = [
            (
                entry,
                amount_words(entry.amount, entry.statement.currency),
                (on - entry.booked_on).days,
                *self._said(entry),
            )
            for entry in page
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": "Konto rozliczeniowe wpłat",
            "accounts": [
                (
                    one,
                    *(
                        amount_words(sum_, one.currency)
                        for sum_ in (one.incoming, one.posted, one.clearing, one.explained)
                    ),
                    [(age, amount_words(age.amount, one.currency)) for age in one.ages],
                )
                for one in clearing_account(on=on)
            ],
            "page": page,
            "rows": rows,
            "may_settle": self.has_settle_permission(request),
        }
        return render(request, "admin/payments/clearing.html", context)

    def _said(self, entry: BankEntry) -> tuple[str, str]:
        title, who, _ = read_details(entry.details)
        return title, who
