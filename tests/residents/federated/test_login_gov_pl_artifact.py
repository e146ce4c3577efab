"""Sign-in as the real node does it: artifacts over SOAP, elliptic curves, encrypted assertions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from residents.models import Mandate
from spm.demo.node import DemoNode, prepare_node
from tests import make
from tests.certificates import elliptic_pair
from tests.residents.federated.browsing import (
    ACS,
    FINISH,
    METADATA,
    ask,
    connect,
    give_address,
    is_signed_in,
    refused_codes,
)
from tests.sandbox_process import Sandbox, running_sandbox

TOKEN = re.compile(r'name="token" value="([^"]+)"')
PESEL = make.pesel(500).value
SOMEBODY = {"who": "other", "first_name": "Ewa", "family_name": "Dąb", "birth_date": "1980-05-17", "pesel": PESEL}


@dataclass(frozen=True)
class RealNode:
    """The sandbox's node, with its folder of keys."""

    sandbox: Sandbox
    files: DemoNode

    def text(self, name: str) -> str:
        """A file of the folder."""
        return (self.files.folder / name).read_text()

    def artifact(self, request: str, **choice: str) -> str:
        """Carry the request to the node and choose who one is: the artifact that it sends back."""
        page = requests.post(f"{self.sandbox.url}/login-gov-pl/sso", {"SAMLRequest": request}, timeout=30)
        found = TOKEN.search(page.text)
        assert found is not None, page.text
        back = requests.post(
            f"{self.sandbox.url}/login-gov-pl/choose",
            {"token": found[1], **choice},
            allow_redirects=False,
            timeout=30,
        )
        assert back.status_code == 303
        parts = urlsplit(back.headers["Location"])
        assert parts.path == ACS
        return parse_qs(parts.query)["SAMLart"][0]


@pytest.fixture(scope="session")
def node_of_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealNode]:
    """One node a test worker."""
    files = prepare_node(tmp_path_factory.mktemp("node"), at=make.now())
    with running_sandbox("--login-gov-pl", str(files.folder)) as sandbox:
        yield RealNode(sandbox, files)


@pytest.fixture
def node(node_of_session: RealNode, settings: Settings, db: None) -> RealNode:
    """The node, with the portal set up for it."""
    _set_up(settings, node_of_session)
    return node_of_session


def _set_up(settings: Settings, node: RealNode, **changes: str) -> None:
    said = {
        "sso_url": f"{node.sandbox.url}/login-gov-pl/sso",
        "artifact_url": f"{node.sandbox.url}/login-gov-pl/artifact",
        "logout_url": f"{node.sandbox.url}/login-gov-pl/logout",
        "certificates": node.text("node.pem"),
        "signing_key": node.text("portal-signing.key"),
        "signing_certificate": node.text("portal-signing.pem"),
        "decryption_key": node.text("portal-decryption.key"),
        "decryption_certificate": node.text("portal-decryption.pem"),
    }
    connect(settings, **{**said, **changes})


def _bring(client: Client, artifact: str) -> HttpResponse:
    taken = client.get(ACS, {"SAMLart": artifact, "RelayState": "x"})
    assert taken["Location"] == FINISH
    return client.get(FINISH)


def _assert_refused(client: Client, page: HttpResponse, code: str) -> None:
    assert page.status_code == 403
    assert refused_codes() == [code]
    assert not is_signed_in(client)
    assert not Mandate.objects.exists()


def test_an_encrypted_answer_behind_an_artifact_signs_in(node: RealNode, client: Client) -> None:
    page = _bring(client, node.artifact(ask(client), **SOMEBODY))
    assert page["Location"] == reverse("socialaccount_signup")
    give_address(client, "ewa@example.com")
    mandate = Mandate.objects.get()
    assert (mandate.payer.name, mandate.payer.pesel, mandate.confirmed_how) == ("Ewa Dąb", PESEL, "login.gov.pl")


def test_an_artifact_is_good_once(node: RealNode, client: Client) -> None:
    artifact = node.artifact(ask(client), **SOMEBODY)
    _bring(client, artifact)
    thief = Client()
    _assert_refused(thief, _bring(thief, artifact), "artifact_spent")


def test_an_artifact_brought_by_another_browser_is_refused(node: RealNode, client: Client) -> None:
    _assert_refused(client, _bring(client, node.artifact(ask(Client()), **SOMEBODY)), "not_asked")


def test_an_artifact_nobody_gave_out_is_refused(node: RealNode, client: Client) -> None:
    ask(client)
    _assert_refused(client, _bring(client, "AAQAAzmyslony"), "artifact_spent")


def test_who_gives_up_at_the_node_reads_so(node: RealNode, client: Client) -> None:
    page = _bring(client, node.artifact(ask(client), who="nobody"))
    assert "Logowanie przerwane" in page.content.decode()
    _assert_refused(client, page, "given_up")


def test_too_low_a_level_is_refused(node: RealNode, client: Client) -> None:
    page = _bring(client, node.artifact(ask(client), **SOMEBODY, level="low"))
    _assert_refused(client, page, "level_too_low")


def test_an_answer_closed_for_another_key_is_refused(node: RealNode, client: Client, settings: Settings) -> None:
    _set_up(settings, node, decryption_key=elliptic_pair("inny").key)
    _assert_refused(client, _bring(client, node.artifact(ask(client), **SOMEBODY)), "unreadable")


def test_a_node_with_another_key_is_refused(node: RealNode, client: Client, settings: Settings) -> None:
    artifact = node.artifact(ask(client), **SOMEBODY)
    _set_up(settings, node, certificates=elliptic_pair("inny").certificate)
    _assert_refused(client, _bring(client, artifact), "bad_signature")


def test_a_node_that_is_away_is_told(node: RealNode, client: Client, settings: Settings) -> None:
    artifact = node.artifact(ask(client), **SOMEBODY)
    _set_up(settings, node, artifact_url="http://127.0.0.1:9/artifact")
    _assert_refused(client, _bring(client, artifact), "unreachable")


def test_signing_out_here_signs_out_at_the_node(node: RealNode, client: Client) -> None:
    _bring(client, node.artifact(ask(client), **SOMEBODY))
    give_address(client, "ewa@example.com")
    node.sandbox.reset()
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)
    assert "koniec sesji" in requests.get(f"{node.sandbox.url}/journal/", timeout=30).text


def test_a_node_that_is_away_keeps_nobody_signed_in(node: RealNode, client: Client, settings: Settings) -> None:
    _bring(client, node.artifact(ask(client), **SOMEBODY))
    give_address(client, "ewa@example.com")
    _set_up(settings, node, logout_url="http://127.0.0.1:9/logout")
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)


def test_a_posted_answer_is_not_taken_where_artifacts_are_expected(node: RealNode, client: Client) -> None:
    ask(client)
    client.post(ACS, {"SAMLResponse": "PHg+"})
    _assert_refused(client, client.get(FINISH), "not_asked")


def test_our_metadata_names_both_certificates_and_the_artifact_binding(node: RealNode, client: Client) -> None:
    text = client.get(METADATA).content.decode()
    assert 'use="signing"' in text
    assert 'use="encryption"' in text
    assert "bindings:HTTP-Artifact" in text
    assert "PRIVATE" not in text


def test_the_demo_offers_people_of_its_town(node: RealNode, client: Client, tmp_path: Path) -> None:
    page = requests.post(f"{node.sandbox.url}/login-gov-pl/sso", {"SAMLRequest": ask(client)}, timeout=30)
    assert "Anna Zielińska" in page.text


def test_a_node_takes_no_request_that_the_portal_did_not_sign(node: RealNode) -> None:
    page = requests.post(f"{node.sandbox.url}/login-gov-pl/sso", {"SAMLRequest": "PHg+"}, timeout=30)
    assert page.status_code == 400
