"""Files and statements from the bank: upload, what came of them, and what waits for the treasurer."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action

from core.admin import PartsInline, ReadOnlyAdmin, ReadOnlyInline
from core.errors import Refused
from core.money import format_pln
from core.nrb import format_nrb
from payments.bank_entries import match_entries
from payments.clearing import accept_statement, reject_statement
from payments.formats import NAMES
from payments.formats.eplatnosci import SETTLEMENTS
from payments.models import BankStatement, StatementFile, StatementProblem, VirtualAccount
from payments.statement_forms import ReasonForm, StatementUploadForm
from payments.statements import import_statement
from residents.access import account_of, actor_of


def amount_words(amount: object, currency: str) -> str:
    """An amount as people write it, in the statement's currency."""
    if amount is None:
        return "–"
    words = format_pln(amount)  # type: ignore[arg-type]
    return words if currency == "PLN" else words.replace("zł", currency)


class ProblemInline(PartsInline):
    """What of the file could not be used."""

    model = StatementProblem
    fields = ("line", "message")
    readonly_fields = fields


class StatementInline(ReadOnlyInline):
    """The statements that it brought."""

    model = BankStatement
    fields = ("number", "account", "closed_on", "entries", "chain")
    readonly_fields = fields
    show_change_link = True


@admin.register(StatementFile)
class StatementFileAdmin(ReadOnlyAdmin):
    """Every file that came from a bank; «add» is the upload."""

    list_display = ("received_at", "name", "kind", "size", "received_by", "handled_at")
    search_fields = ("name", "=sha256")
    list_select_related = ("received_by",)
    ordering = ("-received_at",)
    fields = ("name", "kind", "sha256", "size", "received_at", "received_by", "handled_at")
    readonly_fields = ("kind",)
    inlines = (ProblemInline, StatementInline)

    def get_inlines(self, request: HttpRequest, obj: StatementFile | None) -> list[type[ReadOnlyInline]]:
        """No empty table of problems."""
        has_problems = obj is not None and obj.problems.exists()
        return [one for one in self.inlines if has_problems or one is not ProblemInline]

    @admin.display(description="format", ordering="form")
    def kind(self, file: StatementFile) -> str:
        """The format as people know it."""
        return NAMES.get(file.form, file.form)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may import."""
        return account_of(request).has_perm("payments.add_statementfile")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        """Upload: kept, read, posted; then the page of what came of it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = StatementUploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                report = import_statement(
                    file.file,
                    name=file.name,
                    form=form.cleaned_data["form"],
                    by=actor_of(request),
                    at=timezone.now(),
                )
            except Refused as refusal:
                form.add_error("file", str(refusal))
            else:
                posted = sum(one.posted for one in report.statements)
                left = sum(one.unmatched for one in report.statements)
                words = f"Wyciągów: {len(report.statements)}, zaksięgowano wpłat: {posted}, do wyjaśnienia: {left}."
                words = words if report.is_new else f"Ten plik był już wczytany, nic się nie zmieniło. {words}"
                (messages.warning if report.errors else messages.success)(request, words)
                return redirect("admin:payments_statementfile_change", report.file_id)
        context = {**self.admin_site.each_context(request), "title": "Wczytaj wyciąg", "opts": self.opts, "form": form}
        return TemplateResponse(request, "admin/payments/statement_upload.html", context)


@admin.register(BankStatement)
class BankStatementAdmin(ReadOnlyAdmin):
    """Statements; one that does not follow waits here for the treasurer."""

    list_display = ("number", "kept_at", "closed_on", "incomes", "outgoings", "last", "entries", "chain")
    list_filter = ("chain", "account")
    search_fields = ("number", "account")
    date_hierarchy = "closed_on"
    ordering = ("-closed_on", "-pk")
    fields = (
        *("number", "kept_at", "currency", "opened_on", "closed_on", "first", "incomes", "outgoings", "last"),
        *("entries", "chain", "reason", "file"),
    )
    readonly_fields = ("kept_at", "first", "incomes", "outgoings", "last")
    actions_detail = ("see_entries", "decide")

    @admin.display(description="rachunek", ordering="account")
    def kept_at(self, statement: BankStatement) -> str:
        """The account in groups of four digits; of settlement files their service."""
        if statement.account == SETTLEMENTS:
            return "ePłatności"
        return format_nrb(statement.account).replace("\u00a0", " ")

    @admin.display(description="saldo początkowe")
    def first(self, statement: BankStatement) -> str:
        """The opening balance."""
        return amount_words(statement.opening, statement.currency)

    @admin.display(description="wpływy")
    def incomes(self, statement: BankStatement) -> str:
        """What came in."""
        return amount_words(statement.credits, statement.currency)

    @admin.display(description="wypłaty")
    def outgoings(self, statement: BankStatement) -> str:
        """What went out."""
        return amount_words(statement.debits, statement.currency)

    @admin.display(description="saldo końcowe")
    def last(self, statement: BankStatement) -> str:
        """The closing balance."""
        return amount_words(statement.closing, statement.currency)

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Who may let a parked statement in."""
        return bool(request.user.has_perm("payments.change_bankstatement"))

    @action(description="Pozycje", permissions=["view"])  # type: ignore[untyped-decorator]  # as Unfold
    def see_entries(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The entries of this statement."""
        statement = self.row_or_404(request, object_id)
        return redirect(f"{reverse('admin:payments_bankentry_changelist')}?statement__id__exact={statement.pk}")

    @action(description="Rozstrzygnij", permissions=["decide"])  # type: ignore[untyped-decorator]  # as Unfold
    def decide(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The page on which the treasurer decides."""
        return redirect("admin:payments_bankstatement_decision", self.row_or_404(request, object_id).pk)

    def get_urls(self) -> list[URLPattern]:
        """The page of the decision."""
        view = self.admin_site.admin_view(self.decision_view)
        return [path("<int:pk>/rozstrzygnij/", view, name="payments_bankstatement_decision"), *super().get_urls()]

    def decision_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let a parked statement in, or set it aside, with the reason."""
        if not self.has_decide_permission(request):
            raise PermissionDenied
        statement: BankStatement = self.row_or_404(request, pk)
        form = ReasonForm(request.POST or None)
        back = reverse("admin:payments_bankstatement_change", args=[pk])
        if request.method == "POST" and form.is_valid():
            act = accept_statement if "accept" in request.POST else reject_statement
            try:
                act(statement.pk, reason=form.cleaned_data["reason"], by=actor_of(request))
            except Refused as refusal:
                form.add_error(refusal.where or None, str(refusal))
            else:
                match_entries(by=actor_of(request), at=timezone.now())
                messages.success(request, "Decyzja zapisana.")
                return redirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Rozstrzygnij: {statement}",
            "statement": statement,
            "form": form,
            "back": back,
        }
        return render(request, "admin/payments/statement_decision.html", context)


@admin.register(VirtualAccount)
class VirtualAccountAdmin(ReadOnlyAdmin):
    """The numbers that were given out."""

    list_display = ("number", "payer", "kind", "given_at")
    search_fields = ("=number", "payer__name")
    list_select_related = ("payer", "kind")
    ordering = ("-given_at",)
    fields = ("number", "payer", "kind", "given_at")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[VirtualAccount]":
        """With payer and kind at hand."""
        rows: QuerySet[VirtualAccount] = super().get_queryset(request)
        return rows.select_related("payer", "kind")
