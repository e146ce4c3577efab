"""The upload of a dues file."""

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from liabilities.uploads import Upload

LARGEST_MB = 200


class DuesUploadForm(forms.Form):
    """A file, the system that it comes from, and when that system knew what it says."""

    file = forms.FileField(
        label="Plik CSV z należnościami",
        help_text="Pierwszy wiersz: id;identyfikator;nazwa;rodzaj;tytul;rok;rata;termin;kwota;zaplacono;konto",
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
        return Upload(file.read(), file.name[-200:], self.cleaned_data["source"].strip(), self.cleaned_data["as_of"])
