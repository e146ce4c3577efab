"""The clerk's form of a payer: registered once with a number, mended later."""

from datetime import date

from django import forms
from django.utils import timezone

from residents.forms import IdentityNumberField
from residents.identity import IdentityNumber, NumberKind
from residents.models import Payer
from residents.models.payer import Kind
from residents.queries import find_payer

OF_KIND = {
    Kind.PERSON: (NumberKind.PESEL, NumberKind.NIP, NumberKind.REGON),
    Kind.COMPANY: (NumberKind.NIP, NumberKind.REGON, NumberKind.KRS),
    Kind.FOREIGNER: (NumberKind.TOWN,),
}
WRONG_KIND = {
    Kind.PERSON: "Osoba fizyczna ma PESEL, a z firmą także NIP lub REGON.",
    Kind.COMPANY: "Firma ma NIP, REGON lub KRS.",
    Kind.FOREIGNER: "Cudzoziemiec bez numeru PESEL ma numer nadany przez gminę. Zostaw puste: nadamy następny wolny.",
}


class DateInput(forms.DateInput):
    """A browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PayerForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A clerk registers a payer or mends a name and address; number and date of birth are given once."""

    number = IdentityNumberField(
        label="PESEL, NIP, REGON, KRS lub numer nadany przez gminę",
        required=False,
        help_text="Można zostawić puste, gdy płatnik nie ma numeru. Cudzoziemcowi nadamy wtedy następny wolny.",
    )

    class Meta:
        model = Payer
        fields = ("kind", "name", "birth_date", "street", "postal_code", "city", "deceased_on")
        widgets = {"birth_date": DateInput, "deceased_on": DateInput}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for name in ("number", "birth_date") if self.instance.pk else ("deceased_on",):
            self.fields.pop(name, None)
        if "deceased_on" in self.fields:
            self.fields[
                "deceased_on"
            ].help_text = (
                "Od tego dnia nie wysyłamy przypomnień i nikt nie działa w imieniu tej osoby. Należności zostają."
            )
        if "birth_date" in self.fields:
            self.fields["birth_date"].help_text = "Potrzebna u cudzoziemca bez numeru PESEL."

    def clean(self) -> dict[str, object] | None:
        """A number belongs to its kind of payer and to nobody else; dates lie in the past."""
        cleaned = super().clean() or self.cleaned_data
        if not self.instance.pk:
            self._check_number(cleaned.get("kind"), cleaned.get("number"))
            self._check_birth(cleaned.get("kind"), cleaned.get("birth_date"))
        died = cleaned.get("deceased_on")
        if died is not None and died > timezone.localdate():
            self.add_error("deceased_on", "Data śmierci jest w przyszłości. Popraw ją.")
        elif died is not None and self.instance.kind == Kind.COMPANY:
            self.add_error("deceased_on", "Datę śmierci ma osoba, nie firma.")
        elif died is not None and self.instance.birth_date is not None and died < self.instance.birth_date:
            self.add_error("deceased_on", "Data śmierci jest wcześniejsza niż urodzenie. Popraw ją.")
        return cleaned

    def _check_number(self, kind: object, number: IdentityNumber | None) -> None:
        if number is None or not isinstance(kind, str) or kind not in OF_KIND:
            return
        if number.kind not in OF_KIND[Kind(kind)]:
            self.add_error("number", WRONG_KIND[Kind(kind)])
        elif find_payer(number) is not None:
            self.add_error("number", "Płatnik z tym numerem już jest w rejestrze. Znajdź go na liście płatników.")

    def _check_birth(self, kind: object, born: date | None) -> None:
        if born is None and kind == Kind.FOREIGNER and "birth_date" not in self.errors:
            self.add_error("birth_date", "Podaj datę urodzenia: bez numeru PESEL po niej rozpoznajemy osobę.")
        elif born is not None and kind != Kind.FOREIGNER:
            self.add_error("birth_date", "Tę datę wpisuje się tylko u cudzoziemca bez numeru PESEL.")
        elif born is not None and born > timezone.localdate():
            self.add_error("birth_date", "Data urodzenia jest w przyszłości. Popraw ją.")
