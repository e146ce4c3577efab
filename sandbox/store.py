"""The sandbox's own SQLite file: what came, what waits to be sent back, and what was decided about both."""

import contextlib
import sqlite3
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).with_name("schema.sql")
TABLES = (
    "setting",
    "payu_token",
    "payu_notice",
    "payu_refund",
    "payu_order",
    "vendor_notice",
    "p24_refund",
    "p24_transaction",
    "paypal_token",
    "paypal_answer",
    "paypal_order",
    "sms_report",
    "sms_answer",
    "sms",
    "mail_recipient",
    "mail",
    "push_notice",
    "push_browser",
    "node_question",
    "node_artifact",
    "openid_code",
    "warning",
    "journal",
)


class Store:
    """One connection, used by the one event loop only, so a transaction never meets another.

    The write-ahead log hands each commit to the operating system before the client is answered: whoever kills the
    process, even by SIGKILL, loses no row that was answered for.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA.read_text(encoding="utf-8"))

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside, or none. An inner one joins the outer."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def run(self, sql: str, *values: Any) -> int:
        """Execute; returns the number of rows changed."""
        return self._db.execute(sql, values).rowcount

    def run_many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Execute once a row, all or nothing."""
        with self.transaction():
            self._db.executemany(sql, rows)

    def insert(self, sql: str, *values: Any) -> int:
        """Execute an INSERT; returns the new row's id."""
        return int(self._db.execute(sql, values).lastrowid or 0)

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """Every row."""
        return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        """The first row, or None."""
        found: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
        return found

    def value(self, sql: str, *values: Any) -> Any:
        """The first column of the first row, or None."""
        found = self._db.execute(sql, values).fetchone()
        return found[0] if found else None

    def note(self, vendor: str, what: str, detail: str) -> None:
        """One line of the journal page: refusals, faults played, notices and reports sent."""
        self.run(
            "INSERT INTO journal (at, vendor, what, detail) VALUES (?, ?, ?, ?)", time.time(), vendor, what, detail
        )

    def empty(self) -> None:
        """Forget everything."""
        with self.transaction():
            for table in TABLES:
                self._db.execute(f"DELETE FROM {table}")

    def close(self) -> None:
        """Fold the log back into the one file."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()
