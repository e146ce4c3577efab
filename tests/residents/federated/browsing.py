"""Going through a sign-in by another service as a browser would."""

import re
from html import unescape

import requests
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from core.models import AuditEntry
from residents.models import Account
from spm.identity_providers import EIDAS
from tests.certificates import KeyPair
from tests.saml_idp import ENTITY, SamlIdp

SLUG = "login-gov-pl"
START = f"/konto/saml/{SLUG}/login/"
ACS = f"/konto/saml/{SLUG}/acs/"
FINISH = f"/konto/saml/{SLUG}/acs/finish/"
METADATA = f"/konto/saml/{SLUG}/metadata/"
FIELD = re.compile(r'name="(SAMLRequest|SAMLResponse)" value="([^"]+)"')


def connect(settings: Settings, **said: str) -> None:
    """Set the portal up for a SAML provider; what is not said is as it is by default."""
    by_default: dict[str, object] = {
        "artifact_url": "",
        "logout_url": "",
        "issuer": ENTITY,
        "our_issuer": "",
        "decryption_key": "",
        "decryption_certificate": "",
        "least_level": "substantial",
        "names": {
            "pesel": f"{EIDAS}PersonIdentifier",
            "given_name": f"{EIDAS}CurrentGivenName",
            "family_name": f"{EIDAS}CurrentFamilyName",
            "birth_date": f"{EIDAS}DateOfBirth",
        },
    }
    app = {
        "client_id": SLUG,
        "provider_id": SLUG,
        "name": "login.gov.pl",
        "settings": {**by_default, **said},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        **settings.SOCIALACCOUNT_PROVIDERS,
        "saml": {**settings.SOCIALACCOUNT_PROVIDERS["saml"], "APPS": [app]},
    }


def connect_portal(settings: Settings, idp: SamlIdp, ours: KeyPair, **changes: str) -> None:
    """Set the portal up for *idp*, whose answers come by POST."""
    said = {
        "sso_url": f"{idp.url}/sso",
        "certificates": idp.pair.certificate,
        "signing_key": ours.key,
        "signing_certificate": ours.certificate,
    }
    connect(settings, **{**said, **changes})


def fields(page: HttpResponse | requests.Response) -> dict[str, str]:
    """The SAML fields of a page's form."""
    text = page.content.decode()
    return {name: unescape(value) for name, value in FIELD.findall(text)}


def ask(client: Client, process: str = "login") -> str:
    """Press the portal's button: the SAMLRequest that the browser carries away."""
    page = client.post(f"{START}?process={process}")
    assert page.status_code == 200
    return fields(page)["SAMLRequest"]


def answered(idp: SamlIdp, request: str) -> str:
    """Carry the request to the provider: the SAMLResponse that it gives."""
    page = requests.post(f"{idp.url}/sso", {"SAMLRequest": request}, timeout=30)
    assert page.status_code == 200
    return fields(page)["SAMLResponse"]


def bring(client: Client, answer: str) -> HttpResponse:
    """Bring the answer to the portal, as the provider's page makes the browser do; what the portal shows then."""
    taken = client.post(ACS, {"SAMLResponse": answer})
    assert taken.status_code == 302
    assert taken["Location"] == FINISH
    return client.get(FINISH)


def go_through(client: Client, idp: SamlIdp, process: str = "login") -> HttpResponse:
    """The whole way to the provider and back."""
    return bring(client, answered(idp, ask(client, process)))


def give_address(client: Client, address: str) -> HttpResponse:
    """Fill in the e-mail address that the portal asks for, and the code that comes by e-mail."""
    asked = client.post(reverse("socialaccount_signup"), {"email": address})
    assert asked.status_code == 302, asked.content.decode()
    code = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{2,4})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
    assert code is not None, mail.outbox[-1].body
    done = client.post(reverse("account_email_verification_sent"), {"code": code[1]})
    assert done.status_code == 302, done.content.decode()
    return done


def is_signed_in(client: Client) -> bool:
    """Whether this browser has somebody's session."""
    return "_auth_user_id" in client.session


def who_is_signed_in(client: Client) -> Account:
    """Whose session this browser has."""
    return Account.objects.get(pk=client.session["_auth_user_id"])


def refused_codes() -> list[str]:
    """The reasons of refused sign-ins, as recorded."""
    entries = AuditEntry.objects.filter(verb="refuse_sign_in").order_by("pk")
    return [entry.details["code"] for entry in entries]
