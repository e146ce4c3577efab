"""Admin's bases: pages that only show, and the ground floor's own two tables."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from core.models import AuditEntry, InboundEvent


class OfficeAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold carries no types
    """Every page of the office. A list is headed by what it lists, not by «Wybierz płatnik do zmiany»."""

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


class ReadOnlyInline(TabularInline):  # type: ignore[misc]  # Unfold carries no types
    """Rows of another table, shown below."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes by hand."""
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what."""

    list_display = ("at", "actor_name", "verb", "subject", "address")
    list_filter = ("verb",)
    search_fields = ("subject", "actor_name")
    date_hierarchy = "at"
    ordering: ClassVar[list[str]] = ["-at"]


@admin.register(InboundEvent)
class InboundEventAdmin(ReadOnlyAdmin):
    """What came from outside; the body is not shown: it may carry somebody's data."""

    list_display = ("received_at", "source", "is_verified", "handled_at", "times_seen", "problem")
    list_filter = ("source", "is_verified")
    fields = ("source", "is_verified", "times_seen", "received_at", "handled_at", "attempts", "problem")
    ordering: ClassVar[list[str]] = ["-received_at"]
