"""What the notifications' tests need beside the cast."""

import threading
from collections.abc import Iterator

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import WSGIServer
from django.db import connection
from django.test.testcases import QuietWSGIRequestHandler
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
    settings.MESSAGE_GATEWAYS = {"sms": "tests.notifications.watched_gateway.WatchedGateway"}
    watched_gateway.WatchedGateway.calls = []
    watched_gateway.WatchedGateway.answer = staticmethod(watched_gateway.accept_all)
    return watched_gateway.WatchedGateway


@pytest.fixture
def portal(transactional_db: None, sandbox: object, settings: Settings) -> Iterator[str]:
    """The address of a portal that serves, one request after another; the sandbox sends its reports there."""
    server = WSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
    server.set_app(WSGIHandler())

    def serve() -> None:
        server.serve_forever(poll_interval=0.05)
        connection.close()  # this thread's own: the database could not be dropped otherwise

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    settings.BASE_URL = f"http://127.0.0.1:{server.server_port}"
    yield settings.BASE_URL
    server.shutdown()
    thread.join()
    server.server_close()
