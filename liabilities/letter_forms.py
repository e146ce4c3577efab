"""Forms of dunning letters: ordering a run, entering what became of letters, holding a due back."""

from collections.abc import Sequence
from datetime import date

from django import forms

from liabilities.ledger_forms import ReasonForm, day_field, pln_field
from liabilities.letter_runs import Order
from liabilities.models import HoldReason, Outcome, Way

ENTERED = [(one.value, one.label) for one in (Outcome.SERVED, Outcome.FICTION, Outcome.REFUSED, Outcome.RETURNED)]
WAYS = [("", "jak zapisano w rejestrze"), *Way.choices]
LARGEST_MB = 10


class OrderForm(forms.Form):
    """A run of letters."""

    kinds = forms.MultipleChoiceField(label="Rodzaje należności", widget=forms.CheckboxSelectMultiple)
    issued_on = day_field(
        "Dzień wystawienia", help_text="Do tego dnia liczą się odsetki. Dziś albo do siedmiu dni naprzód."
    )
    overdue_days = forms.IntegerField(
        label="Ile dni po terminie", min_value=1, max_value=1000, initial=14, help_text="Młodsze zaległości poczekają."
    )
    wait_days = forms.IntegerField(
        label="Ile dni po działaniu informacyjnym",
        min_value=0,
        max_value=60,
        initial=7,
        help_text="Tyle czasu na zapłatę ma ten, komu przypomniano SMS-em albo e-mailem. O kwotę ponad "
        "dziesięciokrotności kosztów upomina się najpóźniej 21 dni po pierwszym przypomnieniu.",
    )
    least = pln_field(
        "Próg (zł)",
        required=False,
        help_text="Suma jednego płatnika, do której upomnienie może poczekać. Puste: dziesięciokrotność kosztów. "
        "Próg nie zatrzyma tego, co przedawni się w ciągu roku.",
    )
    signer = forms.CharField(label="Imię, nazwisko i stanowisko na piśmie", max_length=120)

    def __init__(self, *args: object, choices: Sequence[tuple[str, str]], **kwargs: object) -> None:
        """*choices* are the public kinds of due."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["kinds"].choices = choices  # type: ignore[attr-defined]

    def order(self) -> Order:
        """What was asked for, after `is_valid`."""
        said = self.cleaned_data
        return Order(
            issued_on=said["issued_on"],
            kinds=tuple(said["kinds"]),
            overdue_days=said["overdue_days"],
            wait_days=said["wait_days"],
            signer=said["signer"],
            least=said["least"],
        )


class OutcomeForm(forms.Form):
    """What became of one letter."""

    outcome = forms.ChoiceField(
        label="Wynik", choices=[*ENTERED, (Outcome.VOID.value, "unieważnione (nie wysłano albo z błędem)")]
    )
    on = day_field("Dzień", help_text="Dzień doręczenia, odmowy, zwrotu albo unieważnienia.")
    way = forms.ChoiceField(label="Droga", choices=WAYS, required=False)
    why = forms.CharField(
        label="Uwagi", max_length=200, required=False, help_text="Przy unieważnieniu: powód. Bez numerów PESEL."
    )


class OutcomesForm(forms.Form):
    """What became of many: numbers typed or scanned, or a file."""

    numbers = forms.CharField(
        label="Numery upomnień",
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "autocomplete": "off"}),
        help_text="Jeden w wierszu, na przykład 2026/123. Po spacji można dopisać inny dzień: 2026/124 2026-11-18.",
    )
    on = day_field("Dzień", required=False, help_text="Dla numerów bez własnego dnia.")
    outcome = forms.ChoiceField(label="Wynik", choices=ENTERED, required=False)
    way = forms.ChoiceField(label="Droga", choices=WAYS, required=False)
    file = forms.FileField(
        label="albo plik CSV",
        required=False,
        help_text="Kolumny: numer;data;wynik, a jeśli są, także droga;uwagi. "
        "Wynik: doręczone, zastępczo, odmowa, zwrot.",
    )

    def clean(self) -> dict[str, object]:
        """Either numbers with a day, or a file."""
        said: dict[str, object] = super().clean() or self.cleaned_data
        file = self.files.get("file")
        if file is not None and (file.size or 0) > LARGEST_MB * 1_000_000:
            self.add_error("file", f"Plik ma ponad {LARGEST_MB} MB. Podziel go.")
        if file is None and not str(said.get("numbers") or "").strip():
            self.add_error("numbers", "Wpisz numery albo wybierz plik.")
        if file is None and not isinstance(said.get("on"), date) and "on" not in self.errors:
            self.add_error("on", "Podaj dzień.")
        return said


class HoldForm(forms.Form):
    """Why a due is held back, and until when."""

    reason = forms.ChoiceField(label="Powód", choices=HoldReason.choices)
    note = forms.CharField(label="Znak sprawy albo opis", max_length=120, help_text="Bez numerów PESEL.")
    until_on = day_field("Do dnia", required=False, help_text="Puste: do odwołania.")


class EndHoldForm(ReasonForm):
    """Why a hold ends."""
