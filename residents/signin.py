"""Where allauth is bent to the house: what a sign-in by e-mail does and says."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from residents.federated.adapter import confirm_after_login
from residents.models import Account


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Sends staff to their first page and everybody else to their dues."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The page after signing in, when none was asked for."""
        return reverse("admin:index") if request.user.is_staff else reverse("home")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, object] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Leave out the «signed in as …» notice: the page's header says it already."""
        if message_template == "account/messages/logged_in.txt":
            return
        super().add_message(request, level, message_template, message_context, extra_tags, message)

    def post_login(
        self, request: HttpRequest, user: Account, *, signal_kwargs: dict[str, object] | None, **kwargs: object
    ) -> HttpResponse:
        """What a provider of identity proved counts from here on: address and second factor are settled."""
        confirm_after_login(request, signal_kwargs)
        response: HttpResponse = super().post_login(request, user, signal_kwargs=signal_kwargs, **kwargs)
        return response

    def save_user(self, request: HttpRequest, user: Account, form: object, commit: bool = True) -> Account:  # noqa: FBT001, FBT002
        """Keep addresses in lower case: one person, one account."""
        saved: Account = super().save_user(request, user, form, commit=False)
        saved.email = saved.email.lower()
        if commit:
            saved.save()
        return saved
