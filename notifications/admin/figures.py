"""The page of what messages cost and what became of them, drawn on the server, and its file."""

from decimal import Decimal

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone

from consents.models import Channel
from core.charts import Chart, Series, stacked
from core.spreadsheet import csv_lines
from notifications.kinds import KINDS
from notifications.statistics import (
    GROSZ,
    HEADER,
    Sums,
    YearOfMessages,
    names_of_topics,
    spreadsheet_rows,
    year_of_messages,
    years_known,
)

MONTHS = ("sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru")
MAY = "notifications.view_spending"


def _year(request: HttpRequest) -> int:
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    said = request.GET.get("rok", "")
    on = timezone.localdate()
    return int(said) if said.isascii() and said.isdigit() and len(said) == 4 and int(said) > 1 else on.year


def figures_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Charts and tables of a year."""
    year = _year(request)
    told = year_of_messages(year)
    topics = names_of_topics()
    context = {
        **site.each_context(request),
        "title": "Koszty i doręczenia",
        "year": year,
        "years": years_known(timezone.localdate()),
        "total": told.total,
        "cost": _costs(told),
        "count": _counts(told),
        "tables": [
            ("Według rodzaju powiadomień", True, _rows(told.by_topic, {code: name for code, (_, name) in topics.items()})),
            ("Według rodzaju wiadomości", False, _rows(told.by_kind, {code: kind.name for code, kind in KINDS.items()})),
            ("Według bramki", False, _rows(told.by_gateway, {})),
        ],
    }
    return render(request, "admin/notifications/figures.html", context)


def figures_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same year as CSV: a line a month and every heading."""
    year = _year(request)
    lines = csv_lines(HEADER, spreadsheet_rows(year))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="wiadomosci-{year}.csv"'
    return answer


def _rows(sums: dict[str, Sums], names: dict[str, str]) -> list[tuple[str, Sums]]:
    """Each heading by name, the dearest first."""
    return [(names.get(code, code), one) for code, one in sorted(sums.items(), key=lambda pair: -pair[1].cost_pln)]


def _costs(told: YearOfMessages) -> Chart:
    series = [
        Series(str(label), tuple(month[code].cost_pln.quantize(GROSZ) for month in told.by_month))
        for code, label in Channel.choices
    ]
    return stacked(MONTHS, series, unit="zł")


def _counts(told: YearOfMessages) -> Chart:
    taken = [sum(one.messages for one in month.values()) for month in told.by_month]
    series = [
        Series("doręczone", tuple(Decimal(one.delivered) for one in told.outcomes)),
        Series("niedoręczone", tuple(Decimal(one.lost) for one in told.outcomes)),
        Series(
            "bez raportu",
            tuple(
                Decimal(max(count - one.delivered - one.lost, 0))
                for count, one in zip(taken, told.outcomes, strict=True)
            ),
        ),
    ]
    return stacked(MONTHS, series, unit="wiadomości")
