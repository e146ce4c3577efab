"""A list in admin that is searched by POST: a PESEL typed into its box never stands in an address or in a log."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from core.admin import OfficeAdmin
from core.errors import Refused
from residents.models import Payer
from residents.queries import find_record


class NumberSearch(OfficeAdmin):
    """A whole number leads to its bearer's page; anything else is looked for in the names.

    Its search box is `admin/search_by_number.html`, named by a template `admin/<app>/<model>/search_form.html`.
    """

    search_help_text = "Nazwisko albo cały PESEL, NIP, REGON, KRS lub numer z karty (P-000123)"

    def page_of(self, payer: Payer) -> str:
        """The address to show for the payer who bears the number; a list of something else says its own."""
        return reverse("admin:residents_payer_change", args=[payer.pk])

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Answer the search box, else show the list."""
        if request.method == "POST" and "q" in request.POST:
            return self._search(request, request.POST["q"].strip())
        page: HttpResponse = super().changelist_view(request, extra_context)
        return page

    def _search(self, request: HttpRequest, wanted: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            found = find_record(wanted, on=timezone.localdate())
        except Refused as refusal:
            if sum(letter.isdigit() for letter in wanted) < len(wanted) / 2 or not wanted:
                return redirect(f"{request.path}?{urlencode({'q': wanted})}")
            messages.warning(request, f"{refusal} Nazwisk z samych cyfr nie szukamy.")
            return redirect(request.path)
        if found is None:
            messages.warning(request, "Nikt w rejestrze nie ma tego numeru.")
            return redirect(request.path)
        if found.merged_into is not None:
            messages.info(request, f"Wpis {found.number} połączono z {found.merged_into.number}.")
        return redirect(self.page_of(found.merged_into or found))
