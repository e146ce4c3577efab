"""The composer's form: what an officer types, and the ready texts filled in."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings

from broadcasts.models import AreaKind, Broadcast, District, Hazard
from broadcasts.models.broadcast import Severity, Urgency
from broadcasts.shapes import NotAShape, read_shape, write_shape
from broadcasts.town_map import streets_of_shape
from core.dates import WARSAW
from notifications.texts import fill

MOMENT = "%Y-%m-%dT%H:%M"
TEXTS = ("sms", "sms_en", "sms_uk", "advice", "advice_en", "advice_uk")
MOST_STREETS = 3  # of a shape, named in a ready text: an SMS is short
POSTAL_CODE = re.compile(r"\d{2}-\d{3}")


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ComposeForm(forms.Form):
    """One warning on one page."""

    hazard = forms.ModelChoiceField(Hazard.objects.none(), label="Zagrożenie", empty_label=None)
    severity = forms.ChoiceField(label="Powaga", choices=Severity.choices, initial=Severity.SEVERE)
    urgency = forms.ChoiceField(label="Pilność", choices=Urgency.choices, initial=Urgency.IMMEDIATE)
    until = forms.DateTimeField(
        label="Obowiązuje do",
        input_formats=[MOMENT, "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        error_messages={"invalid": "Podaj dzień i godzinę, na przykład 22.11.2026 06:00."},
    )
    area_kind = forms.ChoiceField(
        label="Obszar", choices=AreaKind.choices, widget=forms.RadioSelect, initial=AreaKind.WHOLE
    )
    districts = forms.MultipleChoiceField(
        label="Dzielnice i sołectwa", required=False, widget=forms.CheckboxSelectMultiple
    )
    streets = forms.CharField(
        label="Ulice", required=False, widget=_area(2), help_text="Każda w osobnym wierszu, bez numerów."
    )
    postal_codes = forms.CharField(label="Kody pocztowe", required=False, help_text="Na przykład 43-300, 43-309.")
    shape = forms.CharField(
        label="Kształt na mapie",
        required=False,
        widget=_area(3),
        help_text="Punkty dookoła obszaru, każdy w osobnym wierszu: szerokość, długość. Ulica, której choć jeden adres "
        "leży w kształcie, jest ostrzegana cała.",
    )
    with_unknown = forms.BooleanField(
        label="Także osoby, których adresu nie znamy albo nie ma go na mapie", required=False, initial=True
    )
    sms = forms.CharField(label="SMS", required=False, widget=_area(4))
    sms_en = forms.CharField(label="SMS po angielsku", required=False, widget=_area(3))
    sms_uk = forms.CharField(label="SMS po ukraińsku", required=False, widget=_area(3))
    advice = forms.CharField(
        label="Co robić", required=False, widget=_area(4), help_text="Do e-maila, rozmowy telefonicznej i na stronę."
    )
    advice_en = forms.CharField(label="Co robić, po angielsku", required=False, widget=_area(3))
    advice_uk = forms.CharField(label="Co robić, po ukraińsku", required=False, widget=_area(3))
    is_rehearsal = forms.BooleanField(
        label="To ćwiczenie",
        required=False,
        help_text="Idzie tylko do listy ćwiczeń urzędu; każdy tekst zaczyna się od słowa ĆWICZENIE.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["hazard"].queryset = Hazard.objects.filter(is_active=True)  # type: ignore[attr-defined]
        names = [(one.name, one.name) for one in District.objects.all()]
        self.fields["districts"].choices = names  # type: ignore[attr-defined]
        if not names:
            del self.fields["districts"]

    def clean_streets(self) -> list[str]:
        """One a line."""
        return [" ".join(line.split())[:120] for line in self.cleaned_data["streets"].splitlines() if line.strip()]

    def clean_postal_codes(self) -> list[str]:
        """Codes as they are written, apart by commas or spaces."""
        codes = re.split(r"[\s,;]+", self.cleaned_data["postal_codes"].strip())
        wrong = [code for code in codes if code and not POSTAL_CODE.fullmatch(code)]
        if wrong:
            raise forms.ValidationError(f"{wrong[0]} nie jest kodem pocztowym. Pisz 00-000.")
        return [code for code in codes if code]

    def clean_shape(self) -> list[list[float]]:
        """The corners."""
        try:
            return [list(point) for point in read_shape(self.cleaned_data["shape"])]
        except NotAShape as fault:
            raise forms.ValidationError(str(fault)) from fault

    def said(self) -> dict[str, Any]:
        """What a draft takes."""
        drawn = streets_of_shape(self.cleaned_data.get("shape", []))
        return {"districts": [], **self.cleaned_data, "drawn_streets": drawn}


def initial_of(broadcast: Broadcast) -> dict[str, Any]:
    """The form as it stands in a draft."""
    shown = {name: getattr(broadcast, name) for name in ComposeForm.base_fields}
    shown["streets"] = "\n".join(broadcast.streets)
    shown["shape"] = write_shape(broadcast.shape)
    shown["postal_codes"] = ", ".join(broadcast.postal_codes)
    return shown


def ready_texts(said: Mapping[str, Any]) -> dict[str, str]:
    """The hazard's texts with town, place and time filled in."""
    hazard: Hazard = said["hazard"]
    until: datetime = said["until"].astimezone(WARSAW)
    parts = [*said.get("districts", []), *said["streets"], *[f"kod {code}" for code in said["postal_codes"]]]
    parts += said.get("drawn_streets", [])[:MOST_STREETS]
    whole = {"": "cała gmina", "_en": "the whole town", "_uk": "вся громада"}
    found = {}
    for name in TEXTS:
        language = name[-3:] if name[-3:] in whole else ""
        where = ", ".join(parts) if said["area_kind"] == AreaKind.PARTS and parts else whole[language]
        facts = {"gmina": settings.TOWN["short_name"], "gdzie": where, "do": f"{until:%d.%m, godz. %H:%M}"}
        facts["do"] = facts["do"] if not language else f"{until:%d.%m, %H:%M}"
        found[name] = fill(getattr(hazard, name), facts)
    return found
