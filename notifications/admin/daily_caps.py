"""How many messages of a kind one person gets a day, as staff set it."""

from typing import Any

from django.contrib import admin
from django.forms import ChoiceField
from django.http import HttpRequest

from core.admin import OfficeAdmin
from notifications.daily_caps import capped_kinds, set_daily_cap
from notifications.kinds import name_of
from notifications.models import DailyCap
from residents.access import actor_of


@admin.register(DailyCap)
class DailyCapAdmin(OfficeAdmin):
    """Caps by kind; crises, cases and payments are not among them."""

    list_display = ("kind_name", "most")

    @admin.display(description="rodzaj wiadomości", ordering="kind")
    def kind_name(self, cap: DailyCap) -> str:
        """The kind in people's words."""
        return name_of(cap.kind)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The kinds that may be held back, by name."""
        if db_field.name == "kind":
            choices = [(kind.code, kind.name) for kind in capped_kinds()]
            told = "Ostrzeżenia, sprawy i potwierdzenia wpłat wychodzą zawsze, więc nie ma ich na liście."
            return ChoiceField(label="Rodzaj wiadomości", choices=choices, help_text=told)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_fields(self, request: HttpRequest, obj: DailyCap | None = None) -> tuple[str, ...]:
        """Of which kind it is does not change."""
        return ("kind_name", "most") if obj else ("kind", "most")

    def get_readonly_fields(self, request: HttpRequest, obj: DailyCap | None = None) -> tuple[str, ...]:
        """Of which kind it is does not change."""
        return ("kind_name",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """An empty cap is none."""
        return False

    def save_model(self, request: HttpRequest, obj: DailyCap, form: object, change: object) -> None:
        """By the action, so that who set it is recorded."""
        set_daily_cap(obj, by=actor_of(request))
