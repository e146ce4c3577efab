"""What time changes: interest rates, fees, and when to remind."""

from django.contrib import admin
from django.http import HttpRequest

from core.admin import OfficeAdmin
from core.dates import format_date_short
from core.money import format_pln
from liabilities.actions import set_figure
from liabilities.models import Fee, InterestRate, ReminderRule
from residents.access import actor_of


class FigureAdmin(OfficeAdmin):
    """Figures are added and mended, never deleted: yesterday's interest was counted by them."""

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def save_model(
        self, request: HttpRequest, obj: InterestRate | Fee | ReminderRule, form: object, change: object
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

    list_display = ("__str__", "by_sms", "by_email", "is_active")
