"""What clerks write on a message's page."""

from django import forms


class AnswerForm(forms.Form):
    """An answer, offered as a ready text and changed where need be."""

    subject = forms.CharField(label="Temat", max_length=150)
    body = forms.CharField(
        label="Treść", max_length=5_000, widget=forms.Textarea(attrs={"rows": 10, "autocomplete": "off"})
    )


class AsideForm(forms.Form):
    """Why a message is put aside."""

    reason = forms.CharField(label="Dlaczego", max_length=300)
