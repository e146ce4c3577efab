"""The upload of a dues file."""

from django import forms
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from liabilities.models import ImportKind, TokenScope
from liabilities.uploads import Upload

LARGEST_MB = 200


class DuesUploadForm(forms.Form):
    """A file, the system that it comes from, and when that system knew what it says."""

    file = forms.FileField(
        label="Plik z należnościami",
        help_text="CSV, XLSX albo JSON Lines. Kolumny CSV: "
        "id;identyfikator;nazwa;rodzaj;tytul;rok;rata;termin;kwota;zaplacono;konto, albo neutralnej wymiany.",
        widget=UnfoldAdminFileFieldWidget,
        allow_empty_file=True,  # the importer says in better words what is wrong
    )
    source = forms.CharField(
        label="System źródłowy",
        max_length=40,
        initial="fk",
        help_text="Zawsze ta sama nazwa dla jednego systemu: po niej rozpoznajemy znane już raty.",
        widget=UnfoldAdminTextInputWidget,
    )
    as_of = forms.DateTimeField(
        label="Stan na",
        help_text="Chwila eksportu z systemu. Wpłaty z portalu późniejsze niż ona nie giną.",
        widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local", "step": "1"}),
    )
    kind = forms.ChoiceField(
        label="Zawartość",
        choices=ImportKind.choices,
        initial=ImportKind.DELTA,
        required=False,
        help_text="Pełny stan: otwarte raty, których w pliku nie ma, trafią na listę do decyzji. "
        "Pierwszeństwo ma rekord kontrolny pliku.",
        widget=UnfoldAdminSelectWidget,
    )
    keys_changed = forms.BooleanField(
        label="System źródłowy celowo zmienił klucze",
        required=False,
        help_text="Zaznacz tylko wtedy, gdy portal odmówił z powodu nowych kluczy, a zmiana jest zamierzona.",
        widget=UnfoldBooleanWidget,
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        """A moment is shown as `datetime-local` wants it."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        moment = self.initial.get("as_of")
        if moment is not None:
            self.initial["as_of"] = timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M:%S")

    def clean_file(self) -> object:
        """Not larger than the server can take at once."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_MB * 1_000_000:
            raise forms.ValidationError(f"Plik ma ponad {LARGEST_MB} MB. Podziel go albo użyj polecenia import_dues.")
        return file

    def upload(self) -> Upload:
        """What was uploaded, after `is_valid`."""
        file = self.cleaned_data["file"]
        said = self.cleaned_data
        return Upload(
            file.read(),
            file.name[-200:],
            said["source"].strip(),
            said["as_of"],
            said["kind"] or ImportKind.DELTA,
            said["keys_changed"],
        )


class ApiTokenForm(forms.Form):
    """Whose token, and what for."""

    name = forms.CharField(
        label="Nazwa",
        max_length=80,
        help_text="Na przykład: FK, serwer księgowości.",
        widget=UnfoldAdminTextInputWidget,
    )
    source = forms.CharField(
        label="System źródłowy",
        max_length=40,
        help_text="Ta sama nazwa, pod którą wczytujesz pliki tego systemu.",
        widget=UnfoldAdminTextInputWidget,
    )
    scope = forms.ChoiceField(label="Zakres", choices=TokenScope.choices, widget=UnfoldAdminSelectWidget)
