"""Forms of paying: which dues, for how much, by whom, and the number that makes a double click one payment."""

import uuid
from decimal import Decimal

from django import forms

from payments.providers import providers


class CheckoutForm(forms.Form):
    """«Sprawdź i zapłać»: what was chosen, the sum shown, the provider, and the payment's number, given out here."""

    instalment = forms.TypedMultipleChoiceField(coerce=int, choices=[], widget=forms.MultipleHiddenInput)
    number = forms.UUIDField(widget=forms.HiddenInput)
    amount = forms.DecimalField(max_digits=12, decimal_places=2, widget=forms.HiddenInput)
    provider = forms.ChoiceField(label="Sposób zapłaty", widget=forms.RadioSelect)

    def __init__(self, *args: object, chosen: list[int], amount: Decimal, **kwargs: object) -> None:
        """*chosen* are the ids that the page before posted, *amount* is what they come to now, in złoty."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        known = [(provider.name, provider.label) for provider in providers()]
        self.fields["instalment"].choices = [(key, key) for key in chosen]  # type: ignore[attr-defined]
        self.fields["provider"].choices = known  # type: ignore[attr-defined]
        self.fields["provider"].initial = known[0][0]
        self.fields["number"].initial = uuid.uuid4()
        self.fields["amount"].initial = amount


class SettleForm(forms.Form):
    """A clerk's decision on a payment in doubt."""

    amount = forms.DecimalField(label="Kwota, która wpłynęła (zł)", max_digits=12, decimal_places=2, localize=True)
    paid_on = forms.DateField(label="Dzień zapłaty", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(
        label="Co wyjaśniono", max_length=160, help_text="Zostaje w historii płatności; płatnik tego nie widzi."
    )


def chosen_ids(values: list[str]) -> list[int]:
    """The instalment ids among posted *values*; what is no number is dropped, repeats count once."""
    return sorted({int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 18})
