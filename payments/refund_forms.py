"""Forms of the office's pages on refunds and reversals."""

from collections.abc import Sequence

from django import forms

from core.reason_field import ReasonField
from liabilities.ledger_forms import day_field, pln_field
from payments.refund_states import REVERSAL_LABELS

NO_PESEL = "Bez numerów PESEL. Zostaje w historii zwrotu."


class RefundForm(forms.Form):
    """How much goes back, to whom, and why."""

    payer = forms.TypedChoiceField(label="Czyja część", coerce=int)
    amount = pln_field("Ile zwrócić (zł)")
    reason = ReasonField(help_text=NO_PESEL)

    def __init__(self, *args: object, payers: Sequence[tuple[int, str]], **kwargs: object) -> None:
        """*payers* are those who have something in the payment, with how much may go back."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["payer"].choices = payers  # type: ignore[attr-defined]


class WhyForm(forms.Form):
    """Why a refund stops, or did not arrive."""

    reason = ReasonField(help_text=NO_PESEL)


class ReversalForm(forms.Form):
    """What staff read in the provider's panel or letter."""

    kind = forms.ChoiceField(
        label="Co się stało", choices=[(one.value, label) for one, label in REVERSAL_LABELS.items()]
    )
    key = forms.CharField(label="Numer sprawy albo zwrotu u operatora", max_length=80)
    amount = pln_field("Ile operator zabrał (zł)")
    on = day_field("Którego dnia")


class PlainForm(forms.Form):
    """Nothing to fill in: a button that does one thing."""


class PayoutForm(forms.Form):
    """What a payout holds, and what the provider kept."""

    keys = forms.MultipleChoiceField(label="Co jest w tej wypłacie", widget=forms.CheckboxSelectMultiple)
    fee = pln_field(
        "Prowizja potrącona przez operatora (zł)", help_text="Z raportu operatora. Zero, gdy jest na fakturze."
    )
    note = forms.CharField(
        label="Skąd różnica", max_length=200, required=False, help_text="Tylko gdy kwoty się nie zgadzają."
    )

    def __init__(self, *args: object, held: Sequence[tuple[str, str]], **kwargs: object) -> None:
        """*held* is what no other payout holds, with its sums in words."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["keys"].choices = held  # type: ignore[attr-defined]
