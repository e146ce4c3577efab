"""Going to an OpenID Connect provider and coming back."""

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods
from requests import RequestException

from core.errors import Refused
from residents.federated.openid.provider import OpenId, OpenIdAdapter
from residents.federated.refusals import refusal_page


def _provider(request: HttpRequest, provider_id: str) -> OpenId:
    try:
        app = get_adapter().get_app(request, provider=provider_id)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    provider = app.get_provider(request)
    if not isinstance(provider, OpenId):
        raise Http404
    return provider


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """By POST: go to the provider. By GET: ask whether to."""
    return _walk(request, provider_id, OAuth2LoginView)


@require_GET
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Fetch the token for the code; sign in, or say why not."""
    return _walk(request, provider_id, OAuth2CallbackView)


def _walk(
    request: HttpRequest, provider_id: str, view: type[OAuth2LoginView] | type[OAuth2CallbackView]
) -> HttpResponse:
    provider = _provider(request, provider_id)
    try:
        response: HttpResponse = view.adapter_view(OpenIdAdapter(request, provider_id))(request)
    except Refused as refusal:
        response = refusal_page(request, refusal, provider=provider.name)
    except (RequestException, KeyError, ValueError):  # no answer, or a description that lacks what it must have
        away = Refused("unreachable", "Serwis logowania nie odpowiada.", mend="Spróbuj za kilka minut.")
        response = refusal_page(request, away, provider=provider.name)
    return response
