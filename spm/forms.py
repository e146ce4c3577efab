"""The form by which anybody reports a fault."""

from django import forms
from django.conf import settings
from django.core.mail import EmailMessage


class FaultForm(forms.Form):
    """What is wrong, where, and how to answer."""

    what = forms.CharField(
        label="Co nie działa?",
        help_text="Napisz, na której stronie i co się stało. Nie podawaj numeru PESEL.",
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=4000,
    )
    answer_to = forms.EmailField(
        label="Twój adres e-mail (jeśli chcesz dostać odpowiedź)",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def send(self) -> None:
        """Send it to the office. Raises OSError when the mail server does not take it."""
        EmailMessage(
            subject="Zgłoszenie usterki w portalu",
            body=self.cleaned_data["what"],
            to=[settings.TOWN["contact_email"]],
            reply_to=[self.cleaned_data["answer_to"]] if self.cleaned_data["answer_to"] else None,
        ).send()
