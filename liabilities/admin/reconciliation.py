"""The treasurer's page of one finance system against the portal, and the same as CSV and XLSX."""

from collections.abc import Iterator, Sequence

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from core.admin import ReadOnlyAdmin
from core.workbook import XLSX, workbook
from liabilities.admin.import_pages import csv_of
from liabilities.reconciliation import differences, reconcile, sources

PAGE = 100
HEADER = (
    *("klucz", "tytul", "rok", "rata", "w_systemie", "w_portalu", "roznica", "z_decyzji", "w_drodze"),
    *("niewyjasnione", "system_wiedzial", "co_sprawdzic"),
)
LONGEST_PAGE = 6


class ReconciliationPages(ReadOnlyAdmin):
    """Mixed into the list of imports: what they told is compared."""

    def get_urls(self) -> list[URLPattern]:
        """The page, and the files."""
        own = [
            path(f"uzgodnienie/{tail}", self.admin_site.admin_view(view), name=f"liabilities_importrun_{name}")
            for tail, view, name in (
                ("", self.reconciliation, "reconciliation"),
                ("uzgodnienie.csv", self.reconciliation_csv, "reconciliation_csv"),
                ("uzgodnienie.xlsx", self.reconciliation_xlsx, "reconciliation_xlsx"),
            )
        ]
        return [*own, *super().get_urls()]

    def _source(self, request: HttpRequest, known: Sequence[str]) -> str:
        if not self.has_view_permission(request):
            raise PermissionDenied
        wanted = request.GET.get("zrodlo") or (known[0] if known else "")
        if wanted and wanted not in known:
            raise Http404
        return wanted

    def reconciliation(self, request: HttpRequest) -> HttpResponse:
        """The sums of a source, and its differences a page at a time."""
        known = sources()
        source = self._source(request, known)
        said = request.GET.get("strona", "1")
        page = int(said) if said.isascii() and said.isdigit() and len(said) <= LONGEST_PAGE else 1
        start = (max(page, 1) - 1) * PAGE
        found = list(differences(source, start=start, most=PAGE + 1)) if source else []
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Uzgodnienie z\u00a0systemem",
            "sources": known,
            "source": source,
            "found": reconcile(source) if source else None,
            "rows": found[:PAGE],
            "newer": page - 1,
            "older": page + 1 if len(found) > PAGE else 0,
        }
        return TemplateResponse(request, "admin/liabilities/importrun/reconciliation.html", context)

    def _rows(self, source: str) -> Iterator[Sequence[object]]:
        yield HEADER
        for one in differences(source):
            yield (
                *(one.external_id, one.title, one.year, one.number, one.there, one.here, one.difference),
                *(one.by_decision, one.in_transit, one.unexplained, one.known, one.words),
            )

    def reconciliation_csv(self, request: HttpRequest) -> HttpResponseBase:
        """Every difference for a spreadsheet."""
        source = self._source(request, sources())
        return csv_of(self._rows(source), name=f"uzgodnienie-{timezone.localdate()}.csv")

    def reconciliation_xlsx(self, request: HttpRequest) -> HttpResponse:
        """Every difference as a workbook."""
        source = self._source(request, sources())
        headers = {"Content-Disposition": f'attachment; filename="uzgodnienie-{timezone.localdate()}.xlsx"'}
        return HttpResponse(workbook([("Różnice", self._rows(source))]), content_type=XLSX, headers=headers)
