"""What the payments' tests need beside the cast."""

import threading
from collections.abc import Iterator

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import WSGIServer
from django.db import connection
from django.test.testcases import QuietWSGIRequestHandler
from pytest_django.fixtures import Settings

from tests.payments.paying import Paying


@pytest.fixture
def paying(db: None, sandbox: object) -> Paying:
    """Anna with a due of 100 zł and one of 50 zł, and the sandbox PayU."""
    return Paying()


@pytest.fixture
def paying_for_all(transactional_db: None, sandbox: object) -> Paying:
    """The same, seen by other connections."""
    return Paying()


@pytest.fixture(scope="session")
def portal_of_session(django_db_setup: None) -> Iterator[str]:
    """The portal on a port of its own, one a test worker; it takes one request after another."""
    server = WSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
    server.set_app(WSGIHandler())

    def serve() -> None:
        server.serve_forever(poll_interval=0.05)
        connection.close()  # this thread's own: the database could not be dropped otherwise

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def portal(portal_of_session: str, settings: Settings) -> str:
    """The address of a portal that serves, to which the sandbox sends its notices."""
    settings.BASE_URL = portal_of_session
    return portal_of_session
