"""The data protection officer's page on who looked, and the reasons that staff choose from."""

import csv
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateFilter

from core.admin import OfficeAdmin, ReadOnlyAdmin
from core.dates import midnight, parse_date
from core.errors import Refused
from residents.access import actor_of
from residents.looks import record_looks_export
from residents.models import AccessRecord, LookReason, Payer
from residents.number_search import NumberSearch

FORMULA = ("=", "+", "-", "@", "\t", "\r")
MOST_ROWS = 100_000


def _plain(text: str) -> str:
    """A spreadsheet must not run what somebody wrote into a cell."""
    return f"'{text}" if text.startswith(FORMULA) else text


class DayRange(RangeDateFilter):  # type: ignore[misc]  # Unfold carries no types
    """From one day to another, both of them whole and in Warsaw; a day that cannot be read is none."""

    def queryset(self, request: HttpRequest, queryset: "QuerySet[AccessRecord]") -> "QuerySet[AccessRecord]":
        """The rows of those days."""
        first, last = self._day("from"), self._day("to")
        if first is not None:
            queryset = queryset.filter(at__gte=midnight(first))
        if last is not None:
            queryset = queryset.filter(at__lt=midnight(last + timedelta(days=1)))
        return queryset

    def _day(self, end: str) -> date | None:
        try:
            return parse_date(str(self.used_parameters.get(f"{self.parameter_name}_{end}", "")))
        except Refused:
            return None


@admin.register(AccessRecord)
class AccessRecordAdmin(NumberSearch, ReadOnlyAdmin):
    """Who looked at whose data: by the person's number or name, by who looked, by date; to take away as CSV."""

    list_display = ("at", "account_name", "payer", "what", "basis", "reason", "address")
    list_filter = (("at", DayRange), "basis")
    list_filter_submit = True
    search_fields = ("payer__name", "account_name")
    search_help_text = "Nazwisko osoby albo pracownika, albo cały PESEL, NIP lub REGON"
    list_select_related = ("payer",)
    date_hierarchy = "at"
    ordering = ("-at",)

    def page_of(self, payer: Payer) -> str:
        """Every look at the payer's data."""
        return f"{reverse('admin:residents_accessrecord_changelist')}?payer__id__exact={payer.pk}"

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """The address of one payer's looks is ours."""
        return lookup == "payer__id__exact" or bool(super().lookup_allowed(lookup, value, request))

    def get_urls(self) -> list[URLPattern]:
        """The list as a file."""
        own = path("podglady.csv", self.admin_site.admin_view(self.csv_view), name="residents_accessrecord_csv")
        return [own, *super().get_urls()]

    def csv_view(self, request: HttpRequest) -> HttpResponse:
        """The rows that the filters in the address leave, at most 100,000; that it was taken is in the journal."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_changelist_instance(request).get_queryset(request)[:MOST_ROWS]
        response = HttpResponse(
            "\ufeff",  # so that a spreadsheet reads Polish letters
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="kto-przegladal.csv"'},
        )
        writer = csv.writer(response, delimiter=";")
        writer.writerow(["kiedy", "kto", "numer_platnika", "platnik", "co", "podstawa", "powod", "skad"])
        count = 0
        for look in rows:
            said = [look.account_name, look.payer.number, look.payer.name, look.what, look.basis, look.reason]
            when = timezone.localtime(look.at).strftime("%Y-%m-%d %H:%M:%S")
            writer.writerow([when, *map(_plain, said), look.address])
            count += 1
        record_looks_export(count=count, by=actor_of(request))
        return response


@admin.register(LookReason)
class LookReasonAdmin(OfficeAdmin):
    """Why a card may be opened; one that is no longer offered stays for the records that say it."""

    list_display = ("text", "is_active")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is taken out of the choice instead."""
        return False
