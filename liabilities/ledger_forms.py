"""Forms of the verbs of the ledger, as a clerk fills them in."""

import re
import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django import forms

from core.errors import Refused
from core.money import parse_pln
from core.reason_field import ReasonField
from liabilities.limitation import Effect
from liabilities.models.limitation import LABELS
from liabilities.plan import Rate
from liabilities.reliefs import Ruling
from liabilities.set_off_rules import GROUND_LABELS, Ground

LINE = re.compile(r"(\d{4})-(\d{2})-(\d{2})[\s;]+(.+)")


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    """A day, by the browser's own picker."""
    picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=picker, help_text=help_text)


def pln_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DecimalField:
    """An amount in złoty."""
    return forms.DecimalField(
        label=label, required=required, help_text=help_text, max_digits=12, decimal_places=2, min_value=0, localize=True
    )


class ReasonForm(forms.Form):
    """Why: kept in the audit."""

    reason = ReasonField(help_text="Bez numerów PESEL. Zostaje w dzienniku zdarzeń; płatnik go nie widzi.")


class WriteOffForm(ReasonForm):
    """An assessment lowered."""

    amount = pln_field("Ile odpisać (zł)")
    field_order = ("amount", "reason")


class DecisionForm(ReasonForm):
    """What every decision has."""

    number = forms.CharField(label="Znak decyzji", max_length=60)
    decided_on = day_field("Dzień decyzji")
    applied_on = day_field("Dzień wniosku", required=False, help_text="Od tego dnia odsetki stoją. Puste: z urzędu.")
    field_order = ("number", "decided_on", "applied_on")

    def ruling(self) -> Ruling:
        """What was typed in, after `is_valid`."""
        data = self.cleaned_data
        return Ruling(data["number"], data["decided_on"], data["applied_on"], data["reason"])


class RemissionForm(DecisionForm):
    """How much is remitted."""

    principal = pln_field("Umorzono należności (zł)", help_text="Odsetki od umorzonej części znikają razem z nią.")
    interest = pln_field("Umorzono odsetek od tego, co zostaje (zł)")


class DeferralForm(DecisionForm):
    """Until when."""

    until = day_field("Nowy termin")
    with_fee = forms.BooleanField(
        label="Nalicz opłatę prolongacyjną",
        required=False,
        initial=True,
        help_text="Liczy się sama, jeśli rada ją uchwaliła. Odznacz przy klęsce lub wypadku losowym (art. 57 § 5).",
    )


class PlanForm(DecisionForm):
    """Which instalments, and the new ones, a line each."""

    instalments = forms.TypedMultipleChoiceField(
        label="Co rozkładamy na raty", coerce=int, widget=forms.CheckboxSelectMultiple
    )
    rates = forms.CharField(
        label="Raty",
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="W każdym wierszu termin i kwota: 2026-05-29 166,67",
    )
    with_fee = forms.BooleanField(label="Nalicz opłatę prolongacyjną", required=False, initial=True)

    def __init__(self, *args: object, choices: Sequence[tuple[int, str]], **kwargs: object) -> None:
        """*choices* are the payer's open instalments of the kind."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["instalments"].choices = choices  # type: ignore[attr-defined]

    def clean_rates(self) -> list[Rate]:
        """Each line a rate; the first bad line is named."""
        rates = []
        for place, line in enumerate(self.cleaned_data["rates"].strip().splitlines(), start=1):
            found = LINE.fullmatch(line.strip())
            try:
                year, month, day = (int(part) for part in found.groups()[:3]) if found else (0, 0, 0)
                rates.append(Rate(date(year, month, day), parse_pln(found[4] if found else "")))
            except (ValueError, Refused) as error:
                raise forms.ValidationError(f"Wiersz {place}: podaj termin i kwotę, jak 2026-05-29 166,67.") from error
        return rates


class BearersForm(ReasonForm):
    """Who else owes it."""

    numbers = forms.CharField(
        label="Współzobowiązani",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        help_text="Numer płatnika z portalu (P-000123), jeden w wierszu. Puste: płatnik odpowiada sam.",
    )
    field_order = ("numbers", "reason")


class FactForm(forms.Form):
    """What stopped or broke the time of limitation."""

    effect = forms.ChoiceField(label="Skutek", choices=[(one.value, LABELS[one]) for one in Effect])
    from_on = day_field("Od dnia")
    until_on = day_field("Do dnia", required=False, help_text="Puste: nadal trwa (albo zdarzenie jednego dnia).")
    basis = forms.CharField(
        label="Podstawa", max_length=200, help_text="Na przykład: OP art. 70 § 4, zajęcie rachunku."
    )


class EndForm(forms.Form):
    """Why a decision no longer holds."""

    why = ReasonField(label="Dlaczego decyzja przestaje obowiązywać")


class SetOffForm(forms.Form):
    """A credit, the dues that it pays, and on what ground."""

    due_kind = forms.ChoiceField(label="Nadpłata z")
    instalments = forms.TypedMultipleChoiceField(label="Na co", coerce=int, widget=forms.CheckboxSelectMultiple)
    ground = forms.ChoiceField(label="Podstawa", choices=[(one.value, GROUND_LABELS[one]) for one in Ground])
    document = forms.CharField(label="Znak postanowienia, wniosku albo oświadczenia", max_length=100)
    amount = pln_field("Kwota (zł)", required=False, help_text="Puste: cała nadpłata, ile się da.")
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *args: object, held: Sequence[tuple[str, str]], dues: Sequence[tuple[int, str]], **kwargs: object
    ) -> None:
        """*held* (credits) and *dues* are the payer's, with their sums in words."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["due_kind"].choices = held  # type: ignore[attr-defined]
        self.fields["instalments"].choices = dues  # type: ignore[attr-defined]
        self.fields["key"].initial = uuid.uuid4()

    def clean_amount(self) -> Decimal | None:
        """Nothing typed in is all of it."""
        amount: Decimal | None = self.cleaned_data["amount"]
        return amount or None
