"""What the notifications' tests need beside the cast."""

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from residents.models import Payer
from tests.notifications import watched_gateway
from tests.notifications.posting import WRITTEN, resident


@pytest.fixture
def anna_told(db: None) -> Payer:
    """Anna, who agreed to SMS and e-mail about property tax and payments."""
    return resident()


@pytest.fixture
def transactional_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database without a transaction around the test, for tests with connections of their own.

    It bears the name of pytest-django's fixture, so that the database is set up for it, and stands in its place: that
    one would empty the seeded tables too. Its tests carry no mark `django_db`, which would do just that.
    """
    with django_db_blocker.unblock():
        yield
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(WRITTEN)} RESTART IDENTITY CASCADE")
        connection.close()


@pytest.fixture
def watched(settings: Settings) -> type[watched_gateway.WatchedGateway]:
    """A gateway of the tests' own in the place of SMSAPI, by the setting that towns use."""
    settings.MESSAGE_GATEWAYS = {"sms": "tests.notifications.watched_gateway.WatchedGateway"}
    watched_gateway.WatchedGateway.calls = []
    watched_gateway.WatchedGateway.answer = staticmethod(watched_gateway.accept_all)
    return watched_gateway.WatchedGateway


@pytest.fixture
def portal(transactional_db: None, sandbox: object, settings: Settings) -> Iterator[LiveServer]:
    """The portal on a port of its own, to which the sandbox sends its delivery reports."""
    server = LiveServer("127.0.0.1")
    settings.BASE_URL = server.url
    yield server
    server.stop()
