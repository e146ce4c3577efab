"""Forms of the office's pages of bank statements."""

from django import forms
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from core.reason_field import ReasonField
from payments.formats import NAMES

LARGEST_MB = 50


class StatementUploadForm(forms.Form):
    """A file from the bank."""

    file = forms.FileField(
        label="Plik z banku",
        help_text="Wyciąg MT940 lub CAMT.053, raport wpłat masowych albo plik ePłatności."
        " Ten sam plik drugi raz niczego nie zmieni.",
        widget=UnfoldAdminFileFieldWidget,
        allow_empty_file=True,  # the reader says in better words what is wrong
    )
    form = forms.ChoiceField(
        label="Format",
        choices=[("auto", "rozpoznaj"), *NAMES.items()],
        initial="auto",
        widget=UnfoldAdminSelectWidget,
    )

    def clean_file(self) -> object:
        """Not larger than a page can wait for."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_MB * 1_000_000:
            raise forms.ValidationError(
                f"Plik ma ponad {LARGEST_MB} MB. Użyj polecenia import_statement albo folderu, z którego czyta portal."
            )
        return file


class ReasonForm(forms.Form):
    """Why: kept in the history."""

    reason = ReasonField(help_text="Zostaje w historii.")


class EntryReasonForm(forms.Form):
    """What an entry is that pays no due."""

    reason = ReasonField(label="Czego dotyczy ta pozycja", help_text="Na przykład: subwencja, wadium.")
