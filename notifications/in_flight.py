"""Which message each connection of a gateway without keys has in flight, written down before it goes to the wire.

The rows of a batch (`InFlight`) are made before its claim is committed. Each word is a transaction of its own, on a
database connection of its own, that waits for no disk: a killed worker's last word is in PostgreSQL all the same, and a
PostgreSQL that fell empties the table. A word also asks whether the batch is still ours: whoever takes it over renames
the rows first, and then nothing more goes. A word rewrites its row, so a connection goes on to a new row after a few
messages, and the statement is prepared once: every e-mail waits for it.
"""

import logging
import threading
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import psycopg2
from django.db import connection
from django.db.backends.utils import CursorWrapper

from core.bulk import keys_array
from notifications.gateways import Gateway, OneByOne, Outcome, Parcel, Receipt

FEW = 25  # messages of one row
OPEN = """
INSERT INTO notifications_inflight (lease, line, part)
SELECT %s, line, part FROM generate_series(0, %s) AS line, generate_series(0, %s) AS part
RETURNING line, id
"""
PREPARE = """
PREPARE in_flight (bigint[], bigint[], bigint, text) AS
UPDATE notifications_inflight SET taken = taken || $1, unsure = $2 WHERE id = $3 AND lease = $4
"""
WRITE = "EXECUTE in_flight (%s, %s, %s, %s)"
CLOSE = "DELETE FROM notifications_inflight WHERE lease = %s"
logger = logging.getLogger("spm.in_flight")


def new_lease(worker: str) -> str:
    """The name of one batch's lease: no two batches share one, also of workers that bear the same name."""
    return f"{worker[:60]}/{uuid4().hex[:12]}"


class Journal:
    """A worker's words about its batches. Its database connection is opened for the first batch that needs it."""

    def __init__(self, worker: str) -> None:
        self._worker = worker
        self._database: Any = None

    def flight(self, gateway: Gateway) -> "BatchFlight":
        """The record of one batch for *gateway*, under a lease of its own."""
        lease = new_lease(self._worker)
        return WatchedFlight(lease, gateway, self) if isinstance(gateway, OneByOne) else BatchFlight(lease, gateway)

    def cursor(self) -> CursorWrapper:
        """A cursor that knows WRITE; its statements are committed one by one."""
        if self._database is None:
            self._database = connection.copy()
            with self._database.cursor() as cursor:
                cursor.execute(PREPARE)
        made: CursorWrapper = self._database.cursor()
        return made

    def close(self) -> None:
        """Let the connection go."""
        if self._database is not None:
            self._database.close()


class BatchFlight:
    """One batch on its way, through a gateway that needs no record: it knows keys, or takes many in a request."""

    def __init__(self, lease: str, gateway: Gateway) -> None:
        self.lease = lease
        self._gateway = gateway

    def open(self, count: int) -> None:
        """Before the claim of so many messages is committed."""

    def send(self, parcels: Sequence[Parcel]) -> list[Receipt]:
        """Hand over *parcels*."""
        return self._gateway.send(parcels)

    def is_ours(self, message_id: int) -> bool:
        """Whether the worker still has the say about this message."""
        return True

    def close(self) -> None:
        """After the outcomes were committed."""


class WatchedFlight(BatchFlight):
    """One batch whose every message is written down: the `Flight` that the gateway's threads, its lines, ask."""

    def __init__(self, lease: str, gateway: OneByOne, journal: Journal) -> None:
        super().__init__(lease, gateway)
        self._one_by_one, self._journal = gateway, journal
        self._lock = threading.Lock()
        self._is_over = False
        self._taken: list[list[int]] = [[] for _ in range(gateway.lines)]  # not yet written down
        self._lost: list[list[int]] = [[] for _ in range(gateway.lines)]
        self._last = [0] * gateway.lines
        self._rows: list[list[int]] = [[] for _ in range(gateway.lines)]
        self._room = [FEW] * gateway.lines  # messages that the first of these still takes

    def open(self, count: int) -> None:
        """Make the rows: a batch that is claimed and has none tells of a database that fell."""
        self._cursor = self._journal.cursor()
        self._driver = self._cursor.cursor  # the driver's own: a word has no need of what Django wraps around it
        lines = self._one_by_one.lines
        self._cursor.execute(OPEN, [self.lease, lines - 1, count // (lines * FEW)])
        for line, row in self._cursor.fetchall():
            self._rows[line].append(row)

    def send(self, parcels: Sequence[Parcel]) -> list[Receipt]:
        """Hand over *parcels*, each after it was written down."""
        return self._one_by_one.send(parcels, self)

    def is_ours(self, message_id: int) -> bool:
        """Of a batch that was taken over, only what was in flight then: the rest was settled."""
        return not self._is_over or message_id in self._last

    def close(self) -> None:
        """The outcomes are stored: nobody needs the rows any more, unless somebody else settles the batch by them."""
        if not self._is_over:
            self._cursor.execute(CLOSE, [self.lease])

    def may_go(self, line: int, message_id: int) -> bool:
        """Write down that this message goes next. False once the batch was taken over, or nothing can be written."""
        if not self._room[line] and len(self._rows[line]) > 1:
            self.ended(line)
            del self._rows[line][0]
            self._lost[line], self._room[line] = [], FEW
        if not self._write(line, [*self._lost[line], message_id]):
            return False
        self._room[line] -= 1
        self._last[line] = message_id
        return True

    def landed(self, line: int, receipt: Receipt) -> None:
        """What became of the last one of *line*."""
        if receipt.outcome is Outcome.ACCEPTED:
            self._taken[line].append(receipt.message_id)
        elif receipt.outcome is Outcome.UNKNOWN:
            self._lost[line].append(receipt.message_id)

    def ended(self, line: int) -> None:
        """Nothing of *line* is in flight any more."""
        self._write(line, self._lost[line])

    def _write(self, line: int, unsure: Sequence[int]) -> bool:
        with self._lock:
            if self._is_over:
                return False
            try:
                self._driver.execute(
                    WRITE, (keys_array(self._taken[line]), keys_array(unsure), self._rows[line][0], self.lease)
                )
                self._is_over = self._driver.rowcount == 0
            except psycopg2.Error as error:
                logger.warning("nothing more of %s goes: %s", self.lease, type(error).__name__)
                self._is_over = True
        self._taken[line] = []
        return not self._is_over
