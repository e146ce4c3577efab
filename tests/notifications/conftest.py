"""What the notifications' tests need beside the cast."""

import pytest
from pytest_django.fixtures import Settings

from residents.models import Payer
from tests.notifications import watched_gateway
from tests.notifications.posting import resident


@pytest.fixture
def anna_told(db: None) -> Payer:
    """Anna, who agreed to SMS and e-mail about property tax and payments."""
    return resident()


@pytest.fixture
def watched(settings: Settings) -> type[watched_gateway.WatchedGateway]:
    """A gateway of the tests' own in the place of SMSAPI, by the setting that towns use."""
    settings.MESSAGE_GATEWAYS = {"sms": ["tests.notifications.watched_gateway.WatchedGateway"]}
    watched_gateway.WatchedGateway.calls = []
    watched_gateway.WatchedGateway.answer = staticmethod(watched_gateway.accept_all)
    return watched_gateway.WatchedGateway


@pytest.fixture
def portal(transactional_db: None, sandbox: object, portal_of_session: str, settings: Settings) -> str:
    """The address of a portal that serves; the sandbox sends its reports there."""
    settings.BASE_URL = portal_of_session
    return portal_of_session
