"""«Gotowe teksty» and «Dzielnice i sołectwa»: data that the town edits."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from broadcasts.admin.town_map import map_page
from broadcasts.models import District, Hazard
from broadcasts.ready import set_district, set_hazard
from core.admin import OfficeAdmin
from notifications.texts import check
from residents.access import actor_of

FACTS = ("gmina", "gdzie", "do")


class HazardForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A hazard's texts, their placeholders checked."""

    class Meta:
        model = Hazard
        fields = (
            *("name", "name_en", "name_uk", "category", "response", "sms", "sms_en", "sms_uk"),
            *("advice", "advice_en", "advice_uk", "position", "is_active"),
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a field that nothing fills."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("sms", "sms_en", "sms_uk", "advice", "advice_en", "advice_uk"):
            for problem in check(str(cleaned.get(name, "")), FACTS):
                self.add_error(name, problem)
        return cleaned


@admin.register(Hazard)
class HazardAdmin(OfficeAdmin):
    """Texts ready for the night."""

    form = HazardForm
    list_display = ("name", "category", "response", "position", "is_active")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The hazards are known; «Inne zagrożenie» serves the rest."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Warnings that were sent name them."""
        return False

    def save_model(self, request: HttpRequest, obj: Hazard, form: Any, change: bool) -> None:  # noqa: FBT001
        """Through the action."""
        set_hazard(obj, by=actor_of(request))


class DistrictForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A part of the town."""

    streets = forms.CharField(
        label="Ulice", required=False, widget=forms.Textarea(attrs={"rows": 8}), help_text="Każda w osobnym wierszu."
    )
    postal_codes = forms.CharField(label="Kody pocztowe", required=False, help_text="Po przecinku.")

    class Meta:
        model = District
        fields = ("name", "streets", "postal_codes")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["streets"] = "\n".join(self.instance.streets)
        self.initial["postal_codes"] = ", ".join(self.instance.postal_codes)

    def clean_streets(self) -> list[str]:
        """One a line."""
        return [" ".join(line.split())[:120] for line in self.cleaned_data["streets"].splitlines() if line.strip()]

    def clean_postal_codes(self) -> list[str]:
        """Codes apart by commas."""
        return [code.strip()[:6] for code in self.cleaned_data["postal_codes"].split(",") if code.strip()]


@admin.register(District)
class DistrictAdmin(OfficeAdmin):
    """Parts of the town that can be warned by name."""

    form = DistrictForm
    list_display = ("name", "told_streets", "told_codes")
    list_before_template = "admin/broadcasts/map_link.html"

    def get_urls(self) -> list[URLPattern]:
        """The map beside the names."""
        page = self.admin_site.admin_view(self.map_view)
        return [path("mapa/", page, name="broadcasts_map"), *super().get_urls()]

    def map_view(self, request: HttpRequest) -> HttpResponse:
        """«Mapa gminy»."""
        return map_page(request, self.admin_site.each_context(request))

    @admin.display(description="ulic")
    def told_streets(self, district: District) -> int:
        """How many."""
        return len(district.streets)

    @admin.display(description="kody pocztowe")
    def told_codes(self, district: District) -> str:
        """All of them."""
        return ", ".join(district.postal_codes) or "–"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Warnings that were sent name them."""
        return False

    def save_model(self, request: HttpRequest, obj: District, form: Any, change: bool) -> None:  # noqa: FBT001
        """Through the action."""
        set_district(obj, by=actor_of(request))
