"""Gateways as staff steer them: switch, shares and limits, rests, what was spent, addresses that take nothing."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import ChoiceField
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path
from django.utils import timezone

from consents.models import Topic
from core.admin import OfficeAdmin, ReadOnlyAdmin
from core.money import format_pln
from notifications.admin.figures import figures_file, figures_page
from notifications.gateways import gateways_of
from notifications.kinds import name_of
from notifications.models import GatewayRest, Route, Spending, SuppressedAddress
from notifications.routes import set_route, spending
from notifications.suppression import lift
from residents.access import actor_of


def _names() -> list[tuple[str, str]]:
    return [(one.name, one.name) for channel in settings.MESSAGE_GATEWAYS for one in gateways_of(channel)]


@admin.register(Route)
class RouteAdmin(OfficeAdmin):
    """The switch, the share and the limits of each gateway; one without a row here is on and has no limits."""

    list_display = ("gateway", "is_on", "weight", "per_second", "spent_today", "spent_this_month")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The gateways of the settings, by name."""
        if db_field.name == "gateway":
            return ChoiceField(label="Bramka", choices=_names())
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Route | None = None) -> tuple[str, ...]:
        """Which gateway it is does not change."""
        return ("gateway",) if obj else ()

    @admin.display(description="wydano dziś")
    def spent_today(self, route: Route) -> str:
        """Złoty spent today, beside the cap."""
        return self._beside(*[spending(route, route.gateway, timezone.localdate())[0]])

    @admin.display(description="wydano w tym miesiącu")
    def spent_this_month(self, route: Route) -> str:
        """Złoty spent this month, beside the cap."""
        return self._beside(*[spending(route, route.gateway, timezone.localdate())[1]])

    def _beside(self, cap: Any) -> str:
        spent = format_pln(cap.spent)
        return spent if cap.allowed is None else f"{spent} z {format_pln(cap.allowed)}"

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """It is switched off, not deleted."""
        return False

    def save_model(self, request: HttpRequest, obj: Route, form: object, change: object) -> None:
        """By the action, so that who set it is recorded."""
        set_route(obj, by=actor_of(request))


@admin.register(GatewayRest)
class GatewayRestAdmin(ReadOnlyAdmin):
    """Gateways that take nothing right now, and why."""

    list_display = ("gateway", "reason", "until", "failures")


@admin.register(Spending)
class SpendingAdmin(ReadOnlyAdmin):
    """What the gateways took, by day, kind and topic."""

    list_display = ("day", "gateway", "channel", "kind_name", "topic_name", "messages", "parts", "points")
    fields = list_display
    readonly_fields = ("kind_name", "topic_name")
    list_filter = ("gateway", "channel")
    date_hierarchy = "day"
    ordering = ("-day", "gateway")

    def get_urls(self) -> list[URLPattern]:
        """The charts of a year and their file, beside the usual pages."""
        pages = (("statystyka/", self.figures), ("statystyka.csv", self.figures_file))
        own = [
            path(tail, self.admin_site.admin_view(view), name=f"notifications_spending_{view.__name__}")
            for tail, view in pages
        ]
        return [*own, *super().get_urls()]

    def figures(self, request: HttpRequest) -> HttpResponse:
        """Costs and deliveries of a year."""
        return figures_page(request, self.admin_site)

    def figures_file(self, request: HttpRequest) -> HttpResponseBase:
        """The same for a spreadsheet."""
        return figures_file(request)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Spending]":
        """Each with the name of its topic."""
        name = Topic.objects.filter(code=OuterRef("topic_code")).values("name")
        found: QuerySet[Spending] = super().get_queryset(request)
        return found.annotate(topic_name=Coalesce(Subquery(name), "topic_code"))

    @admin.display(description="rodzaj powiadomień", ordering="topic_code")
    def topic_name(self, spent: Spending) -> str:
        """The topic in people's words."""
        return str(vars(spent)["topic_name"])

    @admin.display(description="rodzaj wiadomości", ordering="kind")
    def kind_name(self, spent: Spending) -> str:
        """The kind in people's words."""
        return name_of(spent.kind)


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(ReadOnlyAdmin):
    """Addresses to which nothing is sent; lifted when their owner asks."""

    list_display = ("address", "channel", "reason", "since")
    list_filter = ("channel",)
    ordering = ("-since",)
    actions = ("lift_selected",)

    @admin.action(description="Wysyłaj znów na te adresy", permissions=["lift"])
    def lift_selected(self, request: HttpRequest, queryset: "QuerySet[SuppressedAddress]") -> None:
        """Send to them again."""
        count = 0
        for address in queryset:
            lift(address, by=actor_of(request))
            count += 1
        messages.success(request, f"Wznowiono wysyłanie na adresy: {count}.")

    def has_lift_permission(self, request: HttpRequest) -> bool:
        """Who may lift it."""
        return bool(request.user.has_perm("notifications.lift_suppressedaddress"))
