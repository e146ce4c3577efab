"""How rows move from a duplicate to the record that is kept, and back: the plain way, and what an app's own way is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import IntegrityError, transaction
from django.db.models import ForeignObjectRel, Model
from django.utils.module_loading import import_string

from core.actor import Actor
from residents.belongings import Belonging, Fate
from residents.models import MergeMove, Payer, PayerMerge


@dataclass(frozen=True)
class Moved:
    """How many rows moved to the kept record, and how many could not and rest with the duplicate."""

    moved: int
    stayed: int = 0


class Mover(Protocol):
    """An app's own way. Both are called in the merge's transaction, with both payers locked.

    `move` runs when the duplicate points at the kept record already, `undo` when it no longer does.
    """

    def move(self, merge: PayerMerge, *, by: Actor, at: datetime) -> Moved:
        """Hand over what is the duplicate's."""

    def undo(self, merge: PayerMerge, *, by: Actor, at: datetime) -> None:
        """Give back what `move` handed over and what is still as it left it."""


def tables() -> dict[tuple[str, str], type[Model]]:
    """Every table that points at a payer, by its label and the name of the column's field."""
    return {
        (relation.related_model._meta.label, relation.field.name): relation.related_model
        for relation in Payer._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel) and relation.related_model._meta.managed
    }


def mover_of(belonging: Belonging) -> Mover:
    """The belonging's own mover, or the plain one."""
    if belonging.fate is Fate.OWN_WAY:
        own: Mover = import_string(belonging.mover)()
        return own
    return PlainMover(belonging)


def move_rows(
    merge: PayerMerge, model: type[Model], field: str, rows: Sequence[int], *, was: int, became: int
) -> Collection[int]:
    """Point *rows* of *model* at *became* instead of *was*, and record it; the keys of those that moved.

    A row that a constraint keeps back (the kept record has such a one already) stays.
    """
    moved = _pointed(model, field, rows, became)
    MergeMove.objects.bulk_create(
        (
            MergeMove(merge=merge, table=model._meta.label, column=field, row=row, was=was, became=became)
            for row in sorted(moved)
        ),
        batch_size=5_000,
    )
    return moved


def moves_of(merge: PayerMerge, model: type[Model], field: str) -> dict[int, MergeMove]:
    """What the merge moved of a column, by the rows' keys."""
    return {move.row: move for move in merge.moves.filter(table=model._meta.label, column=field)}


def put_back(merge: PayerMerge, model: type[Model], field: str) -> None:
    """Point the rows that the merge moved back at what they were, those that still are what it made them."""
    for was in set(merge.moves.filter(table=model._meta.label, column=field).values_list("was", flat=True)):
        moves = merge.moves.filter(table=model._meta.label, column=field, was=was)
        for became in set(moves.values_list("became", flat=True)):
            rows = moves.filter(became=became).values_list("row", flat=True)
            here = model._base_manager.filter(**{f"{field}_id": became}, pk__in=rows).order_by("pk")
            _pointed(model, field, list(here.select_for_update(of=("self",)).values_list("pk", flat=True)), was)


def _pointed(model: type[Model], field: str, rows: Sequence[int], target: int) -> Collection[int]:
    if not rows:
        return []
    try:
        with transaction.atomic():
            model._base_manager.filter(pk__in=rows).update(**{f"{field}_id": target})
    except IntegrityError:
        if len(rows) == 1:
            return []
        return [row for one in rows for row in _pointed(model, field, [one], target)]
    return rows


class PlainMover:
    """Rows that point at the kept record from then on."""

    def __init__(self, belonging: Belonging) -> None:
        """For one table."""
        self.model = tables()[belonging.table, belonging.field]
        self.field = belonging.field

    def move(self, merge: PayerMerge, *, by: Actor, at: datetime) -> Moved:
        """See Mover."""
        mine = self.model._base_manager.filter(**{f"{self.field}_id": merge.duplicate_id}).order_by("pk")
        rows = list(mine.select_for_update(of=("self",)).values_list("pk", flat=True))
        moved = move_rows(merge, self.model, self.field, rows, was=merge.duplicate_id, became=merge.kept_id)
        return Moved(len(moved), len(rows) - len(moved))

    def undo(self, merge: PayerMerge, *, by: Actor, at: datetime) -> None:
        """See Mover."""
        put_back(merge, self.model, self.field)
