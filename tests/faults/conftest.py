"""What the tests of faults need beside the cast."""

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

# Everything that hangs on a payer or is written by an action; what migrations seeded stays.
WRITTEN = (
    *("residents_payer", "liabilities_importrun", "liabilities_liability", "notifications_message"),
    *("notifications_gatewayrest", "core_auditentry", "core_inboundevent"),
)


@pytest.fixture
def transactional_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database without a transaction around the test, for tests with processes of their own.

    It bears the name of pytest-django's fixture, so that the database is set up for it, and stands in its place: that
    one would empty the seeded tables too. Its tests carry no mark `django_db`, which would do just that.
    """
    with django_db_blocker.unblock():
        yield
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(WRITTEN)} RESTART IDENTITY CASCADE")
        connection.close()
