"""What is still asked for when a provider vouched for who one is."""

from allauth.socialaccount.forms import SignupForm
from django.http import HttpRequest

from residents.models import Account


class FederatedSignUpForm(SignupForm):  # type: ignore[misc]  # allauth carries no types
    """Only the e-mail address: the name came with the identity."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("full_name", None)
        self.fields["email"].help_text = "Na ten adres wyślemy kod, a potem potwierdzenia wpłat i powiadomienia."

    def signup(self, request: HttpRequest, user: Account) -> None:
        """Nothing more to keep."""
