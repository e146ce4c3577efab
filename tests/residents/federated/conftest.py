"""A SAML identity provider for the tests of this folder."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests import make
from tests.certificates import KeyPair, rsa_pair
from tests.residents.federated.browsing import METADATA, connect_portal
from tests.saml_idp import Person, SamlIdp, running_idp


@pytest.fixture(scope="session")
def our_pair() -> KeyPair:
    """The portal's key."""
    return rsa_pair("portal gminy")


@pytest.fixture(scope="session")
def idp_of_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SamlIdp]:
    """One provider a test worker."""
    with running_idp(tmp_path_factory.mktemp("idp"), rsa_pair("login.gov.pl")) as started:
        yield started


@pytest.fixture
def idp(idp_of_session: SamlIdp, our_pair: KeyPair, settings: Settings, db: None) -> SamlIdp:
    """The provider, with the portal set up for it and known to it by its metadata."""
    connect_portal(settings, idp_of_session, our_pair)
    idp_of_session.reset()
    idp_of_session.meet(Client().get(METADATA).content.decode())
    idp_of_session.person = Person(pesel=make.pesel(300).value, birth_date="1980-05-17")
    return idp_of_session
