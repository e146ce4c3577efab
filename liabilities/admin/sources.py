"""Finance systems: what was agreed with each, its tokens, and the dues that its full file no longer names."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.decorators import action

from core.admin import OfficeAdmin, ReadOnlyAdmin
from core.errors import Refused
from core.money import format_pln
from liabilities.api_tokens import make_token, revoke_token
from liabilities.due_sources import set_source
from liabilities.forms import ApiTokenForm
from liabilities.missing_dues import keep_missing, write_off_missing
from liabilities.models import ApiToken, DueSource, MissingDecision, MissingDue
from residents.access import account_of, actor_of

MOST_AT_ONCE = 200


@admin.register(DueSource)
class DueSourceAdmin(OfficeAdmin):
    """Who computes interest, how soon it takes over what is entered here, whether files need a control record."""

    list_display = ("name", "interest_by", "posts_within", "needs_control")

    def get_readonly_fields(self, request: HttpRequest, obj: DueSource | None = None) -> tuple[str, ...]:
        """By its name known dues are found again: it stays."""
        return ("name",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never: dues name it."""
        return False

    def save_model(self, request: HttpRequest, obj: DueSource, form: object, change: object) -> None:
        """By the action, so that who set it is recorded."""
        set_source(obj, by=actor_of(request))


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    """Tokens of finance systems. The text of a new one is shown once; one is revoked, never deleted."""

    list_display = ("name", "source", "scope", "made_at", "last_used_at", "revoked_at")
    list_filter = ("source",)
    fields = ("name", "source", "scope", "made_at", "made_by", "last_used_at", "revoked_at")
    readonly_fields = fields
    actions_detail = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may make tokens."""
        return account_of(request).has_perm("liabilities.add_apitoken")

    def has_revoke_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Who may revoke tokens."""
        return account_of(request).has_perm("liabilities.change_apitoken")

    @action(description="Unieważnij", permissions=["revoke"])  # type: ignore[untyped-decorator]  # as Unfold
    def revoke(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """The page that asks once more."""
        return redirect("admin:liabilities_apitoken_end", self.row_or_404(request, object_id).pk)

    def get_urls(self) -> list[URLPattern]:
        """The page that ends a token."""
        end = path("<int:pk>/uniewaznij/", self.admin_site.admin_view(self.end), name="liabilities_apitoken_end")
        return [end, *super().get_urls()]

    def end(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Ask once more, then end the token at once."""
        if not self.has_revoke_permission(request):
            raise PermissionDenied
        token: ApiToken = self.row_or_404(request, pk)
        if request.method == "POST":
            if revoke_token(token, by=actor_of(request), at=timezone.now()):
                messages.success(request, f"Token „{token}” unieważniono.")
            return redirect("admin:liabilities_apitoken_change", token.pk)
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Unieważnij token"}
        return TemplateResponse(request, "admin/liabilities/apitoken/revoke.html", {**frame, "token": token})

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        """Ask for a name and a source; show the text of the token, once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ApiTokenForm(request.POST or None)
        text = ""
        if request.method == "POST" and form.is_valid():
            _, text = make_token(**form.cleaned_data, by=actor_of(request), at=timezone.now())
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Nowy token API"}
        page = "admin/liabilities/apitoken/add.html"
        answer = TemplateResponse(request, page, {**frame, "form": form, "text": text})
        answer.headers["Cache-Control"] = "private, no-store"
        return answer


@admin.register(MissingDue)
class MissingDueAdmin(ReadOnlyAdmin):
    """Open dues that a full file does not name: a clerk decides on each."""

    list_display = ("due", "payer", "left", "run", "decision", "decided_at", "decided_by")
    list_display_links = ("due",)
    list_filter = ("decision", "instalment__source")
    list_select_related = ("instalment__liability__payer", "run", "decided_by")
    search_fields = ("instalment__liability__payer__name", "=instalment__external_id")
    fields = ("due", "payer", "left", "run", "decision", "decided_at", "decided_by")
    readonly_fields = fields
    actions = ("keep", "write_off")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[MissingDue]":
        """Without the ranges of keys, which only SQL reads."""
        found: QuerySet[MissingDue] = super().get_queryset(request).defer("run__made", "run__seen")
        return found

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Who decides."""
        return account_of(request).has_perm("liabilities.change_missingdue")

    @admin.display(description="rata")
    def due(self, missing: MissingDue) -> str:
        """The instalment and its key."""
        return f"{missing.instalment} ({missing.instalment.external_id})"

    @admin.display(description="płatnik")
    def payer(self, missing: MissingDue) -> str:
        """The payer's name."""
        return missing.instalment.liability.payer.name

    @admin.display(description="pozostało")
    def left(self, missing: MissingDue) -> str:
        """What is left."""
        return format_pln(missing.instalment.outstanding)

    @admin.action(description="Zostaw otwarte", permissions=["decide"])
    def keep(self, request: HttpRequest, queryset: "QuerySet[MissingDue]") -> None:
        """They stay open and are not asked about again."""
        self._decide(request, queryset, keep_missing, "Zostawiono otwartych")

    @admin.action(description="Odpisz", permissions=["decide"])
    def write_off(self, request: HttpRequest, queryset: "QuerySet[MissingDue]") -> HttpResponseBase | None:
        """Ask once more, then write off what is left."""
        if "confirm" in request.POST:
            self._decide(request, queryset, write_off_missing, "Odpisano")
            return None
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "title": "Odpisz nieobecne raty"}
        waiting = queryset.filter(decision=MissingDecision.WAITS)[:MOST_AT_ONCE]
        page = "admin/liabilities/missingdue/write_off.html"
        return TemplateResponse(request, page, {**frame, "missing": list(waiting)})

    @staticmethod
    def _decide(
        request: HttpRequest, found: "QuerySet[MissingDue]", decide: Callable[..., MissingDue], words: str
    ) -> None:
        done, refused = 0, ""
        for missing in found.order_by("pk")[:MOST_AT_ONCE]:
            try:
                decide(missing, by=actor_of(request), at=timezone.now())
                done += 1
            except Refused as refusal:
                refused = str(refusal)
        messages.success(request, f"{words} rat: {done}.")
        if refused:
            messages.warning(request, refused)
