"""Dues files by upload: a preview first, then applied; every run with what it rejected."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from core.admin import ReadOnlyInline
from core.errors import Refused
from liabilities import uploads
from liabilities.admin.import_pages import ImportPages
from liabilities.admin.reconciliation import ReconciliationPages
from liabilities.forms import DuesUploadForm
from liabilities.importing import HowToImport, ImportReport, import_dues, preview_dues
from liabilities.models import ImportProblem, ImportRun
from residents.access import actor_of

SHOWN_PROBLEMS = 100


class ProblemsInline(ReadOnlyInline):
    """The rows that did not go in; all of them are in the CSV."""

    model = ImportProblem
    fields = ("line", "column", "value", "message")
    readonly_fields = fields
    ordering = ("line", "pk")
    per_page = SHOWN_PROBLEMS


@admin.register(ImportRun)
class ImportRunAdmin(ReconciliationPages, ImportPages):
    """Every file that came; «add» is the upload."""

    list_display = (
        *("ran_at", "source", "file_name", "kind", "as_of", "rows", "created", "updated", "unchanged", "rejected"),
        "undone_at",
    )
    list_filter = ("source",)
    search_fields = ("file_name", "=file_sha256")
    ordering = ("-ran_at",)
    fields = (
        *("source", "file_name", "digest", "kind", "as_of", "ran_at", "ran_by", "undone_at", "undone_by"),
        *("rows", "created", "updated", "unchanged", "rejected"),
    )
    readonly_fields = fields
    inlines = (ProblemsInline,)
    change_form_before_template = "admin/liabilities/importrun/rejected_link.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may import."""
        return self.may_import(request)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[ImportRun]":
        """Without the ranges of keys, which only SQL reads."""
        found: QuerySet[ImportRun] = super().get_queryset(request).defer("made", "seen")
        return found

    @admin.display(description="SHA-256 pliku")
    def digest(self, run: ImportRun) -> str:
        """The file's digest, in groups, so that it fits a narrow screen."""
        return " ".join(run.file_sha256[place : place + 8] for place in range(0, len(run.file_sha256), 8))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponseBase:
        """Upload, look at the preview, apply."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST" and "token" in request.POST:
            return self._apply(request)
        form = DuesUploadForm(request.POST or None, request.FILES or None, initial={"as_of": timezone.localtime()})
        if request.method == "POST" and form.is_valid():
            return self._preview(request, form)
        return self._page(request, form=form)

    def _page(self, request: HttpRequest, **context: Any) -> TemplateResponse:
        frame = self.admin_site.each_context(request)
        whole = {
            **frame,
            "title": "Wczytaj należności",
            "opts": self.opts,
            "form": None,
            "report": None,
            "token": "",
            **context,
        }
        return TemplateResponse(request, "admin/liabilities/importrun/upload.html", whole)

    @staticmethod
    def _run(action: Callable[..., ImportReport], request: HttpRequest, upload: uploads.Upload) -> ImportReport:
        return action(
            upload.content,
            file_name=upload.file_name,
            source=upload.source,
            as_of=upload.as_of,
            on=timezone.localdate(),
            at=timezone.now(),
            by=actor_of(request),
            how=HowToImport(kind=upload.kind, keys_changed=upload.keys_changed, waits=False),
        )

    def _preview(self, request: HttpRequest, form: DuesUploadForm) -> HttpResponseBase:
        upload = form.upload()
        try:
            report = self._run(preview_dues, request, upload)
        except Refused as refusal:
            form.add_error(refusal.where if refusal.where in form.fields else "file", str(refusal))
            return self._page(request, form=form)
        shown = report.errors[:SHOWN_PROBLEMS]
        hidden = len(report.errors) - len(shown)
        return self._page(
            request,
            report=report,
            errors=shown,
            hidden=hidden,
            token=uploads.keep(upload, at=timezone.now()),
            upload=upload,
        )

    def _apply(self, request: HttpRequest) -> HttpResponseBase:
        try:
            upload = uploads.take(request.POST["token"])
            report = self._run(import_dues, request, upload)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("admin:liabilities_importrun_add")
        messages.success(
            request,
            f"Wczytano {upload.file_name}: nowych {report.created}, zmienionych {report.updated}, "
            f"bez zmian {report.unchanged}, odrzuconych {report.rejected}.",
        )
        return redirect("admin:liabilities_importrun_change", report.run_id)
