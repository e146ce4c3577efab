"""The treasurer's reports of money, each as page, workbook and PDF: cash of a day, open items, providers' fees."""

from collections.abc import Callable
from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from core import audit
from core.admin import ReadOnlyAdmin
from core.pdf import render_pdf
from core.workbook import XLSX
from payments.cash_report import cash_report
from payments.money_reports import fee_report, open_items, years_of_fees
from payments.report_tables import Report, Table, report_workbook
from residents.access import actor_of

MOST_SHOWN = 200
MOST_IN_PDF = 1_000
FIRST_DAY = date(2000, 1, 1)


class ReportPages(ReadOnlyAdmin):
    """Mixed into the list of payouts, whose right opens them."""

    def get_urls(self) -> list[URLPattern]:
        """The three reports."""
        pages: list[tuple[str, Callable[[HttpRequest], HttpResponse], str]] = [
            ("raporty/kasowy/", self.cash_view, "cash"),
            ("raporty/konto-rozliczeniowe/", self.open_items_view, "open_items"),
            ("raporty/prowizje/", self.fees_view, "fees"),
        ]
        own = [
            path(tail, self.admin_site.admin_view(view), name=f"payments_payout_{name}") for tail, view, name in pages
        ]
        return [*own, *super().get_urls()]

    def cash_view(self, request: HttpRequest) -> HttpResponse:
        """What the ledger took in on a day, yesterday when none is named."""
        today = timezone.localdate()
        on = _day(request, today=today)
        around = {
            "day": on,
            "before": on - timedelta(days=1),
            "after": on + timedelta(days=1) if on < today else None,
            "last": today,
        }
        return self._answer(request, lambda: cash_report(on), query=f"dzien={on.isoformat()}", **around)

    def open_items_view(self, request: HttpRequest) -> HttpResponse:
        """What is on nobody's account today."""
        return self._answer(request, lambda: open_items(timezone.localdate()))

    def fees_view(self, request: HttpRequest) -> HttpResponse:
        """What providers kept in a year, this one when none is named."""
        today = timezone.localdate()
        years, asked = years_of_fees(today), request.GET.get("rok", "")
        year = int(asked) if asked in {str(one) for one in years} else today.year
        return self._answer(request, lambda: fee_report(year), query=f"rok={year}", years=years, year=year)

    def _answer(
        self, request: HttpRequest, make: Callable[[], Report], *, query: str = "", **context: object
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        report, form = make(), request.GET.get("plik", "")
        is_long = any(len(table.rows) > MOST_IN_PDF for table in report.tables)
        if form == "pdf" and is_long:
            messages.error(request, f"Raport ma ponad {MOST_IN_PDF} pozycji, za dużo na PDF. Pobierz XLSX.")
            return redirect(f"{request.path}?{query}")
        if form in {"xlsx", "pdf"}:
            return self._file(request, report, form)
        told = {
            **self.admin_site.each_context(request),
            "title": report.title,
            "opts": self.opts,
            "report": report,
            "tables": [_cut(table) for table in report.tables],
            "query": query,
            "clearing": reverse("admin:payments_bankentry_clearing"),
        }
        return render(request, "admin/payments/report.html", {**told, **context})

    @staticmethod
    def _file(request: HttpRequest, report: Report, form: str) -> HttpResponse:
        audit.record("take_report", f"report:{report.code}", by=actor_of(request), form=form)
        if form == "xlsx":
            body, media = report_workbook(report), XLSX
        else:
            made = {"report": report, "made_at": timezone.now()}
            body, media = render_pdf("pdf/report.html", made), "application/pdf"
        name = f"{report.code}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
        return HttpResponse(body, content_type=media, headers=headers)


def _cut(table: Table) -> tuple[Table, list[object], int]:
    """The table, the rows that the page shows, and how many it leaves to the files."""
    rows: list[object] = list(table.shown_rows[:MOST_SHOWN])
    return table, rows, len(table.rows) - len(rows)


def _day(request: HttpRequest, *, today: date) -> date:
    try:
        asked = date.fromisoformat(request.GET.get("dzien", ""))
    except ValueError:
        return today - timedelta(days=1)
    return min(max(asked, FIRST_DAY), today)
