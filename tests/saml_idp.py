"""A real SAML identity provider (pysaml2) over real HTTP: it takes our metadata and our signed requests, and answers
with login.gov.pl's attribute names. Its answers come by POST; the node's own artifact way is played by the sandbox.

pysaml2 signs by the program xmlsec1: another implementation than ours, on purpose.
"""

import base64
import html
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from saml2 import BINDING_HTTP_POST
from saml2.attribute_converter import AttributeConverter
from saml2.config import IdPConfig
from saml2.saml import NAME_FORMAT_URI, NAMEID_FORMAT_UNSPECIFIED, NameID
from saml2.server import Server
from saml2.xmldsig import DIGEST_SHA1, DIGEST_SHA256, SIG_RSA_SHA1, SIG_RSA_SHA256

from spm.demo.machine import xmlsec_path
from tests.certificates import KeyPair

ENTITY = "login.gov.pl"
LOA = "http://eidas.europa.eu/LoA/"
EIDAS = "http://eidas.europa.eu/attributes/naturalperson/"
# Friendly name → name, as the node says them.
NAMES = {
    "FirstName": f"{EIDAS}CurrentGivenName",
    "FamilyName": f"{EIDAS}CurrentFamilyName",
    "DateOfBirth": f"{EIDAS}DateOfBirth",
    "PersonIdentifier": f"{EIDAS}PersonIdentifier",
}
SIGNATURES = {"sha256": SIG_RSA_SHA256, "sha1": SIG_RSA_SHA1}
DIGESTS = {"sha256": DIGEST_SHA256, "sha1": DIGEST_SHA1}


def _converter() -> AttributeConverter:
    converter = AttributeConverter(NAME_FORMAT_URI)
    converter.from_dict(
        {
            "identifier": NAME_FORMAT_URI,
            "to": NAMES,
            "fro": {uri: name for name, uri in NAMES.items()},
        }
    )
    return converter


@dataclass
class Person:
    """Whom the provider has in front of it, and how sure it is."""

    pesel: str = ""
    first_name: str = "Anna"
    family_name: str = "Nowak"
    birth_date: str = ""
    level: str = "substantial"

    def facts(self) -> dict[str, list[str]]:
        """Friendly name → values, without those that are not known."""
        known = (self.first_name, self.family_name, self.birth_date, self.pesel)
        return {name: [value] for name, value in zip(NAMES, known, strict=True) if value}


@dataclass
class Habits:
    """How the provider answers: as it should, unless a test changes something."""

    sign: bool = True
    hashes: str = "sha256"
    minutes: int = 5
    audience: str = ""
    destination: str = ""
    in_response_to: str = ""


@dataclass
class SamlIdp:
    """The provider as tests see it."""

    url: str
    pair: KeyPair
    folder: Path
    person: Person = field(default_factory=Person)
    habits: Habits = field(default_factory=Habits)
    asked: list[Any] = field(default_factory=list)
    metadata: str = ""

    def meet(self, portal_metadata: str) -> None:
        """Take up the portal's metadata, as an operator would."""
        self.metadata = portal_metadata

    def reset(self) -> None:
        """Forget whom it sees and how it answers."""
        self.person, self.habits = Person(), Habits()
        self.asked.clear()

    def answer(self, request: str) -> str:
        """The samlp:Response, base64, to an AuthnRequest that came by POST. Raises when its signature is not ours."""
        server = self._server()
        parsed = server.parse_authn_request(request, BINDING_HTTP_POST).message
        self.asked.append(parsed)
        habits = self.habits
        sp = habits.audience or parsed.issuer.text
        response = server.create_authn_response(
            self.person.facts(),
            in_response_to=habits.in_response_to or parsed.id,
            destination=habits.destination or parsed.assertion_consumer_service_url,
            sp_entity_id=sp,
            name_id=NameID(format=NAMEID_FORMAT_UNSPECIFIED, text="wk-session-subject"),
            authn={"class_ref": f"{LOA}{self.person.level}"},
            sign_assertion=habits.sign,
            sign_response=False,
            sign_alg=SIGNATURES[habits.hashes],
            digest_alg=DIGESTS[habits.hashes],
        )
        return base64.b64encode(str(response).encode()).decode()

    def _server(self) -> Server:
        policy = {"lifetime": {"minutes": self.habits.minutes}, "name_form": NAME_FORMAT_URI}
        config = IdPConfig().load(
            {
                "entityid": ENTITY,
                "xmlsec_binary": xmlsec_path(),
                "key_file": str(self.folder / "idp.key"),
                "cert_file": str(self.folder / "idp.pem"),
                "metadata": {"inline": [self.metadata]} if self.metadata else {},
                "service": {
                    "idp": {
                        "endpoints": {"single_sign_on_service": [(f"{self.url}/sso", BINDING_HTTP_POST)]},
                        "want_authn_requests_signed": True,
                        "policy": {"default": policy},
                    }
                },
            }
        )
        config.attribute_converters = [_converter()]
        return Server(config=config)


def _handler(idp: SamlIdp) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            answer = idp.answer(form["SAMLRequest"][0])
            page = f'<form method="post"><input name="SAMLResponse" value="{html.escape(answer)}"></form>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def running_idp(folder: Path, pair: KeyPair) -> Iterator[SamlIdp]:
    """Start the provider on a free port and stop it at the end."""
    if not xmlsec_path():
        pytest.fail("The program xmlsec1 is missing: run `make browser`, or install Debian's package xmlsec1.")
    (folder / "idp.key").write_text(pair.key)
    (folder / "idp.pem").write_text(pair.certificate)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    idp = SamlIdp(url=f"http://127.0.0.1:{server.server_port}", pair=pair, folder=folder)
    server.RequestHandlerClass = _handler(idp)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield idp
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
