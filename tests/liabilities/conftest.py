"""What the liabilities' tests need beside the cast."""

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

# Everything that hangs on a payer or is written by an action; what migrations seeded stays.
WRITTEN = (
    *("residents_payer", "liabilities_importrun", "liabilities_liability"),
    *("notifications_message", "core_auditentry", "core_inboundevent"),
)


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database without a transaction around the test, for tests with connections of their own.

    Emptied afterwards of what tests write; pytest-django's own `transaction=True` would empty the seeded tables too.
    """
    with django_db_blocker.unblock():
        yield
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(WRITTEN)} RESTART IDENTITY CASCADE")
        connection.close()
