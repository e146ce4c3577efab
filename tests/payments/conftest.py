"""What the payments' tests need beside the cast."""

import threading
from collections.abc import Iterator

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import WSGIServer
from django.db import connection
from django.test.testcases import QuietWSGIRequestHandler
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from tests.payments.paying import Paying

# Everything that hangs on a payer or is written by an action; what migrations seeded stays.
WRITTEN = (
    *("residents_payer", "liabilities_importrun", "liabilities_liability"),
    *("notifications_message", "core_auditentry", "core_inboundevent"),
)
ACCOUNTS = ("account_emailaddress", "residents_account_groups", "residents_account")


@pytest.fixture
def transactional_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database without a transaction around the test, for tests with connections of their own.

    It bears the name of pytest-django's fixture, so that the database is set up for it, and stands in its place: that
    one would empty the seeded tables too.
    """
    with django_db_blocker.unblock():
        yield
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(WRITTEN)} RESTART IDENTITY CASCADE")
            for table in ACCOUNTS:
                cursor.execute(f"DELETE FROM {table}")
        connection.close()


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
