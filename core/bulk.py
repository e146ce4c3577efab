"""Set-based work: COPY into a table, INSERT … SELECT from a QuerySet, many keys and rows at a time."""

import gc
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model, QuerySet, Value
from django.db.models.base import ModelBase, ModelState
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NEEDS_ESCAPE = re.compile(r"[\\\t\n\r]")
BLOCK = 1 << 16
AT_ONCE = 100
Made = TypeVar("Made", bound=Model)


def _line(row: Sequence[Any]) -> str:
    line = "\t".join(["\\N" if cell is None else str(cell) for cell in row])
    # A backslash of our own stands for each NULL; one more is somebody's text.
    if line.count("\\") != row.count(None) or "\n" in line or "\r" in line or line.count("\t") >= len(row):
        line = "\t".join("\\N" if cell is None else str(cell).translate(ESCAPES) for cell in row)
    return f"{line}\n"


def escaped(text: str) -> str:
    """*text* as a cell of COPY's text format."""
    return text.translate(ESCAPES) if NEEDS_ESCAPE.search(text) else text


class _Lines(io.RawIOBase):
    """A file for COPY that is made line by line, so that a table of any size needs little memory."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._left = b""
        self.count = 0
        self.trouble: BaseException | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if 0 <= size <= len(self._left):
            block, self._left = self._left[:size], self._left[size:]
            return block
        pieces = [self._left]
        length = len(self._left)
        while size < 0 or length < size:
            try:
                some = list(islice(self._lines, AT_ONCE))
            except BaseException as trouble:
                self.trouble = trouble
                raise
            if not some:
                break
            self.count += len(some)
            piece = "".join(some).encode()
            pieces.append(piece)
            length += len(piece)
        block = b"".join(pieces)
        if size < 0:
            size = len(block)
        self._left = block[size:]
        return block[:size]


def copy_lines(table: str, columns: Sequence[str], lines: Iterable[str]) -> int:
    """COPY *lines* into *table*, each a row in COPY's text format with its line break; returns how many.

    What goes wrong while they are made is raised as it is. *table* and *columns* are names of ours, never input.
    """
    file = _Lines(lines)
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        try:
            cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', file, size=BLOCK)
        except Exception:
            if file.trouble is not None:  # the driver says no more of it than its name
                raise file.trouble from None
            raise
    return file.count


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY *rows* into *table*; returns how many. None becomes NULL, everything else its `str`.

    *table* and *columns* are names of ours, never input.
    """
    return copy_lines(table, columns, map(_line, rows))


def one_of(keys: Iterable[int]) -> Value:
    """*keys* for an exact look-up, `column = ANY (…)`: the planner sees how many they are, as in a list of `…__in`."""
    return _OneOf(keys_array(keys))


class _OneOf(Value):
    """Django wraps all but a Value in parentheses, which ANY may not have."""

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        return "ANY (%s::bigint[])", (self.value,)


def among(keys: Iterable[int]) -> RawSQL:
    """*keys* for a look-up `…__in=` as one value of the statement: of thousands, Django would check and write each.

    For a look-up by an index and nothing else: beside a condition that few rows seem to meet, the planner reads the
    keys anew for each of those rows, however many there are in truth.
    """
    return RawSQL("SELECT unnest(%s::bigint[])", [keys_array(keys)])


def among_texts(texts: Iterable[str]) -> RawSQL:
    """The same for texts."""
    return RawSQL("SELECT unnest(%s::text[])", [texts_array(texts)])


def keys_array(keys: Iterable[int]) -> str:
    """*keys* as PostgreSQL writes an array: one value of the statement, to be cast to `bigint[]`. A list of thousands
    would be checked, written and parsed key by key.
    """
    return f"{{{','.join(map(str, keys))}}}"


def texts_array(texts: Iterable[str]) -> str:
    """The same for texts, to be cast to `text[]`."""
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"


def light(
    model: type[Made], columns: Sequence[str], rows: Iterable[Sequence[Any]], *, beside: tuple[str, ...] = ()
) -> Iterator[Made]:
    """Instances of *model* that know these *columns* (attnames, in the order of *rows*); the others are deferred.

    What `only(…)` gives, without Django's way through each field: for batches, where that is most of the work. The
    relations *beside* are plain attributes, which the caller sets on each instance.
    """
    alias = connection.alias
    plain: type[Made] = _plain(model, tuple(columns), beside)
    names = ("pk", *columns)
    place = columns.index(model._meta.pk.attname)
    for row in rows:
        made = plain.__new__(plain)
        made._state = state = ModelState()
        state.adding, state.db = False, alias
        made.__dict__.update(zip(names, (row[place], *row), strict=True))
        yield made


@cache
def _plain(model: type[Made], columns: tuple[str, ...], beside: tuple[str, ...]) -> type[Made]:
    """*model* without the descriptors of these attributes: each look at a key or a relation would be a call.

    Made past Django's own metaclass, which would register it as one more model.
    """
    hidden: dict[str, Any] = {"__module__": __name__, **dict.fromkeys(("pk", *columns, *beside))}
    plain: type[Made] = type.__new__(ModelBase, model.__name__, (model,), hidden)  # type: ignore[assignment]
    return plain


@contextmanager
def unpaused() -> Iterator[None]:
    """A batch without the pauses of garbage collection: it would look again and again at rows that are all in use.

    What the batch leaves is collected after it, as far as it is not freed at once.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def one_pass() -> Iterator[None]:
    """Statements that read each table once, whatever the planner knows of it: hash joins and no nested loops.

    For a statement over whole tables that joins by what no statistics tell of: taken for a few rows, it would look up
    each of hundreds of thousands by an index, or read a table anew for each. Inside a transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_nestloop'), set_config('enable_nestloop', 'off', true)")
        before, _ = cursor.fetchone()
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_nestloop', %s, true)", [before])


def insert_select(model: type[Model], columns: Sequence[str], rows: "QuerySet[Any, Any]", *, key: str) -> int:
    """One `INSERT … SELECT … ON CONFLICT (key) DO NOTHING` of *rows* into *model*'s table; returns how many went in.

    *rows* is a QuerySet whose `values_list` gives *columns* (field attnames of *model*) in this order. A second run of
    the same statement inserts nothing, since *key*, a unique column, tells the rows apart; only its index is asked.
    """
    statement, parameters = _insert(model, columns, rows, key)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def insert_select_summed(
    model: type[Model], columns: Sequence[str], rows: "QuerySet[Any, Any]", *, key: str, of: Sequence[str], sums: str
) -> tuple[Any, ...]:
    """The same; returns what *sums* (SQL aggregates over the columns *of*) say of the rows that went in,
    counted as they go in and not read again.
    """
    statement, parameters = _insert(model, columns, rows, key)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH fresh AS ({statement} RETURNING {', '.join(of)}) SELECT {sums} FROM fresh", parameters)
        summed: tuple[Any, ...] = cursor.fetchone()
        return summed


def _insert(
    model: type[Model], columns: Sequence[str], rows: "QuerySet[Any, Any]", key: str
) -> tuple[str, Sequence[Any]]:
    quote = connection.ops.quote_name
    fields = [model._meta.get_field(column) for column in columns]
    names = ", ".join(quote(field.column) for field in fields if isinstance(field, Field) and field.column)
    select, parameters = rows.query.sql_with_params()
    table = quote(model._meta.db_table)
    return f"INSERT INTO {table} ({names}) {select} ON CONFLICT ({quote(key)}) DO NOTHING", parameters
