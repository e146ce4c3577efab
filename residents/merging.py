"""Two records of one person become one, undoable for thirty days; nothing is lost and no history is rewritten.

The duplicate's row stays and points at the record that is kept: its numbers lead there (residents/queries.py). What
hangs on it moves as each app says (residents/belongings.py), row by row recorded, so that undoing puts exactly those
back; what append-only tables say stays where it was said and is read for both records.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from core import audit
from core.actor import Actor
from core.errors import Refused
from residents.belongings import BELONGINGS, Belonging, Fate
from residents.models import MergeUndo, Payer, PayerMerge
from residents.movers import mover_of, tables

UNDOABLE_FOR = timedelta(days=30)
NUMBER = re.compile(r"\d{9,}")


@dataclass(frozen=True)
class Carried:
    """What became of one kind of things: in words, how many moved, how many stayed with the duplicate."""

    words: str
    moved: int
    stayed: int


@dataclass(frozen=True)
class Merged:
    """A merge and what it carried over, the kinds of which there was something only."""

    merge: PayerMerge
    carried: tuple[Carried, ...]


def merge_payers(*, kept: Payer, duplicate: Payer, reason: str, by: Actor, at: datetime) -> Merged:
    """Make *duplicate* a part of *kept*, for a *reason* in words that is kept. One transaction.

    Raises Refused `same_payer`, `payer_merged` (one of them was merged before), `deceased_differs`, `reason_missing`,
    `reason_with_number`.
    """
    _check_reason(reason)
    if kept.pk == duplicate.pk:
        raise Refused("same_payer", "To ten sam wpis.", where="duplicate", mend="Podaj drugi z dwóch wpisów.")
    with transaction.atomic():
        kept, duplicate = _locked(kept.pk, duplicate.pk)
        _check_pair(kept, duplicate)
        merge = PayerMerge.objects.create(
            kept=kept, duplicate=duplicate, at=at, by_name=by.name, reason=" ".join(reason.split())
        )
        carried = [_move(_of_doubles(), merge, by=by, at=at)]
        duplicate.merged_into = kept
        duplicate.save(update_fields=["merged_into"])
        carried += [_move(one, merge, by=by, at=at) for one in _moving() if one != _of_doubles()]
        audit.record("merge_payers", f"payer:{kept.pk}", by=by, duplicate=duplicate.pk, merge=merge.pk)
    return Merged(merge, tuple(one for one in carried if one.moved or one.stayed))


def preview_merge(*, kept: Payer, duplicate: Payer, by: Actor, at: datetime) -> tuple[Carried, ...]:
    """What `merge_payers` would carry over: it is done, counted and rolled back. Raises Refused as it does."""
    with transaction.atomic():
        merged = merge_payers(kept=kept, duplicate=duplicate, reason="podgląd", by=by, at=at)
        transaction.set_rollback(True)
    return merged.carried


def undo_merge(merge: PayerMerge, *, by: Actor, at: datetime) -> None:
    """Make two records of one again: what the merge moved, and nobody has changed since, goes back; history stays.

    What came to the kept record after the merge stays there. Raises Refused `undone_already`, `too_late` after thirty
    days, and `merged_further` while the kept record is merged itself: that is undone first.
    """
    with transaction.atomic():
        kept, duplicate = _locked(merge.kept_id, merge.duplicate_id)
        if MergeUndo.objects.filter(merge=merge).exists():
            raise Refused("undone_already", "To połączenie już cofnięto.")
        if at > undoable_until(merge):
            raise Refused("too_late", "Połączenie można cofnąć przez 30 dni; ten czas minął.")
        if kept.merged_into_id is not None or duplicate.merged_into_id != kept.pk:
            raise Refused(
                "merged_further",
                "Wpis, który został, połączono potem z jeszcze innym.",
                mend="Najpierw cofnij tamto połączenie.",
            )
        duplicate.merged_into = None
        duplicate.save(update_fields=["merged_into"])
        for belonging in reversed(_moving()):
            mover_of(belonging).undo(merge, by=by, at=at)
        MergeUndo.objects.create(merge=merge, at=at, by_name=by.name)
        audit.record("undo_merge", f"payer:{kept.pk}", by=by, duplicate=duplicate.pk, merge=merge.pk)


def undoable_until(merge: PayerMerge) -> datetime:
    """The last moment for undoing it."""
    return merge.at + UNDOABLE_FOR


def merge_in_force(duplicate: Payer) -> PayerMerge | None:
    """The merge by which *duplicate* points at another record, None when it does not."""
    if duplicate.merged_into_id is None:
        return None
    return PayerMerge.objects.filter(duplicate=duplicate, undo__isnull=True).order_by("-pk").first()


def collect_strays(*, by: Actor, at: datetime) -> int:
    """Move what came to a duplicate after it was merged: somebody had the record at hand at that very moment.

    Returns how many rows. Called by the timetable; what it moves belongs to the same merge and goes back with it.
    """
    count = 0
    for merge in PayerMerge.objects.filter(undo__isnull=True, duplicate__merged_into__isnull=False).order_by("pk"):
        with transaction.atomic():
            if _still_holds(merge):
                count += sum(_move(one, merge, by=by, at=at).moved for one in _moving() if one.fate is Fate.MOVES)
    return count


def _still_holds(merge: PayerMerge) -> bool:
    kept, duplicate = _locked(merge.kept_id, merge.duplicate_id)
    is_undone = MergeUndo.objects.filter(merge=merge).exists()
    return not is_undone and kept.merged_into_id is None and duplicate.merged_into_id == kept.pk


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused(
            "reason_missing", "Podaj powód.", where="reason", mend="Napisz, skąd wiadomo, że to ta sama osoba."
        )
    if NUMBER.search("".join(reason.split())):
        raise Refused("reason_with_number", "Nie wpisuj tu numerów.", where="reason", mend="Opisz powód słowami.")


def _check_pair(kept: Payer, duplicate: Payer) -> None:
    for one in (kept, duplicate):
        if one.merged_into_id is not None:
            raise Refused(
                "payer_merged", f"Wpis {one.number} połączono już z innym.", where="duplicate", mend="Wybierz tamten."
            )
    if kept.deceased_on != duplicate.deceased_on:
        raise Refused(
            "deceased_differs",
            "Data śmierci w obu wpisach jest inna.",
            where="duplicate",
            mend="Popraw ją w jednym z nich: to ta sama osoba.",
        )


def _locked(kept_id: int, duplicate_id: int) -> tuple[Payer, Payer]:
    """Both records and their doubles, locked in the order of ids, after the rows that are locked before a payer."""
    both = (kept_id, duplicate_id)
    for belonging in BELONGINGS:
        if belonging.locked_first:
            model = tables()[belonging.table, belonging.field]
            rows = model._base_manager.filter(**{f"{belonging.field}__in": both}).order_by("pk")
            list(rows.select_for_update(of=("self",)).values_list("pk"))
    wanted = Payer.objects.filter(Q(pk__in=both) | Q(merged_into__in=both)).order_by("pk")
    found = {payer.pk: payer for payer in wanted.select_for_update(of=("self",))}
    return found[kept_id], found[duplicate_id]


def _moving() -> list[Belonging]:
    return [one for one in BELONGINGS if one.fate is not Fate.STAYS]


def _of_doubles() -> Belonging:
    """What was merged into the duplicate before points at the kept record first: no chain is ever two steps long."""
    return next(one for one in BELONGINGS if (one.table, one.field) == ("residents.Payer", "merged_into"))


def _move(belonging: Belonging, merge: PayerMerge, *, by: Actor, at: datetime) -> Carried:
    moved = mover_of(belonging).move(merge, by=by, at=at)
    return Carried(belonging.words, moved.moved, moved.stayed)
