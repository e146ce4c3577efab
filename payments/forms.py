"""Forms of paying: by whom, for how much, and the number that makes a double click one payment."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.conf import settings

from core.money import format_pln
from core.reason_field import ReasonField
from payments.basket import Basket
from payments.fees import fee_on
from payments.providers import providers

TRANSFER = "transfer"


@dataclass(frozen=True)
class Way:
    """One way to pay a basket: what it is called, and what the payer pays on top, in złoty."""

    code: str
    label: str
    fee: Decimal


def ways_for(basket: Basket) -> list[Way]:
    """The ways to pay *basket* that the town offers, in its order; a provider without keys of its recipient is none."""
    ready = {provider.name: provider for provider in providers(basket.recipient)}
    ways = []
    for name in settings.PAYMENT_WAYS:
        if name == TRANSFER:
            ways.append(Way(TRANSFER, "Przelew z własnego banku (numer rachunku, kod QR, druk)", Decimal(0)))
        elif name in ready:
            fee = fee_on(basket.amount, name, settings.PAYMENT_FEES)
            cost = f" – opłata operatora {format_pln(fee)}, razem {format_pln(basket.amount + fee)}" if fee else ""
            ways.append(Way(name, f"{ready[name].label}{cost}", fee))
    return ways


def all_ways() -> list[Way]:
    """Every way that the town offers for anything: what a form may name."""
    return [Way(name, name, Decimal(0)) for name in settings.PAYMENT_WAYS]


class CheckoutForm(forms.Form):
    """«Sprawdź i zapłać»: the sum shown, the way to pay, and the payment's number, given out here."""

    number = forms.UUIDField(widget=forms.HiddenInput)
    amount = forms.DecimalField(max_digits=12, decimal_places=2, localize=True, widget=forms.HiddenInput)
    provider = forms.ChoiceField(label="Sposób zapłaty", widget=forms.RadioSelect)

    def __init__(self, *args: object, ways: Sequence[Way], amount: Decimal, **kwargs: object) -> None:
        """*ways* to choose from; *amount* is what the basket comes to now, in złoty."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["provider"].choices = [(way.code, way.label) for way in ways]  # type: ignore[attr-defined]
        self.fields["provider"].initial = ways[0].code if ways else None
        self.fields["number"].initial = uuid.uuid4()
        self.fields["amount"].initial = amount


class SettleForm(forms.Form):
    """A clerk's decision on a payment in doubt."""

    amount = forms.DecimalField(label="Kwota, która wpłynęła (zł)", max_digits=12, decimal_places=2, localize=True)
    paid_on = forms.DateField(label="Dzień zapłaty", widget=forms.DateInput(attrs={"type": "date"}))
    reason = ReasonField(
        label="Co wyjaśniono", max_length=160, help_text="Zostaje w historii płatności; płatnik tego nie widzi."
    )
