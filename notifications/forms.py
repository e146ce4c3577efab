"""The editor of a text."""

from django import forms


class TextForm(forms.Form):
    """A new version of a text."""

    subject = forms.CharField(label="Temat (tylko e-mail)", max_length=150, required=False)
    body = forms.CharField(label="Treść", widget=forms.Textarea(attrs={"rows": 10}), max_length=5000)
