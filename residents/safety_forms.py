"""Forms of what an administrator does for somebody else's account."""

from django import forms


class IdentityCheckedForm(forms.Form):
    """How the clerk made sure who asks: as strictly as when the account was given (OWASP ASVS 5.0 6.4.4)."""

    checked_how = forms.CharField(
        label="Jak sprawdzono, kto prosi",
        max_length=120,
        help_text="Na przykład: dowód osobisty okazany w pokoju 12. Zapiszemy to w dzienniku zdarzeń.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
