"""The clerk's registration form: one signed paper, typed in."""

from itertools import groupby
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from consents.models import ArrivalWay, Channel, ConsentApplication, Topic
from consents.replacement import Choice
from residents.forms import IdentityNumberField

LARGEST_SCAN = 10_000_000
MAGIC = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}
OFFERED = (Channel.SMS, Channel.EMAIL)


class DateInput(forms.DateInput):
    """A browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ApplicationForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """An application as it was signed. Its ticks come as `tick` = «topic:channel»; none is a resignation."""

    number = IdentityNumberField()
    resigns = forms.BooleanField(
        label="Wykreślone wszystkie rodzaje (rezygnacja)",
        required=False,
        help_text="Zaznacz, gdy na wniosku nie ma żadnego rodzaju: zgody przestaną obowiązywać.",
    )

    class Meta:
        model = ConsentApplication
        fields = ("name", "phone", "email", "signed_on", "arrived_by", "received_on", "scan")
        widgets = {"signed_on": DateInput, "received_on": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"] = forms.CharField(label="Telefon", required=False, max_length=30)
        self.fields["email"] = forms.EmailField(label="E-mail", required=False, max_length=254)
        self.order_fields(["number", "name", "phone", "email", "signed_on", "received_on", "arrived_by", "scan"])
        if self.instance.pk:
            self.initial["number"] = self.instance.identity_number
            self.fields["number"].disabled = True
        else:
            self.initial.setdefault("received_on", timezone.localdate())
            self.initial.setdefault("arrived_by", ArrivalWay.PAPER)

    def ticked(self) -> set[Choice]:
        """The boxes ticked now: from the posted form, else from the draft."""
        if self.is_bound:
            posted = self.data.getlist("tick") if hasattr(self.data, "getlist") else []
            pairs = [value.partition(":") for value in posted]
            return {Choice(topic, channel) for topic, _, channel in pairs}
        if self.instance.pk:
            chosen = self.instance.choices.select_related("topic")
            return {Choice(choice.topic.code, choice.channel) for choice in chosen}
        return set()

    def matrix(self) -> list[tuple[str, list[tuple[Topic, list[tuple[str, str, bool]]]]]]:
        """Group → topic → (value, channel's label, ticked?), for the form's table of boxes."""
        ticked = self.ticked()
        rows = [
            (
                topic,
                [
                    (f"{topic.code}:{channel.value}", str(channel.label), Choice(topic.code, channel.value) in ticked)
                    for channel in OFFERED
                ],
            )
            for topic in Topic.objects.filter(is_active=True)
        ]
        return [(group, list(some)) for group, some in groupby(rows, key=lambda row: row[0].group)]

    def clean_scan(self) -> Any:
        """A PDF, JPEG or PNG by its content, of at most 10 MB."""
        scan = self.cleaned_data.get("scan")
        if isinstance(scan, UploadedFile):
            if (scan.size or 0) > LARGEST_SCAN:
                raise forms.ValidationError("Skan jest większy niż 10 MB. Zmniejsz rozdzielczość.")
            head = scan.read(8)
            scan.seek(0)
            if not any(head.startswith(magic) for magic in MAGIC):
                raise forms.ValidationError(
                    "To nie jest PDF, JPEG ani PNG. Zeskanuj wniosek do jednego z tych formatów."
                )
        return scan

    def clean(self) -> dict[str, Any]:
        """Ticks and resignation exclude each other; one of them must be said."""
        cleaned = super().clean() or self.cleaned_data
        choices = self.ticked()
        if choices and cleaned.get("resigns"):
            self.add_error("resigns", "Zaznaczono rodzaje i rezygnację naraz. Zostaw jedno z nich.")
        if not choices and not cleaned.get("resigns"):
            self.add_error("resigns", "Zaznacz rodzaje z wniosku albo potwierdź rezygnację.")
        return cleaned


class RejectForm(forms.Form):
    """Why an application is rejected."""

    reason = forms.CharField(label="Powód odrzucenia", max_length=300)
