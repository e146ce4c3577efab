"""Pages beside one import: what it changed, its rejected rows to mend, and undoing it."""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from core import audit
from core.admin import ReadOnlyAdmin
from core.errors import Refused
from liabilities.import_history import changed_in, made_in, rows_to_mend
from liabilities.import_undo import undo_import
from liabilities.models import ImportRun
from residents.access import account_of, actor_of

FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST_KEY = len("9223372036854775807")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def cells_of_csv(rows: Iterator[Sequence[object]]) -> Iterator[str]:
    """Lines of a CSV for a spreadsheet, which must not run what somebody wrote; sums with decimal commas."""
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([_safe(cell) for cell in row])


def _safe(cell: object) -> object:
    if isinstance(cell, Decimal):
        return str(cell).replace(".", ",")
    if isinstance(cell, datetime):
        return timezone.localtime(cell).strftime("%Y-%m-%d %H:%M")
    return f"'{cell}" if str(cell).startswith(FORMULA) else cell


def csv_of(rows: Iterator[Sequence[object]], *, name: str) -> StreamingHttpResponse:
    """Rows as a CSV file, written out as they are read."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(cells_of_csv(rows), content_type="text/csv; charset=utf-8", headers=headers)


class ImportPages(ReadOnlyAdmin):
    """Mixed into the list of imports."""

    def get_urls(self) -> list[URLPattern]:
        """The pages beside an import's own."""
        pages = [
            ("odrzucone.csv", self.rejected_rows, "rejected"),
            ("do-poprawy.csv", self.to_mend, "mend"),
            ("roznice/", self.differences, "differences"),
            ("cofnij/", self.undo, "undo"),
        ]
        own = [
            path(f"<int:run_id>/{tail}", self.admin_site.admin_view(view), name=f"liabilities_importrun_{name}")
            for tail, view, name in pages
        ]
        return [*own, *super().get_urls()]

    def _run_of(self, request: HttpRequest, run_id: int) -> ImportRun:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(ImportRun.objects.defer("made", "seen"), pk=run_id)

    def rejected_rows(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """What was rejected and how to mend it, as CSV for a spreadsheet."""
        run = self._run_of(request, run_id)

        def rows() -> Iterator[Sequence[object]]:
            yield "wiersz", "kolumna", "wartosc", "co_poprawic"
            yield from run.problems.values_list("line", "column", "value", "message").iterator(chunk_size=1_000)

        return HttpResponse(
            "".join(cells_of_csv(rows())),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="odrzucone-{run.pk}.csv"'},
        )

    def to_mend(self, request: HttpRequest, run_id: int) -> HttpResponseBase:
        """The rejected rows whole, to mend and to read again. They bear numbers of people: the look is recorded."""
        run = self._run_of(request, run_id)
        if not self.may_import(request):
            raise PermissionDenied
        audit.record("take_rejected_rows", f"import:{run.pk}", by=actor_of(request), rows=run.rejected)
        return csv_of(rows_to_mend(run), name=f"do-poprawy-{run.pk}.csv")

    def differences(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """What the import made, or changed, a page at a time."""
        run = self._run_of(request, run_id)
        shows_made = request.GET.get("co") == "nowe"
        said = request.GET.get("po", "")
        after = int(said) if said.isascii() and said.isdigit() and len(said) < LONGEST_KEY else 0
        page = made_in(run, after=after) if shows_made else changed_in(run, after=after)
        return self._shown(
            request, "differences", title="Co zmienił import", run=run, page=page, shows_made=shows_made, after=after
        )

    def undo(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """Ask once more, then take the import back."""
        run = self._run_of(request, run_id)
        if not account_of(request).has_perm("liabilities.change_importrun"):
            raise PermissionDenied
        if request.method == "POST":
            try:
                undo_import(run, by=actor_of(request), at=timezone.now())
            except Refused as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, f"Cofnięto import {run.file_name}.")
            return redirect("admin:liabilities_importrun_change", run.pk)
        return self._shown(request, "undo", title="Cofnij import", run=run)

    def may_import(self, request: HttpRequest) -> bool:
        """Who may read files in."""
        return account_of(request).has_perm("liabilities.add_importrun")

    def _shown(self, request: HttpRequest, name: str, **context: object) -> TemplateResponse:
        frame = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, f"admin/liabilities/importrun/{name}.html", {**frame, **context})
