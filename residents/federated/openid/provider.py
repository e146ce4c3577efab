"""Allauth's OpenID Connect provider with what it leaves out: a nonce, the ID token's signature, and sealed identity."""

import secrets
from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from core.errors import Refused
from residents.federated.openid.tokens import AGAIN, read_id_token
from residents.federated.proven import Named, Proven, checked_level, read_proven
from residents.federated.provider import KeepsNoIdentity


class OpenIdAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth carries no types
    """Reads the answer of the provider's token endpoint."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's own description. Raises Refused `wrong_issuer` when it describes somebody else."""
        config: dict[str, Any] = super().openid_config
        if config.get("issuer") != self.get_provider().issuer:
            raise Refused("wrong_issuer", "Serwis logowania przedstawia się inaczej, niż powinien.", mend=AGAIN)
        return config

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """The sign-in of the person in the ID token. Raises Refused; see tokens.py and proven.py."""
        provider = self.get_provider()
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            keys = answer.json()
        claims = read_id_token(
            str(kwargs["response"].get("id_token") or ""),
            keys,
            issuer=provider.issuer,
            client_id=app.client_id,
            at=timezone.now(),
        )
        return provider.sociallogin_from_response(request, claims | self._told_apart(claims, token, provider))

    def _told_apart(self, claims: Mapping[str, Any], token: SocialToken, provider: "OpenId") -> dict[str, Any]:
        """Facts that the provider tells only at its userinfo door, and only about the same person."""
        if provider.names.pesel in claims or not self.openid_config.get("userinfo_endpoint"):
            return {}
        told: dict[str, Any] = self._fetch_user_info(token.token)
        if told.get("sub") != claims["sub"]:
            raise Refused("wrong_subject", "Serwis logowania odpowiedział o innej osobie.", mend=AGAIN)
        wanted = vars(provider.names).values()
        return {name: value for name, value in told.items() if name in wanted and name not in claims}


class OpenId(KeepsNoIdentity, OpenIDConnectProvider):  # type: ignore[misc]  # allauth carries no types
    """One provider, such as mObywatel; its settings are made in spm/identity_providers.py."""

    oauth2_adapter_class = OpenIdAdapter

    @property
    def issuer(self) -> str:
        """The issuer that the settings name; tokens and the provider's own description must name the same."""
        return str(self.app.settings["server_url"])

    @property
    def names(self) -> Named:
        """Under which claims the facts come."""
        return Named(**self.app.settings["names"])

    def get_default_scope(self) -> list[str]:
        """What the settings ask for."""
        return list(self.app.settings["scope"])

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Take nothing from the address but the page to come back to and whether an account is to be confirmed."""
        kept = super().get_redirect_from_request_kwargs(request)
        process = AuthProcess.CONNECT if kept["process"] == AuthProcess.CONNECT else AuthProcess.LOGIN
        return {
            "process": process,
            "next_url": kept.get("next_url"),
            "scope": self.get_scope(),
            "auth_params": self.get_auth_params(),
        }

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: object = None, **kwargs: Any
    ) -> HttpResponse:
        """To the provider, with PKCE and a nonce that the ID token must bring back; a fresh sign-in each time."""
        nonce = secrets.token_urlsafe(24)
        parameters = {**(kwargs.pop("auth_params", None) or {}), "nonce": nonce, "prompt": "login"}
        response: HttpResponse = super().redirect(
            request, process, next_url, data, auth_params=parameters, nonce=nonce, **kwargs
        )
        return response

    def sociallogin_from_response(self, request: HttpRequest, response: Mapping[str, Any]) -> SocialLogin:
        """The sign-in of the person in the claims, not saved. Raises Refused; see proven.py."""
        facts = {
            name: [str(one) for one in (value if isinstance(value, list) else [value])]
            for name, value in response.items()
        }
        level = checked_level(str(response.get("acr") or ""), least=self.app.settings["least_level"])
        proven = read_proven(facts, self.names, level=level, on=timezone.localdate())
        login = super().sociallogin_from_response(request, proven)
        login.proven = proven
        login.nonce = str(response.get("nonce") or "")
        return login

    def check_state(self, login: SocialLogin) -> None:
        """The token was made for the request of this session. Raises Refused `not_asked`."""
        asked = login.state.pop("nonce", "")
        if not asked or not constant_time_compare(asked, login.nonce):
            raise Refused(
                "not_asked",
                "Ta odpowiedź nie pasuje do logowania, które zaczęto w tej przeglądarce.",
                mend="Zacznij logowanie od początku i dokończ je w tym samym oknie w ciągu dziesięciu minut.",
            )

    def extract_email_addresses(self, data: Proven) -> list[object]:
        """None: the address is asked for and confirmed here."""
        return []


provider_classes = [OpenId]
