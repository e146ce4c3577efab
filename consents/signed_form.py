"""Forms of signed files: a resident's upload, a clerk's, and why a file is set aside."""

from typing import Any

from django import forms

from consents.models import ArrivalWay

FILE_HELP = "Plik PDF albo XML z podpisem elektronicznym, do 10 MB."
OFFICE_WAYS = (ArrivalWay.EPUAP, ArrivalWay.EDELIVERY, ArrivalWay.SIGNED_FILE)


class SignedFileForm(forms.Form):
    """The file alone."""

    file = forms.FileField(
        label="Podpisany wniosek",
        help_text=FILE_HELP,
        widget=forms.FileInput(attrs={"accept": ".pdf,.xml,.xades"}),
        error_messages={"required": "Wybierz plik z podpisanym wnioskiem.", "empty": "Plik jest pusty."},
    )


class OfficeSignedFileForm(SignedFileForm):
    """The file, by which way it came to the office and under what number."""

    arrived_by = forms.ChoiceField(label="Jak wpłynął", choices=[(way.value, way.label) for way in OFFICE_WAYS])
    document_number = forms.CharField(
        label="Nr dokumentu",
        required=False,
        max_length=100,
        help_text="Numer UPP/UPO z ePUAP albo identyfikator przesyłki e-Doręczeń.",
    )

    def clean(self) -> dict[str, Any]:
        """What came by ePUAP or e-Doręczenia has a number there."""
        cleaned = super().clean() or self.cleaned_data
        way = cleaned.get("arrived_by")
        if way in {ArrivalWay.EPUAP, ArrivalWay.EDELIVERY} and not str(cleaned.get("document_number", "")).strip():
            self.add_error("document_number", "Podaj numer dokumentu: znajdziesz go w poświadczeniu przedłożenia.")
        return cleaned


class CloseForm(forms.Form):
    """Why a file is set aside."""

    why = forms.CharField(label="Dlaczego odkładasz ten plik", max_length=300)
