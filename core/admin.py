"""Admin's bases: pages that only show, and the ground floor's own tables."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin, TabularInline

from core.actor import Actor
from core.audit_words import VERBS, subject_words, verb_words
from core.errors import Refused
from core.models import AuditEntry, InboundEvent, RetentionRule
from core.processing import CATEGORIES
from core.retention import change_rule, check_period, period_of


class OfficeAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold carries no types
    """Every page of the office. A list is headed by what it lists, not by «Wybierz płatnik do zmiany»."""

    def row_or_404(self, request: HttpRequest, object_id: object) -> Any:
        """The row of that key that this list shows to whoever asks. Raises Http404."""
        row = self.get_object(request, str(object_id))
        if row is None:
            raise Http404
        return row

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list with our heading."""
        shown: ChangeList = super().get_changelist_instance(request)
        name = str(self.opts.verbose_name_plural)
        shown.title = name[:1].upper() + name[1:]
        return shown


class ReadOnlyAdmin(OfficeAdmin):
    """Shows rows and changes none: writing goes through actions."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes by hand."""
        return False


class NamedLists(admin.SimpleListFilter):
    """Lists of one table by name («?lista=spam»), of which the first is shown unless another one is asked for."""

    title = "lista"
    parameter_name = "lista"
    lists: ClassVar[dict[str | None, str]]

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """The other lists."""
        return [(key, label) for key, label in self.lists.items() if key]

    def choices(self, changelist: Any) -> Any:
        """Every list, the first one first."""
        for key, label in self.lists.items():
            asked = {self.parameter_name: key} if key else {}
            yield {
                "selected": self.value() == key,
                "query_string": changelist.get_query_string(asked, [self.parameter_name, "p"]),
                "display": label,
            }


class ReadOnlyInline(TabularInline):  # type: ignore[misc]  # Unfold carries no types
    """Rows of another table, shown below."""

    extra = 0
    can_delete = False
    show_change_link = False
    hide_title = True  # the columns say it, in words for people

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes by hand."""
        return False


class PartsInline(ReadOnlyInline):
    """Parts of a row that mean nothing apart from it: who may see the row sees them, whatever the role's list says."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As its row."""
        opts = self.parent_model._meta
        return bool(request.user.has_perm(f"{opts.app_label}.view_{opts.model_name}"))


class DeedFilter(admin.SimpleListFilter):
    """One kind of event, by its words."""

    title = "co"
    parameter_name = "verb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every verb that there are words for."""
        return sorted(VERBS.items(), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: "QuerySet[AuditEntry]") -> "QuerySet[AuditEntry]":
        """The events of the kind chosen."""
        return queryset.filter(verb=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what, in words."""

    list_display = ("at", "actor_name", "deed", "thing", "address")
    list_filter = (DeedFilter,)
    search_fields = ("subject", "actor_name")
    search_help_text = "Kto, albo czego dotyczy, na przykład payer:12"
    fields = ("at", "actor_name", "deed", "thing", "account_id", "payer_id", "address", "verb", "subject", "details")
    date_hierarchy = "at"
    ordering: ClassVar[list[str]] = ["-at"]

    @admin.display(description="co", ordering="verb")
    def deed(self, entry: AuditEntry) -> str:
        """What happened."""
        return verb_words(entry.verb)

    @admin.display(description="czego dotyczy", ordering="subject")
    def thing(self, entry: AuditEntry) -> str:
        """To what it happened."""
        return subject_words(entry.subject)


@admin.register(InboundEvent)
class InboundEventAdmin(ReadOnlyAdmin):
    """What came from outside; the body is not shown: it may carry somebody's data."""

    list_display = ("received_at", "source", "is_verified", "handled_at", "times_seen", "problem")
    list_filter = ("source", "is_verified")
    fields = ("source", "is_verified", "times_seen", "received_at", "handled_at", "attempts", "problem")
    ordering: ClassVar[list[str]] = ["-received_at"]


class RetentionRuleForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """How long; never shorter than the law lets."""

    class Meta:
        model = RetentionRule
        fields = ("amount", "unit", "is_active")

    def clean(self) -> dict[str, Any]:
        """Refuse a time that the law does not allow."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "amount" in cleaned and "unit" in cleaned:
            try:
                check_period(self.instance.category, amount=cleaned["amount"], unit=cleaned["unit"], at=timezone.now())
            except Refused as refusal:
                self.add_error(refusal.where, str(refusal))
        return cleaned


@admin.register(RetentionRule)
class RetentionRuleAdmin(OfficeAdmin):
    """How long each category of the register of processing is kept, and what forgets it."""

    form = RetentionRuleForm
    list_display = ("named", "period", "since", "legal_basis", "how", "is_active")
    list_filter = ("is_active",)
    ordering: ClassVar[list[str]] = ["category"]
    fields = ("named", "amount", "unit", "since", "legal_basis", "how", "is_active")
    readonly_fields = ("named", "since", "legal_basis", "how")

    @admin.display(description="kategoria danych", ordering="category")
    def named(self, rule: RetentionRule) -> str:
        """The category's name."""
        return CATEGORIES[rule.category].name if rule.category in CATEGORIES else rule.category

    @admin.display(description="jak długo")
    def period(self, rule: RetentionRule) -> str:
        """The time of keeping in words."""
        return str(period_of(rule))

    @admin.display(description="co dalej")
    def how(self, rule: RetentionRule) -> str:
        """Whether it is forgotten by itself, or why not."""
        category = CATEGORIES.get(rule.category)
        return (category.why_kept if category else "") or "usuwane co noc"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The register says which categories there are."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A rule is switched off, never deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: RetentionRule, form: Any, change: bool) -> None:  # noqa: FBT001
        """Change it through the action."""
        by = Actor(name=str(request.user), account_id=request.user.pk)
        data = form.cleaned_data
        change_rule(obj, **{name: data[name] for name in ("amount", "unit", "is_active")}, by=by, at=timezone.now())
