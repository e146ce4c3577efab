"""What each app knows of a payer: the registry of sections of «Moje dane» (art. 15, 17 and 20 RODO).

Free of models, so that an app's `apps.py` may name its section as it is imported: a dotted path to a Section, which
is imported when somebody asks. The order of the apps is the order of the archive.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.utils.module_loading import import_string

from core.actor import Actor


class Shape(StrEnum):
    """What the values of a column are, in Python and in the archive's JSON (docs/formats/my-data.md)."""

    TEXT = "text"
    WHOLE = "whole number"
    MONEY = "money"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True)
class Column:
    """One column: its key in JSON, its Polish heading, and what its values are."""

    key: str
    label: str
    shape: Shape = Shape.TEXT


@dataclass(frozen=True)
class Table:
    """Records of one kind. `rows` gives them for a payer's id, lazily, each with a value a column (None: not known)."""

    code: str
    name: str
    columns: tuple[Column, ...]
    rows: Callable[[int], Iterable[Sequence[object]]]


@dataclass(frozen=True)
class Attachment:
    """A file of the archive: its name in there, what it is, and how to read it (None: the file is gone)."""

    name: str
    label: str
    read: Callable[[], bytes | None]


@dataclass(frozen=True)
class Kept:
    """What the law makes the town keep: what, by which act, why, until when (None: until something else happens).

    `names_payer` says that it is worth nothing without the payer's name and number, so that these stay as well.
    """

    what: str
    basis: str
    why: str
    until: date | None
    names_payer: bool


def _no_files(payer_id: int) -> Iterable[Attachment]:
    return ()


def _nothing_kept(payer_id: int, on: date) -> Iterable[Kept]:
    return ()


def _nothing_to_erase(payer_id: int, by: Actor, at: datetime) -> Mapping[str, int]:
    return {}


@dataclass(frozen=True)
class Section:
    """What one app knows of a payer, what of it must be kept, and what is erased when the payer asks.

    `erased` says in words what `erase` does; `erase` acts in the caller's transaction and counts, by kind of record.
    """

    code: str
    name: str
    tables: tuple[Table, ...]
    attachments: Callable[[int], Iterable[Attachment]] = _no_files
    kept: Callable[[int, date], Iterable[Kept]] = _nothing_kept
    erased: tuple[str, ...] = ()
    erase: Callable[[int, Actor, datetime], Mapping[str, int]] = _nothing_to_erase


SECTIONS: list[str] = []


def register(path: str) -> str:
    """Name a Section by its dotted path; the same twice is once."""
    if path not in SECTIONS:
        SECTIONS.append(path)
    return path


def sections() -> list[Section]:
    """Every section, in the order of the floors from below."""
    return [import_string(path) for path in SECTIONS]


def kept_by_law(payer_id: int, *, on: date) -> list[Kept]:
    """What of the payer's data the town must keep, as of a day."""
    return [kept for section in sections() for kept in section.kept(payer_id, on)]


def erased_on_request() -> list[str]:
    """What an erasure erases, in words."""
    return [words for section in sections() for words in section.erased]
