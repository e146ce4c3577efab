"""«Mapa gminy»: the addresses that the map is drawn of, from a file of the register of addresses."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from broadcasts.town_map import take_addresses, town_picture
from core.errors import Refused
from residents.access import actor_of

LARGEST = 20_000_000
MAY = "broadcasts.change_district"


class MapForm(forms.Form):
    """A file of addresses."""

    file = forms.FileField(
        label="Plik CSV z adresami",
        help_text="Kolumny: ulica;szerokosc;dlugosc (stopnie, WGS 84), jeden adres w wierszu; do 20 MB.",
    )

    def clean_file(self) -> bytes:
        """The bytes, no more than are read."""
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST:
            raise forms.ValidationError("Plik ma ponad 20 MB. Wczytaj tylko adresy swojej gminy.")
        content: bytes = upload.read()
        return content


def map_page(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    """The map as it is, and another one taken in. *context* is the admin site's own."""
    if not request.user.has_perm(MAY):
        raise PermissionDenied
    form = MapForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            taken = take_addresses(form.cleaned_data["file"], by=actor_of(request))
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, f"Mapa wczytana. Adresów: {taken.addresses}, ulic: {taken.streets}.")
            for fault in taken.faults:
                messages.warning(request, fault)
            return redirect("admin:broadcasts_map")
    shown = {
        **context,
        "title": "Mapa gminy",
        "form": form,
        "picture": town_picture(),
        "back": reverse("admin:broadcasts_district_changelist"),
    }
    return render(request, "admin/broadcasts/town_map.html", shown)
