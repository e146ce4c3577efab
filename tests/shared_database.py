"""The database without a transaction around the test, for tests with threads, processes or connections of their own."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
# What a table that stays refers to cannot be truncated, only deleted from.
REFERRED = """
SELECT DISTINCT confrelid::regclass::text FROM pg_constraint
WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s) AND NOT confrelid::regclass::text = ANY(%s)
"""


@dataclass(frozen=True)
class WrittenTables:
    """The tables that tests write to: those that migrations left empty."""

    to_truncate: tuple[str, ...]
    to_delete_from: tuple[str, ...]

    def empty(self) -> None:
        """Empty them; what migrations seeded stays."""
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(self.to_truncate)} RESTART IDENTITY")
            for table in self.to_delete_from:
                cursor.execute(f"DELETE FROM {table}")


@pytest.fixture(scope="session")
def written_tables(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> WrittenTables:
    """Found before the first test writes anything."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        seeded = []
        for table in tables:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
            if cursor.fetchone() == (True,):
                seeded.append(table)
        cursor.execute(REFERRED, [seeded, seeded])
        referred = {name for (name,) in cursor.fetchall()}
    written = [name for name in tables if name not in seeded]
    return WrittenTables(
        tuple(name for name in written if name not in referred), tuple(name for name in written if name in referred)
    )


@pytest.fixture
def transactional_db(written_tables: WrittenTables, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """It bears the name of pytest-django's fixture, so that the database is set up for it, and stands in its place:
    that one would empty the seeded tables too. Its tests carry no mark `django_db`, which would do just that.
    """
    with django_db_blocker.unblock():
        yield
        written_tables.empty()
        connection.close()


@pytest.fixture
def committed(transactional_db: None) -> None:
    """The same, by the word for what it gives: others see what this test writes."""
