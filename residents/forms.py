"""Forms of residents' pages."""

from django import forms
from django.http import HttpRequest

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
