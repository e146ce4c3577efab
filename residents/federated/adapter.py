"""Where allauth's sign-in by other services is bent to the house.

Nothing that a provider tells stays in the clear: an account is tied by the PESEL's keyed index, and between the
provider's answer and the end of signing in (e-mail code, second factor) the identity lies sealed in the session.
"""

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess, Provider
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from core.actor import Actor
from core.encryption import fingerprints
from core.errors import Refused
from residents.access import account_of, act_for, address_of
from residents.federated.login_gov_pl.leaving import AT_NODE
from residents.federated.proven import Proven
from residents.federated.refusals import refusal_page
from residents.federated.settling import account_of_proof, check_same_person, opened, sealed, settle
from residents.models import Account, Claim
from residents.models.claim import ClaimState

PROVEN = "proven"
AGAIN = "Zaloguj się jeszcze raz od początku."
WAITS = (
    "Twoja tożsamość jest potwierdzona, ale te dane są już połączone z innym kontem. Urząd to sprawdzi i rozstrzygnie; "
    "do tego czasu nie pokażemy tu żadnych należności."
)
REFUSED = (
    "Urząd uznał niedawno, że te dane należą do innego konta. Jeśli to pomyłka, przyjdź do urzędu z dowodem tożsamości."
)


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Ties what a provider proved to accounts, mandates and claims."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Seal the identity; find whose it is; for who is signed in, confirm theirs at once.

        Raises Refused `not_asked`, `session_ended`, `other_person`.
        """
        sociallogin.provider.check_state(sociallogin)
        proven: Proven = sociallogin.proven
        sociallogin.state[PROVEN] = sealed(proven)
        sociallogin.token = None
        if sociallogin.state.get("process") != AuthProcess.CONNECT:
            sociallogin.state["process"] = AuthProcess.LOGIN
            self._find_account(request, sociallogin, proven)
            return
        if not isinstance(request.user, Account):
            raise Refused("session_ended", "W międzyczasie skończyła się Twoja sesja w portalu.", mend=AGAIN)
        check_same_person(request.user, proven)
        if sociallogin.is_existing and sociallogin.user != request.user:
            # Another account came this way as the same person: only the claim can be made, not the connection.
            confirm(request, request.user, sociallogin)
            raise ImmediateHttpResponse(redirect(self.get_connect_redirect_url(request, None)))
        confirm(request, request.user, sociallogin)

    def _find_account(self, request: HttpRequest, sociallogin: SocialLogin, proven: Proven) -> None:
        """Who was proved to be this person in the same way signs in to that account, whatever was tied before.

        So does who was tied to one under an older key, while keys are being rotated.
        """
        owner = account_of_proof(proven, how=sociallogin.provider.name)
        if owner is None and not sociallogin.is_existing:
            marks = fingerprints(proven.pesel)
            tied = SocialAccount.objects.filter(provider=sociallogin.account.provider, uid__in=marks)
            owner = next((tie.user for tie in tied.select_related("user")), None)
        if owner is not None and owner != sociallogin.user:
            sociallogin.connect(request, owner)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Provider,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, object] | None = None,
    ) -> None:
        """Show our page and leave a record, instead of allauth's."""
        if isinstance(exception, Refused):
            refusal = exception
        elif error == AuthError.CANCELLED:
            refusal = Refused("given_up", "Logowanie zostało przerwane.", mend="Możesz zacząć jeszcze raz.")
        elif exception is not None:
            refusal = Refused("unreachable", "Serwis logowania nie odpowiedział tak, jak powinien.", mend=AGAIN)
        elif (extra_context or {}).get("state") is None:
            refusal = Refused(
                "not_asked",
                "Ta odpowiedź nie pasuje do logowania, które zaczęto w tej przeglądarce.",
                mend="Zacznij logowanie od początku i dokończ je w tym samym oknie w ciągu dziesięciu minut.",
            )
        else:
            refusal = Refused("node_refused", "Serwis logowania odmówił potwierdzenia tożsamości.", mend=AGAIN)
        raise ImmediateHttpResponse(refusal_page(request, refusal, provider=provider.name))

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, str]) -> Account:
        """The name comes from the provider; the e-mail address is asked for and confirmed here."""
        account: Account = sociallogin.user
        account.full_name = data.get("name", "")
        account.date_joined = timezone.now()  # allauth keeps the unsaved account in the session: no database default
        return account

    def get_signup_form_initial_data(self, sociallogin: SocialLogin) -> dict[str, str]:
        """Nothing is filled in beforehand."""
        return {}

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: object) -> str:
        """Where one comes back to after confirming one's identity."""
        return reverse("home")


def confirm(request: HttpRequest, account: Account, sociallogin: SocialLogin) -> None:
    """Make what *sociallogin* proved count for *account*, and tell its owner. Raises Refused `other_person`."""
    if AT_NODE in sociallogin.state:
        request.session[AT_NODE] = sociallogin.state[AT_NODE]
    by = Actor(name=account.get_full_name(), account_id=account.pk, address=address_of(request))
    outcome = settle(
        account, opened(sociallogin.state[PROVEN]), how=sociallogin.provider.name, by=by, at=timezone.now()
    )
    if isinstance(outcome, Claim):
        messages.warning(request, WAITS if outcome.state == ClaimState.WAITING else REFUSED)
    else:
        act_for(request, outcome.payer_id)


def confirm_after_login(request: HttpRequest, signal_kwargs: dict[str, object] | None) -> None:
    """At the end of signing in, when e-mail address and second factor are settled: the identity counts."""
    sociallogin = (signal_kwargs or {}).get("sociallogin")
    if not isinstance(sociallogin, SocialLogin) or PROVEN not in sociallogin.state:
        return
    try:
        confirm(request, account_of(request), sociallogin)
    except Refused as refusal:
        messages.error(request, str(refusal))
