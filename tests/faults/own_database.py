"""`python -m tests.faults.own_database FOLDER`: a PostgreSQL that lives as long as its standard input; prints its URL.

fsync is off: what is killed here are processes, which cannot take back what the system has; a power cut could. Commits
are still waited for.
"""

import contextlib
import sys
from pathlib import Path

import psycopg2

from spm import embedded


def main(folder: Path) -> None:
    """Start it, say where it is, wait."""
    url = embedded.start_database(folder).url
    with contextlib.closing(psycopg2.connect(url)) as one:
        one.autocommit = True
        with one.cursor() as cursor:
            for name in ("fsync", "full_page_writes"):
                cursor.execute(f"ALTER SYSTEM SET {name} = off")
            cursor.execute("SELECT pg_reload_conf()")
    print(url, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
