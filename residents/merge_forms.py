"""The clerk's form that says which two records are one person."""

from typing import Any

from django import forms
from django.utils import timezone

from core.errors import Refused
from residents.models import Payer
from residents.queries import find_record


class OtherRecordForm(forms.Form):
    """Names the duplicate by a number. Its cleaned value is a Payer."""

    duplicate = forms.CharField(
        label="Numer drugiego wpisu",
        max_length=30,
        help_text="PESEL, NIP, REGON, KRS, numer nadany przez gminę albo numer z karty, na przykład P-000123.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_duplicate(self) -> Payer:
        """The record that bears the number."""
        try:
            found = find_record(self.cleaned_data["duplicate"], on=timezone.localdate())
        except Refused as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal
        if found is None:
            raise forms.ValidationError("Nikt w rejestrze nie ma tego numeru.")
        return found


class MergeForm(forms.Form):
    """Says why the two are one; the duplicate comes along by its key, for its number belongs in no page."""

    duplicate = forms.ModelChoiceField(Payer.objects.all(), widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Skąd wiadomo, że to ta sama osoba lub firma",
        max_length=300,
        help_text="Słowami, bez numerów. Zostaje na zawsze w historii obu wpisów.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["autocomplete"] = "off"
