"""Going to the node and coming back."""

import base64
import binascii

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.views import BaseLoginView
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import Refused
from residents.federated.login_gov_pl.answers import Answer, not_asked, read_answer
from residents.federated.login_gov_pl.keeping import keep, take
from residents.federated.login_gov_pl.leaving import AT_NODE, sealed_session
from residents.federated.login_gov_pl.metadata import our_metadata
from residents.federated.login_gov_pl.node import Node, node_of
from residents.federated.login_gov_pl.provider import LoginGovPl
from residents.federated.login_gov_pl.soap import resolve_artifact
from residents.federated.once import use_once
from residents.federated.proven import checked_level, read_proven
from residents.federated.refusals import refusal_page

MOST_LETTERS = 400_000


def _provider(request: HttpRequest, slug: str) -> LoginGovPl:
    try:
        app = get_adapter().get_app(request, provider="saml", client_id=slug)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    provider: LoginGovPl = app.get_provider(request)
    return provider


class StartView(BaseLoginView):  # type: ignore[misc]  # allauth carries no types
    """By POST: go to the node. By GET: ask whether to."""

    def get_provider(self) -> LoginGovPl:
        """The node of the address."""
        return _provider(self.request, self.kwargs["organization_slug"])


start = require_http_methods(["GET", "POST"])(StartView.as_view())


@csrf_exempt  # comes from the node; only an answer to a request of the person's own session counts
@require_http_methods(["GET", "POST"])
def take_answer(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """The node's answer, or the artifact that stands for it, as the browser brings it."""
    _provider(request, organization_slug)
    brought = request.POST if request.method == "POST" else request.GET
    answer = {name: brought.get(name, "")[:MOST_LETTERS] for name in ("SAMLart", "SAMLResponse")}
    response = redirect("saml_finish_acs", organization_slug)
    keep(request, response, answer)
    return response


@require_GET
def finish(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Read the answer; sign in, or say why not."""
    provider = _provider(request, organization_slug)
    brought = take(request)
    try:
        return _sign_in(request, provider, brought)
    except Refused as refusal:
        return refusal_page(request, refusal, provider=provider.name)


def _sign_in(request: HttpRequest, provider: LoginGovPl, brought: dict[str, str]) -> HttpResponse:
    node = node_of(provider.app)
    answer = _read(node, brought)
    now = timezone.now()
    use_once(node.issuer, answer.assertion_id, until=answer.valid_until, at=now)
    try:
        state = provider.unstash_redirect_state(request, answer.in_response_to)
    except PermissionDenied as error:
        raise not_asked() from error
    level = checked_level(answer.level, least=node.least_level)
    proven = read_proven(answer.facts, node.names, level=level, on=timezone.localdate())
    login = provider.sociallogin_from_response(request, proven)
    login.state = {**state, AT_NODE: sealed_session(node.slug, answer)}
    response: HttpResponse = complete_social_login(request, login)
    return response


def _read(node: Node, brought: dict[str, str]) -> Answer:
    now = timezone.now()
    carried = brought.get("SAMLart" if node.artifact_url else "SAMLResponse")
    if not carried:
        raise not_asked()
    if node.artifact_url:
        return read_answer(resolve_artifact(node, carried, at=now), node.expected, at=now)
    try:
        return read_answer(base64.b64decode(carried), node.expected, at=now)
    except binascii.Error as error:
        raise not_asked() from error


@require_GET
def metadata(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """What the node's operator registers about this portal."""
    node = node_of(_provider(request, organization_slug).app)
    return HttpResponse(our_metadata(node), content_type="application/samlmetadata+xml")
