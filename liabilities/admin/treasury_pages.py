"""The treasurer's pages over the whole town: arrears by age and kind, and the dashboard with its workbook."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from core import audit
from core.admin import ReadOnlyAdmin
from core.charts import Chart, Series, curves, stacked
from core.workbook import XLSX, workbook
from liabilities.holds import holds_on
from liabilities.information import in_words, information_on
from liabilities.models import Instalment, LetterLine
from liabilities.treasury import (
    AGES,
    Coming,
    Debtor,
    Month,
    aged_arrears,
    arrears,
    collected,
    forecast,
    kind_names,
    months,
    top_debtors,
)
from residents.access import account_of, actor_of, staff_looked_at_many

PAGE = 50
NOTHING = Decimal("0.00")
SHORT = ("sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru")


@dataclass(frozen=True)
class Figures:
    """All that the dashboard shows, for a year and a kind of due ('' for all)."""

    year: int
    kind_code: str
    on: date
    months: list[Month]
    collected: dict[int, list[Decimal]]
    forecast: list[Coming]
    debtors: list[Debtor]

    def by_month(self, year: int) -> list[tuple[Decimal, Decimal, Decimal, Decimal]]:
        """Assessed, paid, overdue and not yet due of each month of a *year*, all kinds together."""
        sums = [[NOTHING] * 4 for _ in range(12)]
        for one in self.months:
            if one.year == year:
                row = sums[one.month - 1]
                for place, amount in enumerate((one.assessed, one.paid, one.overdue, one.coming)):
                    row[place] += amount
        return [(row[0], row[1], row[2], row[3]) for row in sums]

    def totals(self, year: int) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """The same of the whole *year*."""
        rows = self.by_month(year)
        return tuple(sum((row[place] for row in rows), NOTHING) for place in range(4))  # type: ignore[return-value]

    def by_kind(self) -> list[tuple[str, Decimal, Decimal, Decimal, Decimal]]:
        """The same of the year by kind of due, the largest assessment first."""
        sums: dict[str, list[Decimal]] = {}
        for one in self.months:
            if one.year == self.year:
                row = sums.setdefault(one.kind_code, [NOTHING] * 4)
                for place, amount in enumerate((one.assessed, one.paid, one.overdue, one.coming)):
                    row[place] += amount
        rows = [(code, row[0], row[1], row[2], row[3]) for code, row in sums.items()]
        return sorted(rows, key=lambda row: -row[1])

    def share(self, year: int) -> list[Decimal | None]:
        """What per cent of a *year*'s assessment was collected by the end of each month; None for months to come."""
        assessed = self.totals(year)[0]
        known = 12 if year < self.on.year else self.on.month if year == self.on.year else 0
        return [
            (amount * 100 / assessed).quantize(Decimal("0.1")) if assessed and month < known else None
            for month, amount in enumerate(self.collected[year])
        ]


def read_figures(request: HttpRequest) -> Figures:
    """What the address asks for; the looks at debtors are recorded."""
    on, names = timezone.localdate(), kind_names()
    said = request.GET.get("rok", "")
    year = int(said) if said.isascii() and said.isdigit() and len(said) == 4 and int(said) > 1 else on.year
    kind = request.GET.get("rodzaj", "")
    kind = kind if kind in names else ""
    debtors = top_debtors(on=on, kind_code=kind)
    staff_looked_at_many(request, [one.payer.pk for one in debtors], what="najwięksi dłużnicy")
    return Figures(
        year,
        kind,
        on,
        months([year - 1, year], on=on, kind_code=kind),
        collected(year, on=on, kind_code=kind),
        forecast(on=on, kind_code=kind),
        debtors,
    )


def charts_of(told: Figures) -> dict[str, Chart]:
    """The three charts."""
    rows = told.by_month(told.year)
    bars = [
        Series(name, tuple(row[place] for row in rows))
        for name, place in (("zapłacone", 1), ("zaległe", 2), ("przed terminem", 3))
    ]
    shares = [Series(str(year), tuple(told.share(year))) for year in (told.year, told.year - 1)]
    coming = [
        Series("spodziewane do 30 dni po terminie", tuple(one.expected for one in told.forecast)),
        Series("reszta z terminem w miesiącu", tuple(one.nominal - one.expected for one in told.forecast), tone=3),
    ]
    ahead = [f"{SHORT[one.month - 1]} {one.year % 100:02}" for one in told.forecast]
    return {
        "by_month": stacked(SHORT, bars, unit="zł"),
        "curve": curves(SHORT, shares, unit="% przypisu"),
        "forecast": stacked(ahead, coming, unit="zł"),
    }


def sheets_of(told: Figures, names: dict[str, str]) -> Iterable[tuple[str, Iterable[Sequence[object]]]]:
    """The workbook's sheets."""
    header = ("przypis", "zapłacone", "zaległe", "przed terminem")
    yield (
        "Miesiące",
        [
            ("rok", "miesiąc", "rodzaj", *header),
            *(
                (
                    one.year,
                    one.month,
                    names.get(one.kind_code, one.kind_code),
                    one.assessed,
                    one.paid,
                    one.overdue,
                    one.coming,
                )
                for one in told.months
            ),
        ],
    )
    yield (
        "Krzywa wpływów",
        [
            ("miesiąc", *(f"{year}, {what}" for year in (told.year, told.year - 1) for what in ("zł", "% przypisu"))),
            *(
                (
                    month + 1,
                    *(
                        cell
                        for year in (told.year, told.year - 1)
                        for cell in (told.collected[year][month], told.share(year)[month])
                    ),
                )
                for month in range(12)
            ),
        ],
    )
    yield (
        "Prognoza",
        [
            ("rok", "miesiąc", "z terminem w miesiącu", "spodziewane do 30 dni po terminie"),
            *((one.year, one.month, one.nominal, one.expected) for one in told.forecast),
        ],
    )
    yield (
        "Najwięksi dłużnicy",
        [
            ("numer płatnika", "płatnik", "rat", "zaległość", "odsetki", "najstarszy termin"),
            *(
                (one.payer.number, one.payer.name, one.count, one.principal, one.interest, one.oldest)
                for one in told.debtors
            ),
        ],
    )


class TreasuryPages(ReadOnlyAdmin):
    """Mixed into the list of instalments."""

    def get_urls(self) -> list[URLPattern]:
        """Arrears, the dashboard, its workbook."""
        pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("zaleglosci/", self.arrears_view, "arrears"),
            ("pulpit/", self.dashboard_view, "dashboard"),
            ("pulpit.xlsx", self.dashboard_file, "dashboard_file"),
        ]
        own = [
            path(tail, self.admin_site.admin_view(view), name=f"liabilities_instalment_{name}")
            for tail, view, name in pages
        ]
        return [*own, *super().get_urls()]

    @staticmethod
    def _check_may(request: HttpRequest) -> None:
        if not account_of(request).has_perm("liabilities.view_ledgerentry"):
            raise PermissionDenied

    def arrears_view(self, request: HttpRequest) -> HttpResponse:
        """What is overdue by kind and age, and the dues themselves with what was done about them."""
        self._check_may(request)
        on, names = timezone.localdate(), kind_names()
        kind, age = request.GET.get("rodzaj", ""), request.GET.get("wiek", "")
        kind, age = kind if kind in names else "", age if age in {code for code, *_ in AGES} else ""
        page = Paginator(arrears(on=on, kind_code=kind, age=age), PAGE).get_page(request.GET.get("strona"))
        dues = list(page)
        staff_looked_at_many(request, [due.liability.payer_id for due in dues], what="lista zaległości")
        context = {
            **self.admin_site.each_context(request),
            "title": "Zaległości według wieku i\u00a0rodzaju",
            "opts": self.opts,
            "ages": [(code, label) for code, label, *_ in AGES],
            "matrix": _matrix(names, on),
            "kinds": list(names.items()),
            "kind": kind,
            "age": age,
            "page": page,
            "rows": _done_about(dues, on=on),
            "on": on,
        }
        return render(request, "admin/liabilities/arrears.html", context)

    def dashboard_view(self, request: HttpRequest) -> HttpResponse:
        """The charts, the debtors."""
        self._check_may(request)
        told, names = read_figures(request), kind_names()
        assessed, paid, overdue, coming = told.totals(told.year)
        context = {
            **self.admin_site.each_context(request),
            "title": "Pulpit skarbnika",
            "opts": self.opts,
            "told": told,
            "years": range(told.on.year + 1, told.on.year - 6, -1),
            "kinds": list(names.items()),
            "kind_name": names.get(told.kind_code, "wszystkie rodzaje należności"),
            "tiles": [
                (f"Przypis {told.year}", assessed),
                ("Zapłacone", paid),
                ("Zaległe", overdue),
                ("Przed terminem", coming),
            ],
            "by_kind": [(names.get(code, code), *row) for code, *row in told.by_kind()],
            "last_year": told.year - 1,
            **charts_of(told),
        }
        return render(request, "admin/liabilities/dashboard.html", context)

    def dashboard_file(self, request: HttpRequest) -> HttpResponse:
        """The same figures as a workbook."""
        self._check_may(request)
        told = read_figures(request)
        audit.record("take_dashboard", f"day:{told.on.isoformat()}", by=actor_of(request), year=told.year)
        content = workbook(sheets_of(told, kind_names()))
        name = f"pulpit-{told.year}-{told.on.isoformat()}.xlsx"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
        return HttpResponse(content, content_type=XLSX, headers=headers)


def _matrix(
    names: dict[str, str], on: date
) -> list[tuple[str, str, list[tuple[int, Decimal] | None], int, Decimal, Decimal]]:
    """For each kind: count and principal of each age, and together count, principal, interest; a line of sums below."""
    cells: dict[str, dict[int, tuple[int, Decimal, Decimal]]] = {}
    for one in aged_arrears(on=on):
        for code in (one.kind_code, ""):
            row = cells.setdefault(code, {})
            count, principal, interest = row.get(one.age, (0, NOTHING, NOTHING))
            row[one.age] = (count + one.count, principal + one.principal, interest + one.interest)
    rows = []
    for code in [*(code for code in names if code in cells), *([""] if cells else [])]:
        row = cells[code]
        shown = [row[age][:2] if age in row else None for age in range(len(AGES))]
        count = sum(cell[0] for cell in row.values())
        principal = sum((cell[1] for cell in row.values()), NOTHING)
        interest = sum((cell[2] for cell in row.values()), NOTHING)
        rows.append((code, names.get(code, "Razem"), shown, count, principal, interest))
    return rows


def _done_about(dues: Sequence[Instalment], *, on: date) -> list[dict[str, object]]:
    """Each due with its days, information actions, letter and hold."""
    keys = [due.pk for due in dues]
    told = information_on({due.liability.payer_id for due in dues}, keys)
    lines = LetterLine.objects.filter(instalment_id__in=keys, is_live=True).select_related("letter")
    letters = {line.instalment_id: line.letter for line in lines.defer("letter__content")}
    holds = holds_on(keys, on=on)
    return [
        {
            "due": due,
            "days": (on - due.payable_by).days,
            "told": in_words(told.get((due.liability.payer_id, due.pk), ())),
            "letter": letters.get(due.pk),
            "hold": holds.get(due.pk),
        }
        for due in dues
    ]
