"""The limit of an import: a bare COPY of the rows that it makes, into the same tables with their indexes and checks."""

from pathlib import Path

from django.db import connection, transaction

TABLES = (
    *("liabilities_importrun", "residents_payer", "liabilities_liability"),
    *("liabilities_instalment", "liabilities_ledgerentry"),
)


def keep(folder: Path) -> None:
    """Write down what stands in the tables."""
    with connection.cursor() as cursor:
        for table in TABLES:
            with (folder / table).open("wb") as file:
                cursor.copy_expert(f"COPY {table} TO STDOUT", file)


def with_foreign_keys(folder: Path) -> None:
    """COPY it into the tables as they stand; only the ledger's own triggers, which count its sums, are off."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        _copy(folder)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def without_foreign_keys(folder: Path) -> None:
    """COPY it with every trigger off, those of foreign keys too, as no database in use would take it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        _copy(folder)


def _copy(folder: Path) -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            with (folder / table).open("rb") as file:
                cursor.copy_expert(f"COPY {table} FROM STDIN", file)
