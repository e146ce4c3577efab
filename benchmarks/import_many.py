"""Import of a whole city's dues: 500,000 rows from a file, the same again, beside bare COPYs, and the memory it takes.

`BENCH_ROWS` takes another number of rows.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from benchmarks import bare_copy, world
from benchmarks.table import rate_of, show
from core.bulk import copy_rows
from liabilities.importing import ImportReport, import_dues
from spm import embedded

TELLS_MEMORY = """
import atexit, runpy, sys
from pathlib import Path
status = Path("/proc/self/status")
atexit.register(lambda: print(status.read_text().partition("VmHWM:")[2].split()[0], file=sys.stderr))
sys.argv = ["manage.py", "import_dues", sys.argv[1]]
runpy.run_path("manage.py", run_name="__main__")
"""
ROWS = int(os.environ.get("BENCH_ROWS", "500000"))


def _bring(path: Path) -> ImportReport:
    now = timezone.now()
    with path.open("rb") as file:
        return import_dues(
            file, file_name="b.csv", source="fk", as_of=now, on=timezone.localdate(), at=now, by=world.BY
        )


def _peak_memory(path: Path) -> int:
    """The most memory that a process of its own held while it imported the file, in megabytes.

    It says so itself at its end: what the system counts for a child holds the memory of the process that began it too.
    """
    done = subprocess.run(
        [sys.executable, "-c", TELLS_MEMORY, str(path)],
        cwd=embedded.ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    return int(done.stderr.split()[-1]) // 1024


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
        memory = [_peak_memory(path), _peak_memory(path), _peak_memory(dearer)]
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
