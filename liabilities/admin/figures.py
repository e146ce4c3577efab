"""What time changes: interest rates, fees, days off, readings of the law, kinds of due, and when to remind."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from core.admin import OfficeAdmin, ReadOnlyAdmin
from core.dates import format_date_short
from core.errors import Refused
from core.money import format_pln
from liabilities.actions import choose_regime, set_figure
from liabilities.models import BankRate, DueKind, Fee, Holiday, InterestRate, Reading, ReminderRule
from liabilities.regimes import CHOICES
from residents.access import actor_of


class FigureAdmin(OfficeAdmin):
    """Figures are added and mended, never deleted: yesterday's interest was counted by them."""

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: InterestRate | Fee | Holiday | Reading | ReminderRule,
        form: object,
        change: object,
    ) -> None:
        """By the action, so that who set it is recorded."""
        set_figure(obj, by=actor_of(request))


@admin.register(InterestRate)
class InterestRateAdmin(FigureAdmin):
    """Interest rates by regime, newest first."""

    list_display = ("regime", "since", "percent", "source")
    list_filter = ("regime",)
    ordering = ("regime", "-valid_from")

    @admin.display(description="od dnia", ordering="valid_from")
    def since(self, rate: InterestRate) -> str:
        """From which day it holds."""
        return format_date_short(rate.valid_from)


@admin.register(Fee)
class FeeAdmin(FigureAdmin):
    """Sums that the law sets."""

    list_display = ("kind", "since", "sum", "source")
    list_filter = ("kind",)

    @admin.display(description="od dnia", ordering="valid_from")
    def since(self, fee: Fee) -> str:
        """From which day it holds."""
        return "od zawsze" if fee.valid_from is None else format_date_short(fee.valid_from)

    @admin.display(description="kwota", ordering="amount")
    def sum(self, fee: Fee) -> str:
        """The amount as people write it."""
        return format_pln(fee.amount)


@admin.register(ReminderRule)
class ReminderRuleAdmin(FigureAdmin):
    """When reminders go out and by which channels."""

    list_display = ("__str__", "by_sms", "by_email", "by_voice", "is_active")


@admin.register(Holiday)
class HolidayAdmin(FigureAdmin):
    """Statutory days off, by which terms move."""

    list_display = ("name", "day", "valid_from", "valid_to", "source")
    ordering = ("valid_from", "day")


@admin.register(Reading)
class ReadingAdmin(FigureAdmin):
    """How this town reads what the law leaves open."""

    list_display = ("question", "since", "answer", "source")

    @admin.display(description="od dnia", ordering="valid_from")
    def since(self, reading: Reading) -> str:
        """From which day it holds."""
        return "od zawsze" if reading.valid_from is None else format_date_short(reading.valid_from)


@admin.register(BankRate)
class BankRateAdmin(ReadOnlyAdmin):
    """What NBP says of its own rates, to compare ours with."""

    list_display = ("since", "reference", "lombard", "seen_at")
    ordering = ("-valid_from",)

    @admin.display(description="od dnia", ordering="valid_from")
    def since(self, rate: BankRate) -> str:
        """From which day it holds."""
        return format_date_short(rate.valid_from)


@admin.register(DueKind)
class DueKindAdmin(OfficeAdmin):
    """The kinds of due and the law that rules each; a choice only where the law leaves one."""

    list_display = ("code", "name", "regime", "topic_code")
    list_filter = ("regime",)
    search_fields = ("code", "name")
    readonly_fields = ("code", "name", "topic_code", "limitation_years")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Codes are stable for ever."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: DueKind | None = None) -> bool:
        """Where the regime is the town's choice."""
        may: bool = super().has_change_permission(request, obj)
        return may and (obj is None or obj.pk in CHOICES)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only what this kind may be ruled by."""
        field = super().formfield_for_choice_field(db_field, request, **kwargs)
        code = request.resolver_match.kwargs.get("object_id", "") if request.resolver_match else ""
        if db_field.name == "regime" and field is not None and code in CHOICES:
            field.choices = [(value, label) for value, label in field.choices if value in CHOICES[code]]
        return field

    def save_model(self, request: HttpRequest, obj: DueKind, form: object, change: object) -> None:
        """By the action, so that who chose is recorded."""
        try:
            choose_regime(obj, obj.regime, by=actor_of(request))
        except Refused as refusal:
            messages.error(request, str(refusal))
