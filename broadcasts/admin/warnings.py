"""«Ostrzeżenia ze źródeł» and «Źródła»: what others warn of, and whether they can be heard."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from broadcasts.actions import take_cap_file
from broadcasts.cap_reading import LARGEST
from broadcasts.models import Broadcast, DutyOfficer, SourceState, SourceWarning, WarningState
from broadcasts.sources.catalogue import SOURCE_NAMES
from broadcasts.told import NotReadable
from core.admin import NamedLists, ReadOnlyAdmin
from residents.access import actor_of

LISTS: dict[str | None, str] = {None: "dotyczą gminy i obowiązują", "gmina": "dotyczą gminy", "wszystkie": "wszystkie"}


class CapForm(forms.Form):
    """A CAP message in a file."""

    file = forms.FileField(label="Plik CAP 1.2", help_text="Komunikat w XML, do 1 MB.")

    def clean_file(self) -> bytes:
        """The bytes, no more than are read."""
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST:
            raise forms.ValidationError("Plik ma ponad 1 MB. Komunikat CAP jest krótszy: sprawdź, czy to ten plik.")
        content: bytes = upload.read()
        return content


class ListFilter(NamedLists):
    """What concerns the town and holds, unless more is asked for."""

    lists = LISTS

    def queryset(self, request: HttpRequest, queryset: "QuerySet[SourceWarning]") -> "QuerySet[SourceWarning]":
        """The warnings of the list."""
        if self.value() == "wszystkie":
            return queryset
        ours = queryset.filter(concerns_town=True)
        return ours if self.value() == "gmina" else ours.filter(state=WarningState.CURRENT)


@admin.register(SourceWarning)
class SourceWarningAdmin(ReadOnlyAdmin):
    """What the sources told."""

    list_display = ("event", "told_level", "begins_at", "ends_at", "publisher", "sort", "state")
    list_display_links = ("event",)
    list_filter = (ListFilter, "source", "sort")
    ordering = ("-seen_at", "-pk")
    list_before_template = "admin/broadcasts/sources_told.html"

    @admin.display(description="stopień", ordering="level")
    def told_level(self, warning: SourceWarning) -> str:
        """The grade, where there is one."""
        return str(warning.level or "–")

    def get_urls(self) -> list[URLPattern]:
        """A message that came by another way."""
        view = self.admin_site.admin_view
        return [path("wczytaj-cap/", view(self.cap_view), name="broadcasts_cap_upload"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list; above it the sources that cannot be heard, and that nobody is on duty."""
        told = {
            "deaf_sources": SourceState.objects.filter(failing_since__isnull=False),
            "nobody_on_duty": not DutyOfficer.objects.filter(is_on_duty=True).exists(),
            "may_take": request.user.has_perm("broadcasts.view_sourcewarning"),
        }
        answer: HttpResponse = super().changelist_view(request, {**(extra_context or {}), **told})
        return answer

    def cap_view(self, request: HttpRequest) -> HttpResponse:
        """Take in a CAP message from a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = CapForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                warning = take_cap_file(form.cleaned_data["file"], by=actor_of(request), at=timezone.now())
            except NotReadable as unreadable:
                form.add_error("file", f"Tego pliku nie da się przyjąć: {unreadable}.")
            else:
                if warning is None:
                    messages.info(request, "Ten komunikat wczytano już wcześniej.")
                    return redirect("admin:broadcasts_sourcewarning_changelist")
                messages.success(request, "Komunikat wczytany.")
                return redirect("admin:broadcasts_sourcewarning_change", warning.pk)
        context = {**self.admin_site.each_context(request), "title": "Wczytaj komunikat CAP", "form": form}
        return render(request, "admin/broadcasts/cap_upload.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What it says, and what came before and after it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        warning: SourceWarning = self.row_or_404(request, object_id)
        first = warning.first_id_of_all
        context = {
            **self.admin_site.each_context(request),
            "title": warning.event,
            "warning": warning,
            "source_name": SOURCE_NAMES.get(warning.source, warning.source),
            "tied": SourceWarning.objects.filter(Q(pk=first) | Q(first_id=first)).order_by("seen_at", "pk"),
            "broadcasts": Broadcast.objects.filter(source_warning=warning).select_related("hazard").order_by("pk"),
            "back": reverse("admin:broadcasts_sourcewarning_changelist"),
        }
        return render(request, "admin/broadcasts/source_warning.html", context)


@admin.register(SourceState)
class SourceStateAdmin(ReadOnlyAdmin):
    """Whether each source can be heard."""

    list_display = ("name", "told_state", "answered_at", "asked_at", "failing_since", "trouble")
    fields = ("name", "asked_at", "answered_at", "failing_since", "trouble")
    ordering = ("code",)

    @admin.display(description="stan")
    def told_state(self, source: SourceState) -> str:
        """In a word."""
        return "nie działa" if source.failing_since else "działa"
