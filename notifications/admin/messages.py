"""The staff's log of messages: searched by payer, state, gateway and day; the life of one, try by try."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from core.admin import ReadOnlyAdmin
from core.money import format_pln
from notifications.gateways import Outcome, gateways_of
from notifications.kinds import KINDS, name_of
from notifications.models import Message, Route
from notifications.states import LABELS, State
from residents.access import staff_looked, staff_looked_at_many, staff_looked_once
from residents.models import Payer
from residents.number_search import NumberSearch

OUTCOMES: dict[str, str] = {
    Outcome.ACCEPTED.value: "przyjęta",
    Outcome.REJECTED.value: "odrzucona",
    Outcome.RETRY.value: "nieprzyjęta, będzie ponowiona",
    Outcome.HELD.value: "nie próbowano, wróciła do kolejki",
    Outcome.UNKNOWN.value: "bez odpowiedzi",
    "": "w toku",
}
OF_PAYER = "payer__id__exact"


class KindFilter(admin.SimpleListFilter):
    """Kinds by their names."""

    title = "rodzaj wiadomości"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The kinds that are registered."""
        return sorted(((code, kind.name) for code, kind in KINDS.items()), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Message]") -> "QuerySet[Message]":
        """The messages of the kind chosen."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


class GatewayFilter(admin.SimpleListFilter):
    """The gateways of the settings, not those of a whole table."""

    title = "bramka"
    parameter_name = "bramka"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every gateway in use."""
        return [(one.name, one.name) for channel in settings.MESSAGE_GATEWAYS for one in gateways_of(channel)]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Message]") -> "QuerySet[Message]":
        """The messages that the gateway got."""
        return queryset.filter(gateway=self.value()) if self.value() else queryset


@admin.register(Message)
class MessageAdmin(NumberSearch, ReadOnlyAdmin):
    """Every message and what became of it; «wątpliwa» are those whose answer was lost. Whose messages were looked for
    is recorded.
    """

    list_display = ("queued_at", "kind_name", "channel", "payer", "state", "reason", "gateway", "left_at", "parts")
    list_filter = ("state", "channel", GatewayFilter, KindFilter)
    search_fields = ("payer__name",)
    list_select_related = ("payer",)
    date_hierarchy = "queued_at"
    ordering = ("-queued_at", "-pk")
    list_before_template = "admin/notifications/messages_of.html"
    fields = (
        *("kind_name", "channel", "payer", "state", "reason", "subject", "body", "life", "told_too"),
        *("not_before", "expires_at", "gateway", "gateway_id", "parts", "cost", "attempts", "carried_by"),
        *("text_version",),
    )
    readonly_fields = ("kind_name", "life", "told_too", "cost")

    def page_of(self, payer: Payer) -> str:
        """The messages to whoever bears the number."""
        return f"{reverse('admin:notifications_message_changelist')}?{OF_PAYER}={payer.pk}"

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """The messages of one payer."""
        return lookup == OF_PAYER or bool(super().lookup_allowed(lookup, value, request))

    def get_fields(self, request: HttpRequest, obj: Message | None = None) -> tuple[str, ...]:
        """What a message says names sums: it is for those who work with money (Ordynacja podatkowa, art. 293)."""
        may_read = request.user.has_perm("notifications.read_message")
        hidden = set() if may_read else {"subject", "body"}
        hidden |= set() if obj and obj.carried.exists() else {"told_too"}
        hidden |= set() if obj and obj.carried_by_id else {"carried_by"}
        return tuple(name for name in self.fields if name not in hidden)

    @admin.display(description="rodzaj wiadomości", ordering="kind")
    def kind_name(self, message: Message) -> str:
        """The kind in people's words; one whose app is gone by its code."""
        return name_of(message.kind)

    @admin.display(description="wysłano", ordering="sent_at")
    def left_at(self, message: Message) -> str:
        """Day and minute, short enough for a column."""
        return f"{timezone.localtime(message.sent_at):%d.%m.%Y %H:%M}" if message.sent_at else "–"

    @admin.display(description="koszt netto")
    def cost(self, message: Message) -> str:
        """What the gateway took for it, in złoty by the price of its points."""
        if message.cost_points is None:
            return "–"
        route = Route.objects.filter(gateway=message.gateway).first()
        return format_pln(message.cost_points * (route.point_price if route else 1))

    @admin.display(description="przebieg")
    def life(self, message: Message) -> str:
        """Every step with its time: queued, each try and what the gateway said, sent, ended."""
        rows = ((_told(at), words) for at, words in sorted(_steps(message), key=lambda step: step[0]))
        return format_html("<ol>{}</ol>", format_html_join("", "<li>{}: {}</li>", rows))

    @admin.display(description="mówi też za")
    def told_too(self, message: Message) -> str:
        """The messages that go out in this one."""
        rows = (
            (reverse("admin:notifications_message_change", args=[one.pk]), self.kind_name(one), _told(one.queued_at))
            for one in message.carried.order_by("pk")
        )
        return format_html("<ul>{}</ul>", format_html_join("", '<li><a href="{}">{}, {}</a></li>', rows))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """A list of one person's messages, or of those found by a name, is recorded as a look at them."""
        chosen = request.GET.get(OF_PAYER, "")
        payer = Payer.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 19 else None
        may = self.has_view_permission(request)
        if payer is not None and may:
            staff_looked_once(request, payer, what="wiadomości płatnika")
        page: HttpResponse = super().changelist_view(request, {**(extra_context or {}), "messages_of": payer})
        found = getattr(page, "context_data", None) or {}
        if payer is None and may and request.GET.get("q") and "cl" in found:
            staff_looked_at_many(request, [one.payer_id for one in found["cl"].result_list], what="lista wiadomości")
        return page

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Opening a message is recorded."""
        message = self.get_object(request, object_id)
        if message is not None and self.has_view_permission(request, message):
            staff_looked(request, message.payer, what="wiadomość do płatnika")
        page: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return page


def _told(at: datetime) -> str:
    return f"{timezone.localtime(at):%d.%m.%Y, %H:%M:%S}"


def _lasted(time: timedelta) -> str:
    return f"{time.total_seconds():.1f}".replace(".", ",") + " s"


def _steps(message: Message) -> Iterator[tuple[datetime, str]]:
    yield message.queued_at, "do kolejki"
    for one in message.tries.order_by("pk"):
        ended = f", odpowiedź po {_lasted(one.ended_at - one.began_at)}" if one.ended_at else ""
        code = f" ({one.code})" if one.code else ""
        yield one.began_at, f"próba w bramce {one.gateway}: {OUTCOMES.get(one.outcome, one.outcome)}{code}{ended}"
    if message.sent_at:
        yield message.sent_at, "wysłana"
    if message.closed_at:
        reason = f" ({message.reason})" if message.reason else ""
        yield message.closed_at, f"{LABELS[State(message.state)]}{reason}"
    if message.forgotten_at:
        yield message.forgotten_at, "treść usunięto"
