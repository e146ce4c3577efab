"""Sealing anew, under the newest keys, whatever older keys sealed: in batches, going on where a killed run stopped.

Each batch is a transaction of its own. What the newest keys have sealed already says so by how it begins, so that a
second run passes it over: nothing else need be remembered. Values stay what they are; only their sealing changes, which
is why the triggers of append-only tables let this by, for the statement that does it and no longer.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.utils.module_loading import import_string

from core import audit
from core.actor import Actor
from core.encryption import SealBroken, fingerprint
from core.fields import FingerprintField, SealedBinaryField, SealedEmailField, SealedTextField

BATCH = 1_000
LARGE = 20  # rows of a table with files in it: each may hold ten megabytes
SEALED = (SealedTextField, SealedBinaryField, SealedEmailField)


@dataclass
class Resealed:
    """What became of one table: rows to do at first, done; `unreadable` and `doubles` stay as they were.

    No key of the ring opens the unreadable ones. A double bears the fingerprint of another row by the newest index key:
    one number was registered twice, under two keys, and the two rows are to be merged.
    """

    table: str
    rows: int
    done: int = 0
    unreadable: list[int] = field(default_factory=list)
    doubles: list[int] = field(default_factory=list)

    @property
    def left(self) -> int:
        """How many rows still need an older key."""
        return len(self.unreadable) + len(self.doubles)


def reseal(*, by: Actor, batch: int = BATCH, tell: Callable[[Resealed], None] = lambda _: None) -> list[Resealed]:
    """Seal every sealed column of every table by the newest keys, and what settings.SEALED_ELSEWHERE names; *tell* is
    called after each batch.

    May run beside everything else, and twice at once: rows are locked for the time of their batch.
    """
    tables = [_Table(model) for model in apps.get_models() if model._meta.managed and not model._meta.proxy]
    done = []
    for table in tables:
        if table.sealed:
            done.append(table.reseal(batch, tell))
    for path in settings.SEALED_ELSEWHERE:
        beside: Callable[[], Resealed] = import_string(path)
        done.append(beside())
        if done[-1].rows:
            tell(done[-1])
    audit.record("rotate_keys", "keys", by=by, **{one.table: one.done for one in done if one.done})
    return done


class _Table:
    """The sealed columns of one model, and the statements about them."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        fields = model._meta.local_concrete_fields
        self.sealed: list[Any] = [one for one in fields if isinstance(one, SEALED)]
        self.prints = [one for one in fields if isinstance(one, FingerprintField) and one.of]
        quote = connection.ops.quote_name
        self.name, self.key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
        self.columns = [quote(str(one.column)) for one in (*self.sealed, *self.prints)]
        self.guards = [f"{model._meta.label}:{one.name}" for one in getattr(model._meta, "triggers", [])]

    def _old(self) -> tuple[str, list[Any]]:
        """The condition that a row needs sealing anew, with its parameters."""
        parts, values = [], []
        for one, column in zip((*self.sealed, *self.prints), self.columns, strict=True):
            beginning = one.prefix()
            empty = "''::bytea" if isinstance(beginning, bytes) else "''"
            parts.append(f"({column} <> {empty} AND substring({column} FROM 1 FOR {len(beginning)}) <> %s)")
            values.append(beginning)
        return " OR ".join(parts), values

    def reseal(self, batch: int, tell: Callable[[Resealed], None]) -> Resealed:
        """All of the table."""
        condition, values = self._old()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {self.name} WHERE {condition}", values)
            told = Resealed(self.model._meta.label, cursor.fetchone()[0])
        for _ in self._batches(told, batch):
            tell(told)
        return told

    def _batches(self, told: Resealed, batch: int) -> Iterator[None]:
        condition, values = self._old()
        if any(isinstance(one, SealedBinaryField) for one in self.sealed):
            batch = min(batch, LARGE)
        last = 0
        while True:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute(
                        f"SELECT {self.key}, {', '.join(self.columns)} FROM {self.name}"
                        f" WHERE {self.key} > %s AND ({condition}) ORDER BY {self.key} LIMIT %s FOR NO KEY UPDATE",
                        [last, *values, batch],
                    )
                    rows = cursor.fetchall()
                if not rows:
                    return
                last = rows[-1][0]
                self._store([anew for row in rows if (anew := self._anew(row, told)) is not None], told)
            yield

    def _anew(self, row: Sequence[Any], told: Resealed) -> tuple[Any, ...] | None:
        key, *stored = row
        sealed, prints = stored[: len(self.sealed)], stored[len(self.sealed) :]
        try:
            plain: dict[str, Any] = {
                one.name: one.opened(value) for one, value in zip(self.sealed, sealed, strict=True)
            }
        except SealBroken:
            told.unreadable.append(key)
            return None
        anew = [one.closed(plain[one.name]) for one in self.sealed]
        marks = [fingerprint(plain[one.of]) if mark else mark for one, mark in zip(self.prints, prints, strict=True)]
        return key, *anew, *marks

    def _store(self, rows: Sequence[tuple[Any, ...]], told: Resealed) -> None:
        """All at once; where the index refuses that, row by row, so that only the doubles stay behind."""
        permit = pgtrigger.ignore(*self.guards) if self.guards else nullcontext()
        try:
            with permit, transaction.atomic():
                self._update(rows)
            told.done += len(rows)
        except IntegrityError:
            if len(rows) == 1:
                told.doubles.append(rows[0][0])
                return
            for row in rows:
                self._store([row], told)

    def _update(self, rows: Sequence[tuple[Any, ...]]) -> None:
        sets = ", ".join(f"{column} = v.c{place}" for place, column in enumerate(self.columns))
        names = ", ".join(f"c{place}" for place in range(len(self.columns)))
        kinds = ["bytea" if isinstance(one, SealedBinaryField) else "text" for one in (*self.sealed, *self.prints)]
        arrays = ", ".join(f"%s::{kind}[]" for kind in ("bigint", *kinds))
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self.name} AS t SET {sets} FROM unnest({arrays}) AS v(k, {names}) WHERE t.{self.key} = v.k",
                [list(column) for column in zip(*rows, strict=True)],
            )
