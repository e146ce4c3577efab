"""The clerk's registration form: one signed paper, typed in."""

from datetime import date
from itertools import chain
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from consents import clause
from consents.application_pdf import Known
from consents.grid import Group, grid, posted_ticks
from consents.incoming import registered_before, told_registered
from consents.models import ArrivalWay, Channel, ConsentApplication, IncomingScan, PrintedForm
from consents.paper import address_faults, date_faults, read_phone
from consents.pointing_out import Note, at_most_once, notes_on, told_number
from consents.printing import MOST_BLANKS
from consents.replacement import Choice
from core.errors import Refused
from core.phones import format_phone
from core.uploads import SCAN_ENDINGS, SCAN_HELP, check_scan
from residents.forms import IdentityNumberField
from residents.models import Payer
from residents.queries import find_payer


class DateInput(forms.DateInput):
    """A browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _words(name: str) -> frozenset[str]:
    """A name without regard to the order and case of its words: registers write «NOWAK ANNA»."""
    return frozenset(name.casefold().split())


class ApplicationForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """An application as it was signed. Its ticks come as `tick` = «topic:channel»; none is a resignation."""

    number = IdentityNumberField()
    same_person = forms.BooleanField(label="To ta sama osoba lub firma, numer jest dobry", required=False)
    resigns = forms.BooleanField(
        label="Wykreślone wszystkie rodzaje (rezygnacja)",
        required=False,
        help_text="Zaznacz, gdy na wniosku nie ma żadnego rodzaju: zgody przestaną obowiązywać.",
    )

    is_copy = forms.BooleanField(label="To inny papier z tym samym numerem formularza", required=False)
    clause_version = forms.ChoiceField(
        label="Wersja klauzuli",
        required=False,
        help_text="Stoi na dole wniosku.",
        choices=[(version, version) for version in sorted(clause.TEXTS, reverse=True)],
    )

    class Meta:
        model = ConsentApplication
        fields = ("name", "phone", "email", "signed_on", "arrived_by", "received_on", "scan")
        widgets = {"signed_on": DateInput, "received_on": DateInput}

    def __init__(
        self,
        *args: Any,
        paper: PrintedForm | None = None,
        known: Known | None = None,
        incoming: IncomingScan | None = None,
        **kwargs: Any,
    ) -> None:
        """*paper* is the printed form whose number was read, *known* what the town knows of its payer, *incoming* the
        scan that lies on the desk already.
        """
        super().__init__(*args, **kwargs)
        self.paper, self.known = paper, known
        self.bearer: Payer | None = None
        self.fields["phone"] = forms.CharField(label="Telefon", required=False, max_length=30)
        self.fields["phone"].widget.input_type = "tel"
        self.fields["email"] = forms.EmailField(
            label="E-mail",
            required=False,
            max_length=254,
            error_messages={"invalid": "To nie jest adres e-mail. Podaj adres jak jan@example.com."},
        )
        self.fields["scan"] = forms.FileField(
            label="Skan",
            required=False,
            help_text=SCAN_HELP,
            widget=forms.FileInput(attrs={"accept": SCAN_ENDINGS}),
        )
        if incoming:
            del self.fields["scan"]
            self.initial.update({"received_on": incoming.received_on, "arrived_by": incoming.arrived_by})
        if self.instance.pk:
            del self.fields["clause_version"]
        elif paper:
            self.initial["clause_version"] = paper.clause_version
            self.fields["clause_version"].disabled = True
            self.fields["clause_version"].help_text = "Z numeru formularza."
        else:
            self.initial["clause_version"] = clause.VERSION
        # The clerk's browser would offer the clerk's own name and address.
        for name in ("name", "phone", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        today = timezone.localdate()
        for name in ("signed_on", "received_on"):
            self.fields[name].widget.attrs["max"] = today.isoformat()
        self.asks_who = False
        if self.instance.pk:
            self.initial["number"] = self.instance.identity_number
            self.fields["number"].disabled = True
            self.fields["number"].help_text = "Gdy numer jest zły, odrzuć ten wniosek i zarejestruj go od nowa."
            if self.instance.scan and "scan" in self.fields:
                self.fields["scan"].help_text = f"Nowy plik zastąpi obecny. {SCAN_HELP}"
        else:
            if known:
                self.initial.update({"number": known.number, "name": known.name, "email": known.email})
                self.initial["phone"] = format_phone(known.phone) if known.phone else ""
            if not self.is_bound:
                self.fields["signed_on" if known else "number"].widget.attrs["autofocus"] = True
            self.initial.setdefault("received_on", today)
            self.initial.setdefault("arrived_by", ArrivalWay.PAPER)

    def ticked(self) -> set[Choice]:
        """The boxes ticked now: from the posted form, else from the draft."""
        if self.is_bound:
            return posted_ticks(self.data)
        if self.instance.pk:
            chosen = self.instance.choices.select_related("topic")
            return {Choice(choice.topic.code, choice.channel) for choice in chosen}
        return set(self.known.ticked) if self.known else set()

    def matrix(self) -> list[Group]:
        """The form's table of boxes."""
        return grid(self.ticked(), channels=list(Channel))

    def clean_scan(self) -> Any:
        """A document that is safe by its content; its own name, which may hold a PESEL, is not kept."""
        scan = self.cleaned_data.get("scan")
        if isinstance(scan, UploadedFile):
            try:
                return check_scan(scan, name="wniosek")
            except Refused as refusal:
                raise forms.ValidationError(str(refusal), code=refusal.code) from refusal
        return scan

    def clean(self) -> dict[str, Any]:
        """Everything that the paper contradicts itself in, told at once."""
        cleaned = super().clean() or self.cleaned_data
        choices = self.ticked()
        if choices and cleaned.get("resigns"):
            self.add_error("resigns", "Zaznaczono rodzaje i rezygnację naraz. Zostaw jedno z nich.")
        if not choices and not cleaned.get("resigns"):
            self.add_error("resigns", "Zaznacz rodzaje z wniosku albo potwierdź rezygnację.")
        self._check_contacts(choices)
        self._check_dates(cleaned.get("signed_on"), cleaned.get("received_on"))
        self._check_bearer()
        self._check_copy()
        cleaned["clause_version"] = cleaned.get("clause_version") or clause.VERSION
        if self.errors and self.files and "scan" not in self.errors:
            self.add_error("scan", "Wybierz ten plik jeszcze raz: przeglądarka nie pamięta plików.")
        return cleaned

    def _check_contacts(self, choices: set[Choice]) -> None:
        said = {name: self.data.get(name) or "" for name in ("phone", "email")}
        for fault in address_faults(choices, **said):
            self.add_error(fault.where, str(fault))
        if phone := self.cleaned_data.get("phone"):
            try:
                read_phone(phone, choices)
            except Refused as fault:
                self.add_error("phone", str(fault))

    def _check_dates(self, signed_on: date | None, received_on: date | None) -> None:
        today = timezone.localdate()
        # A date that could not be read has its own error; the other one is checked by itself.
        for fault in date_faults(signed_on=signed_on or date.min, received_on=received_on or today, on=today):
            self.add_error(fault.where, str(fault))

    def _check_bearer(self) -> None:
        """A number that passes its check may still be a neighbour's: their reminders would go to this paper's phone."""
        number, name = self.cleaned_data.get("number"), self.cleaned_data.get("name")
        self.bearer = find_payer(number) if number else None
        if not name:
            return
        bearer = self.bearer
        if not bearer or _words(bearer.name) == _words(name):
            return
        self.asks_who = True
        if not self.cleaned_data.get("same_person"):
            self.add_error(
                "same_person",
                f"W rejestrze ten numer ma inną nazwę: {bearer.name}. Sprawdź numer na wniosku. "
                "Jeśli to ta sama osoba lub firma, potwierdź to.",
            )

    @property
    def copies(self) -> bool:
        """Whether the form's number came back before, so that the clerk is asked which paper this is."""
        return self.paper is not None and not self.instance.pk and bool(registered_before(self.paper))

    def _check_copy(self) -> None:
        if self.paper and self.copies and not self.cleaned_data.get("is_copy"):
            self.add_error("is_copy", told_registered(registered_before(self.paper)[0]))

    def notes(self) -> dict[str, list[str]]:
        """What to point out beside the fields, after `is_valid` was asked or before anything was typed."""
        said = self.data if self.is_bound else self.initial
        number = self.cleaned_data.get("number") if self.is_bound else None
        bearer = self.bearer if self.is_bound else None
        signed_on = self.cleaned_data.get("signed_on") if self.is_bound else None
        told = [Note("number", told_number(number))] if number else []
        found = notes_on(
            bearer,
            phone=str(said.get("phone") or ""),
            email=str(said.get("email") or ""),
            signed_on=signed_on,
            on=timezone.localdate(),
            draft_id=self.instance.pk,
        )
        return at_most_once(chain(told, found))


class SetAsideForm(forms.Form):
    """Why a scan is set aside."""

    why = forms.CharField(label="Dlaczego to nie jest wniosek", max_length=200)


class PrintForm(forms.Form):
    """Forms to print at the office: for one payer, or blank ones."""

    number = IdentityNumberField(
        required=False, help_text="Puste: formularze bez danych. Wpisany: formularz z danymi płatnika."
    )
    copies = forms.IntegerField(label="Ile pustych", min_value=1, max_value=MOST_BLANKS, initial=1, required=False)


class RejectForm(forms.Form):
    """Why an application is rejected."""

    reason = forms.CharField(label="Powód odrzucenia", max_length=300)
