"""The staff's log of messages."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from core.admin import ReadOnlyAdmin, ReadOnlyInline
from notifications.kinds import KINDS
from notifications.models import Attempt, Message
from residents.access import staff_looked


class AttemptInline(ReadOnlyInline):
    """Each try to hand the message over."""

    model = Attempt
    fields = ("gateway", "began_at", "ended_at", "outcome", "code")


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


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Every message and what became of it; «wątpliwa» are those whose answer was lost."""

    inlines = (AttemptInline,)
    list_display = ("queued_at", "kind_name", "channel", "payer", "state", "reason", "sent_at", "parts")
    list_filter = ("state", "channel", KindFilter)
    search_fields = ("payer__name",)
    list_select_related = ("payer",)
    date_hierarchy = "queued_at"
    ordering = ("-queued_at", "-pk")
    fields = (
        *(
            "kind_name",
            "channel",
            "payer",
            "state",
            "reason",
            "subject",
            "body",
            "queued_at",
            "not_before",
            "expires_at",
        ),
        *(
            "in_doubt_since",
            "sent_at",
            "closed_at",
            "gateway",
            "gateway_id",
            "parts",
            "cost_points",
            "attempts",
            "carried_by",
            "text_version",
        ),
    )

    readonly_fields = ("kind_name",)

    def get_fields(self, request: HttpRequest, obj: Message | None = None) -> tuple[str, ...]:
        """What a message says names sums: it is for those who work with money (Ordynacja podatkowa, art. 293)."""
        may_read = request.user.has_perm("notifications.read_message")
        return self.fields if may_read else tuple(name for name in self.fields if name not in {"subject", "body"})

    @admin.display(description="rodzaj wiadomości", ordering="kind")
    def kind_name(self, message: Message) -> str:
        """The kind in people's words; one whose app is gone by its code."""
        return KINDS[message.kind].name if message.kind in KINDS else message.kind

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Opening a message is recorded."""
        message = self.get_object(request, object_id)
        if message is not None and self.has_view_permission(request, message):
            staff_looked(request, message.payer, what="wiadomość do płatnika")
        page: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
        return page
