"""Forms of residents' and clerks' pages."""

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from core.errors import Refused
from residents.identity import IdentityNumber, read_identity
from residents.models import Account


class SignUpForm(forms.Form):
    """What an account is asked for besides its e-mail address and password."""

    full_name = forms.CharField(
        label="Imię i nazwisko",
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def signup(self, request: HttpRequest, user: Account) -> None:
        """Called by allauth when the account is made."""
        user.full_name = self.cleaned_data["full_name"].strip()
        user.save(update_fields=["full_name"])


class IdentityNumberField(forms.CharField):
    """An identity number, checked; its cleaned value is an IdentityNumber (None when empty and not required)."""

    def __init__(self, **options: object) -> None:
        options.setdefault("label", "PESEL, NIP lub REGON")
        options.setdefault("max_length", 20)
        super().__init__(**options)  # type: ignore[arg-type]
        self.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off"})

    def clean(self, value: object) -> IdentityNumber | None:
        """The checked number; a false one is told in words."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_identity(text, on=timezone.localdate())
        except Refused as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal


class ConfirmForm(forms.Form):
    """Confirm an identity by a code from the office."""

    number = IdentityNumberField(help_text="Z dowodu albo dokumentów firmy. Zobaczy go tylko ten formularz.")
    code = forms.CharField(
        label="Kod z urzędu",
        max_length=12,
        help_text="Osiem liter i cyfr, na przykład ABCD-EFGH.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
    )
