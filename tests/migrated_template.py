"""One migrated database that every test worker's is a copy of: migrations run once, and not while they stay the same.

It is named after what it was made from (migrations, what they read and import, the lock file), so a change makes a new
one; the one before is dropped.
"""

import fcntl
import hashlib
import os
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
