"""The editor of a text, and what a new one is for."""

from typing import Any

from django import forms

from consents.models import Topic
from core.errors import Refused
from core.phones import parse_phone
from notifications.kinds import KINDS
from notifications.models import TextTemplate


class TextForm(forms.Form):
    """A new version of a text."""

    subject = forms.CharField(label="Temat", max_length=150, required=False)
    body = forms.CharField(label="Treść", widget=forms.Textarea(attrs={"rows": 10}), max_length=5000)
    is_transliterated = forms.BooleanField(
        label="Zamieniaj polskie litery na łacińskie („ą” na „a”) – SMS jest wtedy krótszy i tańszy", required=False
    )

    def __init__(self, *args: Any, channel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if channel not in {"email", "push"}:
            del self.fields["subject"]
        if channel != "sms":
            del self.fields["is_transliterated"]

    def said(self) -> dict[str, Any]:
        """The fields as `edit_text` takes them."""
        return {"subject": "", "is_transliterated": True} | self.cleaned_data


class TestPhoneForm(forms.Form):
    """The writer's own phone."""

    phone = forms.CharField(label="Twój numer telefonu", max_length=20, widget=forms.TextInput({"autocomplete": "tel"}))

    def clean_phone(self) -> str:
        """The number in E.164."""
        try:
            return parse_phone(self.cleaned_data["phone"])
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class NewTextForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """For which message, way, language and kind of notification a text is to be."""

    class Meta:
        model = TextTemplate
        fields = ("kind", "channel", "language", "detail", "topic_code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted(((code, kind.name) for code, kind in KINDS.items()), key=lambda one: one[1])
        topics = Topic.objects.filter(is_active=True).values_list("code", "name")
        self.fields["kind"] = forms.ChoiceField(label="Rodzaj wiadomości", choices=kinds)
        self.fields["topic_code"] = forms.ChoiceField(
            label="Rodzaj powiadomień",
            required=False,
            choices=[("", "wszystkie"), *topics],
            help_text="Tekst tylko dla niego; „wszystkie” – dla każdego, który nie ma własnego.",
        )
