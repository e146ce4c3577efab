"""Clerks' forms on who a person is and who acts for whom."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from core.dates import midnight
from core.errors import Refused
from core.uploads import SCAN_ENDINGS, SCAN_HELP, check_scan
from residents.confirming import Document
from residents.forms import IdentityNumberField
from residents.models import Account, LookReason
from residents.models.mandate import Basis, Scope


class AccountField(forms.EmailField):
    """The account in use with that address; its cleaned value is an Account."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"label": "E-mail konta", **options})
        self.widget.attrs["autocomplete"] = "off"  # the clerk's browser would offer the clerk's own

    def clean(self, value: object) -> Account:
        """The account; that there is none is told, for a clerk may know."""
        account = Account.objects.filter(email=super().clean(value).lower(), is_active=True).first()
        if account is None:
            raise forms.ValidationError("Nie ma konta z tym adresem. Niech ta osoba najpierw założy konto.")
        return account


def _day_field(label: str, help_text: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


class DocumentForm(forms.Form):
    """A clerk saw an identity document."""

    account = AccountField(help_text="Adres, którym ta osoba loguje się w portalu.")
    document = forms.ChoiceField(
        label="Okazany dokument", choices=Document.choices, help_text="Numeru dokumentu nie zapisujemy."
    )
    checked = forms.BooleanField(label="Zdjęcie, imię i nazwisko oraz PESEL zgadzają się z osobą i kartą płatnika")

    def clean_document(self) -> Document:
        """One of the kinds."""
        return Document(self.cleaned_data["document"])


class PaperForm(forms.Form):
    """What a power of attorney says, and its scan."""

    scope = forms.ChoiceField(label="Zakres", choices=Scope.choices)
    valid_from = _day_field("Ważne od", "Puste: od teraz.")
    valid_until = _day_field("Ważne do (włącznie)", "Puste: bezterminowo.")
    scan = forms.FileField(
        label="Skan pełnomocnictwa",
        required=False,
        help_text=SCAN_HELP,
        widget=forms.FileInput(attrs={"accept": SCAN_ENDINGS}),
    )

    def clean_valid_from(self) -> datetime | None:
        """The moment at which that day begins; None for now, and for a day that began already."""
        first: date | None = self.cleaned_data["valid_from"]
        return midnight(first) if first is not None and first > timezone.localdate() else None

    def clean_valid_until(self) -> datetime | None:
        """The moment at which that day is over."""
        last: date | None = self.cleaned_data["valid_until"]
        if last is None:
            return None
        if last == date.max:
            raise forms.ValidationError("Ten dzień jest zbyt odległy. Zostaw pole puste.")
        return midnight(last + timedelta(days=1))

    def clean_scan(self) -> "File[bytes] | None":
        """A document that is safe by its content; its own name is not kept."""
        scan: UploadedFile[bytes] | None = self.cleaned_data.get("scan")
        if scan is None:
            return None
        try:
            return check_scan(scan, name="pelnomocnictwo")
        except Refused as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal


class MandateForm(PaperForm):
    """A clerk lets an account act for a payer."""

    account = AccountField()
    basis = forms.ChoiceField(label="Podstawa", choices=[basis for basis in Basis.choices if basis[0] != Basis.SELF])
    confirmed_how = forms.CharField(label="Jak potwierdzono", max_length=120, initial="dokument okazany w urzędzie")
    field_order = ("account", "basis", "scope", "confirmed_how")

    def clean(self) -> dict[str, Any]:
        """A power of attorney is kept with its paper."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("basis") == Basis.ATTORNEY and "scan" not in self.errors and not cleaned.get("scan"):
            self.add_error("scan", "Dołącz skan pełnomocnictwa.")
        return cleaned


class AttorneyForm(PaperForm):
    """A resident files a power of attorney."""

    number = IdentityNumberField(
        label="PESEL, NIP lub REGON mocodawcy", help_text="Numer osoby lub firmy, która udzieliła Ci pełnomocnictwa."
    )
    principal = forms.CharField(label="Imię i nazwisko albo nazwa mocodawcy", max_length=200)
    field_order = ("number", "principal", "scope", "valid_from", "valid_until", "scan")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].help_text = "Nie szerzej, niż mówi dokument."
        self.fields["scan"].required = True


class AttorneyDecisionForm(forms.Form):
    """A clerk's word on a filed power of attorney."""

    reason = forms.CharField(
        label="Powód odmowy",
        max_length=300,
        required=False,
        help_text="Przy odmowie obowiązkowy. Zobaczy go osoba, która złożyła pełnomocnictwo.",
    )


class ReasonForm(forms.Form):
    """Why a card is opened: one of the list, or in the clerk's own words."""

    chosen = forms.ChoiceField(label="Powód", required=False, widget=forms.RadioSelect)
    own = forms.CharField(label="Inny powód", required=False, max_length=120, help_text="Zobaczy go ta osoba.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        texts = list(LookReason.objects.filter(is_active=True).values_list("text", flat=True))
        self.fields["chosen"] = forms.ChoiceField(
            label="Powód", required=False, widget=forms.RadioSelect, choices=[(text, text) for text in texts]
        )

    def clean(self) -> dict[str, Any]:
        """One of the two, as `reason`."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["reason"] = (cleaned.get("own") or "").strip() or cleaned.get("chosen") or ""
        if not cleaned["reason"] and not self.errors:
            self.add_error("chosen", "Wybierz powód albo wpisz własny.")
        return cleaned


class DecisionForm(forms.Form):
    """Why a clerk decides a claim as they do."""

    reason = forms.CharField(
        label="Uzasadnienie", max_length=300, help_text="Zobaczy je osoba, która zgłosiła się jako druga."
    )


class RolesForm(forms.Form):
    """What somebody is at the office."""

    roles = forms.ModelMultipleChoiceField(
        Group.objects.order_by("name"), label="Role", required=False, widget=forms.CheckboxSelectMultiple
    )
