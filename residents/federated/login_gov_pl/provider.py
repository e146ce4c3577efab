"""Allauth's SAML provider, speaking as the national node speaks."""

import base64
from typing import Any
from uuid import uuid4

from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from lxml import etree

from residents.federated.login_gov_pl.messages import identify_request, sign
from residents.federated.login_gov_pl.node import node_of
from residents.federated.proven import Proven
from residents.federated.provider import KeepsNoIdentity


class LoginGovPl(KeepsNoIdentity, SAMLProvider):  # type: ignore[misc]  # allauth carries no types
    """Sends a signed request by POST, remembers its id in the session, and makes a sign-in of what was proved."""

    def redirect(
        self,
        request: HttpRequest,
        process: str,
        next_url: str | None = None,
        data: object = None,
        **kwargs: Any,
    ) -> HttpResponse:
        """A page that goes on to the node by itself, or by its button where there is no script."""
        node = node_of(self.app)
        request_id = f"ID-{uuid4()}"
        process = AuthProcess.CONNECT if process == AuthProcess.CONNECT else AuthProcess.LOGIN
        self.stash_redirect_state(request, process, next_url, data, state_id=request_id, **kwargs)
        question = identify_request(
            request_id=request_id,
            issuer=node.our_issuer,
            to=node.sso_url,
            answer_to=node.answer_url,
            by_artifact=bool(node.artifact_url),
            level=node.least_level,
            names=node.names,
            at=timezone.now(),
        )
        sign(question, node.signing)
        message = base64.b64encode(etree.tostring(question)).decode()
        return render(
            request,
            "socialaccount/go.html",
            {"provider_name": self.name, "address": node.sso_url, "message": message, "relay": uuid4().hex},
        )

    def sociallogin_from_response(self, request: HttpRequest, response: Proven) -> SocialLogin:
        """The sign-in of *response*'s person, not saved."""
        login = super().sociallogin_from_response(request, response)
        login.proven = response
        return login

    def check_state(self, login: SocialLogin) -> None:
        """The assertion's InResponseTo has been matched with the session before (views.py)."""


provider_classes = [LoginGovPl]
