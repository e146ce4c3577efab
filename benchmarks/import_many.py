"""Import of a whole city's dues: 500,000 rows from a file, the same again, beside bare COPYs, and the memory it takes.

`BENCH_ROWS` takes another number of rows.
"""

import os
import tempfile
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from benchmarks import bare_copy, world
from benchmarks.memory import peak_memory
from benchmarks.table import rate_of, show
from core.bulk import copy_rows
from liabilities.importing import ImportReport, import_dues

ROWS = int(os.environ.get("BENCH_ROWS", "500000"))


def _bring(path: Path) -> ImportReport:
    now = timezone.now()
    with path.open("rb") as file:
        return import_dues(
            file, file_name="b.csv", source="fk", as_of=now, on=timezone.localdate(), at=now, by=world.BY
        )


def main() -> None:
    """Measure and print."""
    rows = world.dues_rows(ROWS)
    columns = world.HEADER.split(";")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "naleznosci.csv"
        path.write_bytes(world.dues_file(rows))
        dearer = Path(folder) / "zmienione.csv"
        dearer.write_bytes(world.dues_file([(*row[:8], row[8] + 1, *row[9:]) for row in rows]))

        def bare() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("DROP TABLE IF EXISTS bench_copy")
                cursor.execute(f"CREATE TABLE bench_copy ({', '.join(f'{name} text' for name in columns)})")
                copy_rows("bench_copy", columns, rows)

        def first() -> None:
            assert _bring(path).created == ROWS

        def again() -> None:
            assert _bring(path).unchanged == ROWS

        def into_ledger() -> None:
            bare_copy.with_foreign_keys(Path(folder))

        def unchecked() -> None:
            bare_copy.without_foreign_keys(Path(folder))

        limit = rate_of("bare COPY of the file's rows, texts, no index", ROWS, bare)
        del rows[:]
        measured = rate_of("import_dues from a file", ROWS, first, prepare=world.empty)
        repeated = rate_of("import_dues, the same file again", ROWS, again)
        bare_copy.keep(Path(folder))
        ledger = rate_of("bare COPY of what they become, same tables", ROWS, into_ledger, prepare=world.empty)
        without = rate_of("the same, foreign keys unchecked", ROWS, unchecked, prepare=world.empty)
        world.empty()
        memory = [peak_memory("import_dues", one) for one in (path, path, dearer)]
    show(
        f"Import of {ROWS:,} dues, rows",
        measured,
        ledger,
        without,
        limit,
        repeated,
        aims="≥ 0.4 × COPY into the tables",
    )
    print(f"  as long as the first: the same file again {measured.rate / repeated.rate:.2f} ×; aim: at most 1 ×")
    print(f"  peak memory: {memory[0]} MB, again {memory[1]} MB, every row changed {memory[2]} MB; aim: under 300 MB")
