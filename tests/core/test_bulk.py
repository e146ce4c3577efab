"""Set-based work: what it leaves of the session's settings."""

import pytest
from django.db import connection

from core.bulk import one_pass


def _nested_loops() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_nestloop")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_nested_loops_are_off_within_one_pass_and_as_before_after_it() -> None:
    before = _nested_loops()
    with one_pass():
        assert _nested_loops() == "off"
    assert _nested_loops() == before == "on"
