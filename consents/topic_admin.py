"""«Rodzaje powiadomień»: what a town may change about them."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from consents.models import Channel, Topic, TopicVersion
from consents.topics import change_topic
from core.admin import OfficeAdmin
from core.dates import format_date
from core.errors import Refused
from residents.access import actor_of

FIRST_YEAR = 2000  # of the versions that stand since the beginning


class TopicForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The kind as it will be from now on."""

    channels = forms.MultipleChoiceField(
        label="Drogi",
        choices=Channel.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        required=False,
        help_text="Droga, którą tu odznaczysz, znika z wniosku. Zgody już udzielone obowiązują dalej.",
    )

    class Meta:
        model = Topic
        fields = ("name", "group", "channels", "position", "is_active", "basis", "ground", "department")
        help_texts: ClassVar[dict[str, str]] = {
            "name": "Nowa nazwa ma znaczyć to samo: zgody udzielone pod starą obowiązują dalej. "
            "Rodzaj o innym znaczeniu wycofaj z użycia.",
            "group": "Nagłówek, pod którym rodzaj stoi na wniosku i na stronie mieszkańca.",
            "position": "Im mniejsza liczba, tym wyżej na wniosku.",
            "is_active": "Odznaczony: nic nie jest wysyłane, a na wniosku go nie ma. Zgody wracają, gdy go zaznaczysz.",
            "basis": "Obowiązek ustawowy: wiadomości dostaje bez zgody każdy, czyj telefon lub e-mail znamy.",
            "department": "Kto odpowiada za te wiadomości: pod tą nazwą stoją w kosztach i doręczeniach.",
            "ground": "Ustawa i artykuł, które nakazują wysyłać. Mieszkańcy widzą go na stronie zgód.",
        }

    def clean(self) -> dict[str, Any]:
        """Refuse what the action would."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and cleaned["basis"] == Topic.Basis.STATUTE and not cleaned["ground"].strip():
            self.add_error("ground", "Bez zgody wolno wysyłać tylko to, co nakazuje przepis. Podaj ustawę i artykuł.")
        if not cleaned.get("channels"):
            self.add_error("channels", "Zaznacz choć jedną drogę. Rodzaj, którego już nie ma, wycofaj z użycia.")
        return cleaned


@admin.register(Topic)
class TopicAdmin(OfficeAdmin):
    """The kinds of notification. Messages and dues name their codes, so codes stay and nobody adds a kind by hand."""

    form = TopicForm
    list_display = ("name", "group", "department", "basis", "ways", "position", "is_active")
    list_filter = ("is_active", "group", "department", "basis")
    readonly_fields = ("code", "ways", "history")
    fields = ("code", "name", "group", "channels", "position", "is_active", "basis", "ground", "department", "history")
    show_full_result_count = False

    @admin.display(description="drogi")
    def ways(self, topic: Topic) -> str:
        """By what it may be had."""
        return ", ".join(str(Channel(channel).label) for channel in topic.channels)

    @admin.display(description="od kiedy tak jest")
    def history(self, topic: Topic) -> str:
        """Each version, the newest first."""
        versions = TopicVersion.objects.filter(topic=topic).order_by("-since")
        rows = (
            (_since(one), one.name, _ground(one), one.told_channels, "" if one.is_active else "; nieużywany")
            for one in versions
        )
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {} ({}; {}{})</li>", rows))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Who only looks reads the ways in words."""
        ways = "channels" if self.has_change_permission(request, obj) else "ways"
        return [ways if name == "channels" else str(name) for name in self.fields]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing would ever be sent of a kind that no part of the portal knows."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Applications name it."""
        return False

    def save_model(self, request: HttpRequest, obj: Topic, form: Any, change: object) -> None:
        """By the action, so that the change is dated and recorded."""
        said = {name: form.cleaned_data[name] for name in TopicForm.Meta.fields}
        try:
            change_topic(obj, **said, by=actor_of(request), at=timezone.now())
        except Refused as refusal:  # changed by somebody else meanwhile
            messages.error(request, str(refusal))


def _since(version: TopicVersion) -> str:
    day = timezone.localdate(version.since)
    return "od początku" if day.year <= FIRST_YEAR else f"od {format_date(day)}"


def _ground(version: TopicVersion) -> str:
    return version.ground or version.get_basis_display()
