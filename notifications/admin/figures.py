"""The page of what messages cost and what became of them, drawn on the server, and its file."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from core.charts import Chart, Series, stacked
from core.spreadsheet import csv_lines
from notifications.statistics import (
    GROSZ,
    HEADER,
    Sums,
    spreadsheet_rows,
    total,
    year_of_messages,
    years_known,
)

MONTHS = ("sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru")
MAY = "notifications.view_spending"
HEADINGS = {"channel": "drogi", "department": "wydziału", "topic": "rodzaju powiadomień", "gateway": "bramki"}
TABLES = ("department", "topic", "gateway", "channel")
MOST_SERIES = 4  # beside «pozostałe»: as many as eyes tell apart


def _year(request: HttpRequest) -> int:
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    said = request.GET.get("rok", "")
    is_year = said.isascii() and said.isdigit() and len(said) == 4 and int(said) > 1
    return int(said) if is_year else timezone.localdate().year


def figures_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Charts and tables of a year."""
    year = _year(request)
    told = year_of_messages(year)
    chosen = request.GET.get("wedlug", "")
    heading = chosen if chosen in HEADINGS else "channel"
    context = {
        **site.each_context(request),
        "title": "Koszty i doręczenia",
        "year": year,
        "years": years_known(timezone.localdate()),
        "heading": heading,
        "headings": HEADINGS.items(),
        "heading_name": HEADINGS[heading],
        "total": total(told.months),
        "cost": _costs(told.by[heading]),
        "count": _counts(told.months),
        "tables": [(f"Według {HEADINGS[name]}", _rows(told.by[name])) for name in TABLES],
        "kinds": sorted(told.kinds.items(), key=lambda pair: (-pair[1].cost_pln, -pair[1].messages)),
    }
    return render(request, "admin/notifications/figures.html", context)


def figures_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same year as CSV."""
    year = _year(request)
    lines = csv_lines(HEADER, spreadsheet_rows(year))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="wiadomosci-{year}.csv"'
    return answer


def _rows(named: Mapping[str, Sequence[Sums]]) -> list[tuple[str, Sums]]:
    """Each name with its year, the dearest first."""
    rows = [(name, total(months)) for name, months in named.items()]
    return sorted(rows, key=lambda pair: (-pair[1].cost_pln, -pair[1].messages, pair[0]))


def _costs(named: Mapping[str, Sequence[Sums]]) -> Chart:
    """What each name cost by month; those that cost nothing are left out, the cheapest are one."""
    dear = [name for name, sums in _rows(named) if sums.cost_pln]
    series = [Series(name, _pln(named[name])) for name in dear[:MOST_SERIES]]
    if rest := dear[MOST_SERIES:]:
        columns = zip(*(_pln(named[name]) for name in rest), strict=True)
        series.append(Series("pozostałe", tuple(sum(column, Decimal(0)) for column in columns)))
    return stacked(MONTHS, series, unit="zł")


def _pln(months: Sequence[Sums]) -> tuple[Decimal, ...]:
    return tuple(one.cost_pln.quantize(GROSZ) for one in months)


def _counts(months: Sequence[Sums]) -> Chart:
    series = [
        Series("doręczone", tuple(Decimal(one.delivered) for one in months)),
        Series("niedoręczone", tuple(Decimal(one.lost) for one in months)),
        Series("bez raportu", tuple(Decimal(one.untold) for one in months)),
    ]
    return stacked(MONTHS, series, unit="wiadomości")
