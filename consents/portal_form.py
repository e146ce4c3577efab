"""The resident's choice: the grid's ticks, a phone and an e-mail address."""

from typing import Any

from django import forms

from consents.grid import posted_ticks
from consents.portal import contacts_to_prepare
from consents.replacement import Choice
from core.errors import Refused


class ChoiceForm(forms.Form):
    """What a resident wants, by which way, where to. Ticks come as `tick` = «topic:channel»; none is a resignation."""

    phone = forms.CharField(
        label="Telefon",
        required=False,
        max_length=30,
        help_text="Na ten numer wyślemy SMS-y. Nowy numer potwierdzisz kodem.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    email = forms.EmailField(
        label="E-mail",
        required=False,
        max_length=254,
        help_text="Na ten adres wyślemy e-maile. Nowy adres potwierdzisz kodem.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "To nie jest adres e-mail. Podaj adres jak jan@example.com."},
    )

    def ticked(self) -> frozenset[Choice]:
        """The boxes that were posted."""
        return frozenset(posted_ticks(self.data))

    def clean(self) -> dict[str, Any]:
        """The phone as it is kept; ways without an address are told at their field."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            cleaned["phone"], cleaned["email"] = contacts_to_prepare(
                self.ticked(), phone=cleaned.get("phone", ""), email=cleaned.get("email", "")
            )
        except Refused as refusal:
            self.add_error(refusal.where if refusal.where in self.fields else None, str(refusal))
        return cleaned


class CodeForm(forms.Form):
    """A code that was sent to an address."""

    code = forms.CharField(
        label="Kod z wiadomości",
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": "Wpisz kod z wiadomości."},
    )
