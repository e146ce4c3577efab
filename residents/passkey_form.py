"""The form by which a passkey is added."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth carries no types
    """allauth's, in our words; a key that signs in by itself is what people expect of a passkey."""

    name = forms.CharField(
        label="Nazwa klucza",
        required=False,
        max_length=60,
        help_text="Żeby odróżnić klucze, na przykład „telefon” albo „klucz USB w biurku”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    passwordless = forms.BooleanField(
        label="Loguj tym kluczem bez hasła",
        required=False,
        initial=True,
        help_text="Klucz zapyta wtedy o odcisk palca, twarz albo PIN. Odznacz, gdy klucz USB tego nie potrafi.",
    )
