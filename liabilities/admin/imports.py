"""Dues files by upload: a preview first, then applied; every run with what it rejected."""

import csv
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from core.admin import ReadOnlyAdmin, ReadOnlyInline
from core.errors import Refused
from liabilities import uploads
from liabilities.forms import DuesUploadForm
from liabilities.importing import ImportReport, import_dues, preview_dues
from liabilities.models import ImportProblem, ImportRun
from residents.access import account_of, actor_of

SHOWN_PROBLEMS = 100
FORMULA = ("=", "+", "-", "@", "\t")


class ProblemsInline(ReadOnlyInline):
    """The rows that did not go in; all of them are in the CSV."""

    model = ImportProblem
    fields = ("line", "column", "value", "message")
    readonly_fields = fields
    ordering = ("line", "pk")
    per_page = SHOWN_PROBLEMS


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """Every file that came; «add» is the upload."""

    list_display = ("ran_at", "source", "file_name", "as_of", "rows", "created", "updated", "unchanged", "rejected")
    list_filter = ("source",)
    search_fields = ("file_name", "=file_sha256")
    ordering = ("-ran_at",)
    fields = (
        *("source", "file_name", "file_sha256", "as_of", "ran_at", "ran_by"),
        *("rows", "created", "updated", "unchanged", "rejected"),
    )
    readonly_fields = fields
    inlines = (ProblemsInline,)
    change_form_before_template = "admin/liabilities/importrun/rejected_link.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who may import."""
        return account_of(request).has_perm("liabilities.add_importrun")

    def get_urls(self) -> list[URLPattern]:
        """The CSV of what was rejected, beside the usual pages."""
        rejected = path(
            "<int:run_id>/odrzucone.csv",
            self.admin_site.admin_view(self.rejected_rows),
            name="liabilities_importrun_rejected",
        )
        return [rejected, *super().get_urls()]

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

    def rejected_rows(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """What was rejected and how to mend it, as CSV for a spreadsheet."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = get_object_or_404(ImportRun, pk=run_id)
        response = HttpResponse(
            "\ufeff",
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="odrzucone-{run.pk}.csv"'},
        )
        writer = csv.writer(response, delimiter=";")
        writer.writerow(["wiersz", "kolumna", "wartosc", "co_poprawic"])
        for line, column, value, message in run.problems.values_list("line", "column", "value", "message"):
            # A spreadsheet must not run what somebody wrote into a cell.
            writer.writerow([line, column, f"'{value}" if value.startswith(FORMULA) else value, message])
        return response
