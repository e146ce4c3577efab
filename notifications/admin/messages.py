"""The staff's pages on messages: the log, and the texts with their versions."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from consents.models import Channel
from core.admin import ReadOnlyAdmin, ReadOnlyInline
from core.errors import Refused
from notifications import texts
from notifications.actions import edit_text
from notifications.forms import TextForm
from notifications.kinds import KINDS
from notifications.models import Attempt, Message, TextTemplate
from notifications.sms_text import sms_size, transliterate
from residents.access import actor_of, staff_looked


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


@admin.register(TextTemplate)
class TextTemplateAdmin(ReadOnlyAdmin):
    """The texts: one page shows the newest version as it will look, and takes the next one."""

    list_display = ("title", "channel", "language", "newest")
    list_filter = ("channel",)
    ordering = ("kind", "channel")

    @admin.display(description="wiadomość")
    def title(self, template: TextTemplate) -> str:
        """The kind's name."""
        return KINDS[template.kind].name if template.kind in KINDS else template.kind

    @admin.display(description="wersja")
    def newest(self, template: TextTemplate) -> str:
        """The newest version's number and day."""
        version = template.versions.order_by("-number").first()
        return f"{version.number} z {version.written_at:%d.%m.%Y}" if version else "–"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Preview, count, and write a new version."""
        template = TextTemplate.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        if template is None or template.kind not in KINDS:
            raise Http404
        if not self.has_view_permission(request):
            raise PermissionDenied
        newest = template.versions.order_by("-number").first()
        start = {"subject": newest.subject, "body": newest.body} if newest else {}
        form = TextForm(request.POST or None, initial=start)
        may_write = bool(request.user.has_perm("notifications.change_texttemplate"))
        if request.method == "POST" and form.is_valid() and "save" in request.POST:
            if not may_write:
                raise PermissionDenied
            try:
                edit_text(template, by=actor_of(request), **form.cleaned_data)
            except Refused as refusal:
                form.add_error("body", str(refusal))
            else:
                messages.success(request, "Nowa wersja zapisana. Od teraz wysyłamy ją.")
                return redirect("admin:notifications_texttemplate_change", template.pk)
        said = form.cleaned_data if form.is_bound and form.is_valid() else start
        context = {
            **self.admin_site.each_context(request),
            "title": self.title(template),
            "template": template,
            "form": form,
            "may_write": may_write,
            "facts": sorted(KINDS[template.kind].facts),
            "preview": _preview(template, said),
            "versions": template.versions.select_related("written_by").order_by("-number")[:20],
            "back": reverse("admin:notifications_texttemplate_changelist"),
        }
        return render(request, "admin/notifications/text.html", context)


def _preview(template: TextTemplate, said: dict[str, str]) -> dict[str, Any]:
    """The text with sample facts as it would arrive, and for SMS its size."""
    samples = texts.format_facts(KINDS[template.kind].facts)
    try:
        body = texts.fill(said.get("body", ""), samples)
        subject = texts.fill(said.get("subject", ""), samples)
    except Refused as refusal:
        return {"body": str(refusal), "subject": "", "size": None}
    if template.channel == Channel.SMS:
        body = transliterate(body)
        return {"body": body, "subject": "", "size": sms_size(body)}
    return {"body": body, "subject": subject, "size": None}
