"""What the payments' tests need beside the cast."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.payments.paying import Paying

# Everything that hangs on a payer or is written by an action; what migrations seeded stays.
WRITTEN = (
    *("residents_payer", "liabilities_importrun", "liabilities_liability"),
    *("notifications_message", "core_auditentry", "core_inboundevent"),
)
ACCOUNTS = ("account_emailaddress", "residents_account_groups", "residents_account")


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database without a transaction around the test, for tests with connections of their own."""
    with django_db_blocker.unblock():
        cache.clear()
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
def paying_for_all(committed: None, sandbox: object) -> Paying:
    """The same, seen by other connections."""
    return Paying()


@pytest.fixture
def portal(paying_for_all: Paying, settings: Settings) -> Iterator[LiveServer]:
    """The portal on a port of its own, to which the sandbox sends its notices."""
    server = LiveServer("127.0.0.1")
    settings.BASE_URL = server.url
    yield server
    server.stop()
