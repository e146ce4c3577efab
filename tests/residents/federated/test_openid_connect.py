"""Sign-in by OpenID Connect against a real provider: who gets in, and every answer that is refused."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from residents.models import Account, Claim, Mandate
from tests import make
from tests.openid_provider import CLIENT, SECRET, OpenIdProvider, running_openid
from tests.residents.federated.browsing import give_address, is_signed_in, refused_codes, who_is_signed_in

PESEL = make.pesel(400).value
PERSON = {"pesel": PESEL, "given_name": "Jan", "family_name": "Kos", "birthdate": "1980-05-17"}
START = "/konto/oidc/openid/login/"


@pytest.fixture(scope="session")
def provider_of_session() -> Iterator[OpenIdProvider]:
    """One provider a test worker."""
    with running_openid() as started:
        yield started


@pytest.fixture
def provider(provider_of_session: OpenIdProvider, settings: Settings, db: None) -> OpenIdProvider:
    """The provider, with the portal set up for it."""
    _connect(settings, provider_of_session)
    provider_of_session.reset()
    provider_of_session.claims = dict(PERSON)
    return provider_of_session


def _connect(settings: Settings, provider: OpenIdProvider, **changes: object) -> None:
    said = {
        "server_url": provider.url,
        "scope": ["openid", "profile", "pesel"],
        "least_level": "",
        "oauth_pkce_enabled": True,
        "names": {
            "pesel": "pesel",
            "given_name": "given_name",
            "family_name": "family_name",
            "birth_date": "birthdate",
        },
        **changes,
    }
    app = {"provider_id": "openid", "client_id": CLIENT, "secret": SECRET, "name": "mObywatel", "settings": said}
    settings.SOCIALACCOUNT_PROVIDERS = {
        **settings.SOCIALACCOUNT_PROVIDERS,
        "openid_connect": {**settings.SOCIALACCOUNT_PROVIDERS["openid_connect"], "APPS": [app]},
    }


def _away(client: Client, process: str = "login", extra: str = "") -> str:
    """Press the portal's button: the provider's address that the browser is sent to."""
    gone = client.post(f"{START}?process={process}{extra}")
    assert gone.status_code == 302, gone.content.decode()
    return gone["Location"]


def _back(address: str) -> str:
    """Visit the provider: where it sends the browser back to, without the host."""
    answer = requests.get(address, allow_redirects=False, timeout=30)
    assert answer.status_code == 302
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def _go_through(client: Client, process: str = "login") -> HttpResponse:
    return client.get(_back(_away(client, process)))


def _assert_refused(client: Client, page: HttpResponse, code: str) -> None:
    assert page.status_code == 403
    assert PESEL not in page.content.decode()
    assert "mObywatel" in page.content.decode() or code == "given_up"
    assert refused_codes() == [code]
    assert not is_signed_in(client)
    assert not Mandate.objects.exists()
    assert "socialaccount_sociallogin" not in client.session


def test_whom_the_provider_proves_gets_an_account_that_sees_its_own_payer(
    provider: OpenIdProvider, client: Client
) -> None:
    payer = make.payer(make.pesel(400), "Jan Kos")
    assert _go_through(client)["Location"] == reverse("socialaccount_signup")
    give_address(client, "jan@example.com")
    mandate = Mandate.objects.get(payer=payer)
    assert (mandate.basis, mandate.confirmed_how) == ("self", "mObywatel")
    assert who_is_signed_in(client).full_name == "Jan Kos"
    again = Client()
    _go_through(again)
    assert who_is_signed_in(again).email == "jan@example.com"


def test_who_is_signed_in_by_email_confirms_their_identity(
    provider: OpenIdProvider, signed_in: Callable[[Account], Client]
) -> None:
    account = make.account("zwykly@example.com")
    _go_through(signed_in(account), "connect")
    assert Mandate.objects.get(account=account).payer.pesel == PESEL


def test_a_second_account_of_the_same_person_waits_for_a_clerk(provider: OpenIdProvider, client: Client) -> None:
    first = make.account("pierwszy@example.com")
    make.mandate(first, make.payer(make.pesel(400), "Jan Kos"))
    _go_through(client)
    give_address(client, "drugi@example.com")
    assert Claim.objects.get().first_owner == first
    assert Mandate.objects.get().account == first


def test_the_request_carries_pkce_a_nonce_and_a_state(provider: OpenIdProvider, client: Client) -> None:
    asked = parse_qs(urlsplit(_away(client)).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert len(asked["nonce"][0]) >= 24
    assert len(asked["state"][0]) >= 16
    assert set(asked["scope"][0].split()) == {"openid", "profile", "pesel"}


def test_nothing_in_our_address_changes_what_is_asked(provider: OpenIdProvider, client: Client) -> None:
    extra = "&" + urlencode({"scope": "wszystko", "auth_params": "prompt=none&nonce=moj"})
    asked = parse_qs(urlsplit(_away(client, extra=extra)).query)
    assert "wszystko" not in asked["scope"][0]
    assert asked["nonce"] != ["moj"]
    assert asked["prompt"] == ["login"]


def test_a_token_signed_by_an_elliptic_key_is_taken(provider: OpenIdProvider, client: Client) -> None:
    provider.habits.algorithm = "ES256"
    assert _go_through(client)["Location"] == reverse("socialaccount_signup")


def test_the_claim_with_the_pesel_can_have_another_name(
    provider: OpenIdProvider, client: Client, settings: Settings
) -> None:
    names = {"pesel": "nationalId", "given_name": "given_name", "family_name": "family_name", "birth_date": ""}
    _connect(settings, provider, names=names)
    provider.claims = {"nationalId": PESEL, "given_name": "Jan", "family_name": "Kos"}
    assert _go_through(client)["Location"] == reverse("socialaccount_signup")


def test_a_pesel_that_only_userinfo_tells_is_read_there(provider: OpenIdProvider, client: Client) -> None:
    provider.claims = {}
    provider.habits.userinfo = PERSON
    assert _go_through(client)["Location"] == reverse("socialaccount_signup")


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "wrong issuer in the token": ({"issuer_in_token": "https://inny.example"}, "wrong_issuer"),
    "expired": ({"lasts": -600}, "expired"),
    "another service's": ({"audience": "inny-portal"}, "wrong_audience"),
    "several services' without a party": ({"audience": [CLIENT, "inny-portal"]}, "wrong_audience"),
    "bad signature": ({"foreign_key": True}, "bad_signature"),
    "another request's nonce": ({"nonce": "cudzy"}, "not_asked"),
    "rubbish for a token": ({"token": "a.b.c"}, "unreadable"),
    "userinfo of somebody else": ({"userinfo": {**PERSON, "sub": "osoba-2"}}, "wrong_subject"),
    "cancelled": ({"error": "access_denied"}, "given_up"),
    "provider's error": ({"error": "server_error"}, "node_refused"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_answer_is_refused(provider: OpenIdProvider, client: Client, case: str) -> None:
    habits, code = REFUSED[case]
    for name, value in habits.items():
        setattr(provider.habits, name, value)
    if "userinfo" in habits:
        provider.claims = {}
    _assert_refused(client, _go_through(client), code)


def _part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _forged(provider: OpenIdProvider, algorithm: str, secret: bytes) -> str:
    """A token with true claims, made by somebody else: by a secret, or by none."""
    now = int(time.time())
    claims = {"iss": provider.url, "aud": CLIENT, "sub": "x", "iat": now, "exp": now + 300, **PERSON}
    header = {"alg": algorithm, "kid": "rsa"}
    text = f"{_part(json.dumps(header).encode())}.{_part(json.dumps(claims).encode())}"
    return f"{text}.{_part(hmac.digest(secret, text.encode(), 'sha256')) if secret else ''}"


def test_a_token_without_a_signature_is_refused(provider: OpenIdProvider, client: Client) -> None:
    provider.habits.token = _forged(provider, "none", b"")
    _assert_refused(client, _go_through(client), "bad_signature")


def test_a_token_signed_by_the_public_key_as_a_secret_is_refused(provider: OpenIdProvider, client: Client) -> None:
    provider.habits.token = _forged(provider, "HS256", provider.rsa.as_pem(private=False))
    _assert_refused(client, _go_through(client), "bad_signature")


def test_a_provider_that_calls_itself_otherwise_is_refused(provider: OpenIdProvider, client: Client) -> None:
    provider.habits.issuer_in_description = "https://inny.example"
    page = client.post(START)
    _assert_refused(client, page, "wrong_issuer")


def test_a_provider_that_is_down_is_told(provider: OpenIdProvider, client: Client) -> None:
    provider.habits.is_down = True
    _assert_refused(client, client.post(START), "unreachable")


def test_a_state_is_good_once(provider: OpenIdProvider, client: Client) -> None:
    address = _back(_away(client))
    assert client.get(address).status_code == 302
    client.session.flush()
    page = client.get(address)
    assert page.status_code == 403
    assert refused_codes() == ["not_asked"]


def test_an_answer_brought_by_another_browser_is_refused(provider: OpenIdProvider, client: Client) -> None:
    address = _back(_away(Client()))
    _assert_refused(client, client.get(address), "not_asked")


def test_a_code_without_the_verifier_of_this_browser_is_refused(provider: OpenIdProvider, client: Client) -> None:
    """A stolen code, put into the thief's own sign-in: PKCE stops it at the provider."""
    stolen = parse_qs(urlsplit(_back(_away(Client()))).query)["code"][0]
    own = parse_qs(urlsplit(_away(client)).query)["state"][0]
    page = client.get(f"{START}callback/?{urlencode({'code': stolen, 'state': own})}")
    _assert_refused(client, page, "unreachable")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"given_name": "Jan", "family_name": "Kos"}, "pesel_missing"),
        ({**PERSON, "pesel": "44051401358"}, "pesel_wrong"),
        ({**PERSON, "birthdate": "1999-01-01"}, "facts_contradict"),
        ({**PERSON, "pesel": [PESEL, make.pesel(401).value]}, "facts_contradict"),
    ],
)
def test_what_does_not_prove_a_person_with_a_pesel_is_refused(
    provider: OpenIdProvider, client: Client, claims: dict[str, Any], code: str
) -> None:
    provider.claims = claims
    _assert_refused(client, _go_through(client), code)


def test_too_low_a_level_is_refused_where_one_is_asked_for(
    provider: OpenIdProvider, client: Client, settings: Settings
) -> None:
    _connect(settings, provider, least_level="substantial")
    _assert_refused(client, _go_through(client), "level_too_low")


def test_a_provider_that_is_not_set_up_is_not_there(db: None, client: Client) -> None:
    assert client.post(START).status_code == 404
    assert "mObywatel" not in client.get(reverse("account_login")).content.decode()
