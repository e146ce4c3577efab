"""Where allauth is bent to the house: what a sign-in does, what it says and what it sends."""

import logging
import secrets

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from core.fields import LONGEST_ADDRESS
from residents.access import address_of
from residents.device_names import device_name
from residents.federated.adapter import confirm_after_login
from residents.federated.login_gov_pl.leaving import leave_node
from residents.models import Account
from residents.sessions import DEVICE_DAYS, recognise_device

logger = logging.getLogger("spm.signin")
UNSENT = "_mail_not_sent"
NOT_SENT = "Nie udało się wysłać wiadomości. Spróbuj za kilka minut."
# What allauth says although nothing was sent.
CLAIMS_SENT = ("account/messages/login_code_sent.txt", "account/messages/email_confirmation_sent.txt")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Sends staff to their first page and everybody else to their dues; notices new browsers and lost mail."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The page after signing in, when none was asked for."""
        return reverse("admin:index") if request.user.is_staff else reverse("home")

    def get_client_ip(self, request: HttpRequest) -> str:
        """By whom tries are counted: as the proxies that we trust tell it."""
        return address_of(request)

    def post_login(
        self, request: HttpRequest, user: Account, *, signal_kwargs: dict[str, object] | None, **kwargs: object
    ) -> HttpResponse:
        """What a provider of identity proved counts from here on; a browser not seen before is told to the owner.

        By now address and second factor are settled.
        """
        confirm_after_login(request, signal_kwargs)
        response: HttpResponse = super().post_login(request, user, signal_kwargs=signal_kwargs, **kwargs)
        token = request.COOKIES.get(settings.DEVICE_COOKIE_NAME) or secrets.token_urlsafe(32)
        recognise_device(
            user,
            token=token,
            device=device_name(self.get_http_user_agent(request)),
            address=address_of(request),
            at=timezone.now(),
        )
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            token,
            max_age=DEVICE_DAYS * 86_400,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Send, or say that it could not be sent: a mail server that is away must not break the page.

        The same is said whether the address belongs to an account or not.
        """
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:
            logger.warning("an e-mail about signing in was not sent: %s", type(error).__name__)
            setattr(self.request, UNSENT, True)
            messages.error(self.request, NOT_SENT)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, object] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Leave out «signed in as …» (the page's header says it), and «we sent it» when we could not."""
        if message_template == "account/messages/logged_in.txt":
            return
        if message_template in CLAIMS_SENT and getattr(request, UNSENT, False):
            return
        super().add_message(request, level, message_template, message_context, extra_tags, message)

    def logout(self, request: HttpRequest) -> None:
        """Signing out here signs out at login.gov.pl as well."""
        leave_node(request)
        super().logout(request)

    def clean_email(self, email: str) -> str:
        """Refuse what does not fit once it is sealed."""
        if len(email) > LONGEST_ADDRESS:
            raise ValidationError(f"Adres jest za długi: najwyżej {LONGEST_ADDRESS} znaków.")
        return str(super().clean_email(email))

    def save_user(self, request: HttpRequest, user: Account, form: object, commit: bool = True) -> Account:  # noqa: FBT001, FBT002
        """Keep addresses in lower case: one person, one account."""
        saved: Account = super().save_user(request, user, form, commit=False)
        saved.email = saved.email.lower()
        if commit:
            saved.save()
        return saved
