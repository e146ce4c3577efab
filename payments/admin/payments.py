"""The treasurer's pages on payments: what happened, and what waits for a decision."""

import re
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action

from core.admin import ReadOnlyAdmin, ReadOnlyInline
from core.errors import Refused
from core.money import format_pln
from payments.actions import ask_provider, settle_by_clerk
from payments.admin.giving_back import refund_page, reversal_page
from payments.forms import SettleForm
from payments.models import Payment, PaymentChange, PaymentLine
from payments.providers import label_of
from payments.states import LABELS, State
from residents.access import actor_of, staff_looked

REFERENCE = re.compile(r"(?:SPM-)?0*([1-9][0-9]{0,14})", re.IGNORECASE)


class LineInline(ReadOnlyInline):
    """What the payment pays."""

    model = PaymentLine
    fields = ("instalment", "principal", "interest", "costs")


class ChangeInline(ReadOnlyInline):
    """What happened to it."""

    model = PaymentChange
    fields = ("at", "was", "became", "reason")
    readonly_fields = fields

    @admin.display(description="z")
    def was(self, change: PaymentChange) -> str:
        """The state before; none at the start."""
        return LABELS[State(change.before)] if change.before else "–"

    @admin.display(description="na")
    def became(self, change: PaymentChange) -> str:
        """The state after."""
        return change.label


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """Payments; those in doubt are settled here."""

    inlines = (LineInline, ChangeInline)
    list_display = ("short_number", "payer", "sum", "operator", "state", "started_at", "paid_on", "problem")
    list_filter = ("state", "provider")
    search_fields = ("payer__name", "provider_order_id")
    list_select_related = ("payer",)
    date_hierarchy = "started_at"
    ordering = ("-started_at",)
    fields = (
        *("short_number", "payer", "made_by", "operator", "provider_order_id", "sum", "state", "problem"),
        *("started_at", "frozen_until", "asked_at", "paid_on", "posted_at"),
    )
    readonly_fields = ("short_number", "operator", "sum")
    actions_detail = ("ask", "settle", "give_back", "taken_back")

    @admin.display(description="numer", ordering="pk")
    def short_number(self, payment: Payment) -> str:
        """The number that payers read out."""
        return payment.reference

    @admin.display(description="operator", ordering="provider")
    def operator(self, payment: Payment) -> str:
        """The provider as payers know it."""
        return label_of(payment.provider)

    @admin.display(description="kwota", ordering="amount")
    def sum(self, payment: Payment) -> str:
        """The amount as people write it."""
        return format_pln(payment.amount)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Opening a payment is recorded."""
        payment = self.get_object(request, object_id)
        if payment is not None and self.has_view_permission(request, payment):
            staff_looked(request, payment.payer, what="płatność")
        page: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return page

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Payment]", search_term: str
    ) -> tuple["QuerySet[Payment]", bool]:
        """By name and the provider's number, and by the short number that payers read out («SPM-000123»)."""
        found: QuerySet[Payment]
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if reference := REFERENCE.fullmatch(search_term.strip()):
            found |= queryset.filter(pk=int(reference[1]))
        return found, may_repeat

    def has_settle_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may change payments."""
        return bool(request.user.has_perm("payments.change_payment"))

    @action(description="Sprawdź u operatora", permissions=["settle"])  # type: ignore[untyped-decorator]  # as Unfold
    def ask(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask the provider now."""
        payment: Payment = self.row_or_404(request, object_id)
        ask_provider(payment, at=timezone.now(), by=actor_of(request))
        messages.info(request, f"Stan płatności: {payment.get_state_display()}.")
        return redirect("admin:payments_payment_change", object_id)

    @action(description="Wyjaśnij", permissions=["settle"])  # type: ignore[untyped-decorator]  # as Unfold
    def settle(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page on which a clerk decides."""
        return redirect("admin:payments_payment_decision", self.row_or_404(request, object_id).pk)

    def has_give_back_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may ask for refunds and note reversals."""
        return bool(request.user.has_perm("payments.add_refund"))

    @action(description="Zwróć", permissions=["give_back"])  # type: ignore[untyped-decorator]  # as Unfold
    def give_back(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page on which a refund is asked for."""
        return redirect("admin:payments_payment_refund", self.row_or_404(request, object_id).pk)

    @action(description="Operator cofnął", permissions=["give_back"])  # type: ignore[untyped-decorator]  # as Unfold
    def taken_back(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page on which a chargeback is noted."""
        return redirect("admin:payments_payment_reversal", self.row_or_404(request, object_id).pk)

    def get_urls(self) -> list[URLPattern]:
        """The page of the decision, of a refund, of a chargeback."""
        wrap = self.admin_site.admin_view
        own = [
            path("<int:pk>/wyjasnij/", wrap(self.settle_view), name="payments_payment_decision"),
            path("<int:pk>/zwrot/", wrap(self.refund_view), name="payments_payment_refund"),
            path("<int:pk>/cofnieta/", wrap(self.reversal_view), name="payments_payment_reversal"),
        ]
        return [*own, *super().get_urls()]

    def refund_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for a refund of this payment."""
        if not self.has_give_back_permission(request):
            raise PermissionDenied
        payment: Payment = self.row_or_404(request, pk)
        back = reverse("admin:payments_payment_change", args=[payment.pk])
        return refund_page(request, self.admin_site, payment, back=back)

    def reversal_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Note that the provider took this payment's money back."""
        if not self.has_give_back_permission(request):
            raise PermissionDenied
        return reversal_page(request, self.admin_site, self.row_or_404(request, pk))

    def settle_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Post a payment in doubt or close it, with the reason."""
        if not self.has_settle_permission(request):
            raise PermissionDenied
        payment = Payment.objects.filter(pk=pk).first()
        if payment is None:
            raise Http404
        first = {"paid_on": timezone.localdate(payment.started_at), "amount": payment.amount}
        form = SettleForm(request.POST or None, initial=first)
        back = reverse("admin:payments_payment_change", args=[pk])
        if request.method == "POST" and form.is_valid():
            try:
                settle_by_clerk(
                    payment,
                    is_paid="post" in request.POST,
                    by=actor_of(request),
                    at=timezone.now(),
                    **form.cleaned_data,
                )
            except Refused as refusal:
                form.add_error(refusal.where or None, str(refusal))
            else:
                messages.success(request, "Decyzja zapisana.")
                return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Wyjaśnij płatność {payment.reference}",
            "payment": payment,
            "form": form,
            "is_open": payment.state == State.CLERK,
            "back": back,
        }
        return render(request, "admin/payments/settle.html", context)
