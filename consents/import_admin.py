"""Papers from a file: upload, what went in, and each row that did not, with line, column and what to mend."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from consents.importing import PapersReport, import_applications, source_name
from consents.models import ImportedPaper
from consents.paper_row import COLUMNS
from core.admin import ReadOnlyAdmin
from core.errors import Refused
from residents.access import account_of, actor_of

LARGEST_MB = 20
SHOWN = 500


class PapersUploadForm(forms.Form):
    """A file, and where its papers were typed."""

    file = forms.FileField(
        label="Plik CSV z wnioskami",
        help_text=f"Pierwszy wiersz: {';'.join(COLUMNS)}",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt"}),
        allow_empty_file=True,
        error_messages={"required": "Wybierz plik."},
    )
    source = forms.CharField(
        label="Gdzie wpisano wnioski",
        max_length=40,
        initial="arkusz",
        help_text="Zawsze ta sama nazwa dla jednego źródła: po niej i po kolumnie id rozpoznajemy znane wnioski.",
    )
    is_checked = forms.BooleanField(
        label="Wnioski w tym pliku są podpisane i sprawdzone z papierem",
        error_messages={"required": "Potwierdź to: dobre wiersze zostaną od razu przyjęte."},
    )

    def clean_file(self) -> object:
        """Not larger than one request can take."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_MB * 1_000_000:
            raise forms.ValidationError(f"Plik ma ponad {LARGEST_MB} MB. Użyj polecenia import_applications.")
        return file


@admin.register(ImportedPaper)
class ImportedPaperAdmin(ReadOnlyAdmin):
    """Which application came from which row; «add» is the upload."""

    list_display = ("application", "source", "key", "imported_at")
    list_filter = ("source",)
    search_fields = ("=key",)
    list_select_related = ("application",)
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-pk",)
    fields = ("application", "source", "key", "imported_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who registers applications."""
        return account_of(request).has_perm("consents.add_consentapplication")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        """Upload, and the report. The same file again is harmless, so nothing is previewed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PapersUploadForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
        report = self._report(request, form) if request.method == "POST" and form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": "Wczytaj wnioski z pliku",
            "form": form,
            "report": report,
            "errors": report.errors[:SHOWN] if report else [],
            "hidden": max(len(report.errors) - SHOWN, 0) if report else 0,
            "again": reverse("admin:consents_importedpaper_add"),
            "back": reverse("admin:consents_consentapplication_changelist"),
        }
        return render(request, "admin/consents/import_papers.html", context)

    def _report(self, request: HttpRequest, form: PapersUploadForm) -> PapersReport | None:
        try:
            return import_applications(
                form.cleaned_data["file"].read(),
                source=source_name(form.cleaned_data["source"]),
                on=timezone.localdate(),
                by=actor_of(request),
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(refusal.where if refusal.where in form.fields else "file", str(refusal))
            return None
