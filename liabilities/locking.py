"""The one place that locks dues, in one order: payer, then instalment by key.

Whoever changes a ledger takes these locks first, in its transaction, and no others before them; payments lock their own
row before calling here. So no two postings can wait for each other in a circle. The payer is locked for no change of
key, so that what only points at a payer (a record of access, a message) need not wait for a posting.

Records of one person may be merged and parted at the same moment (residents/merging.py): who asks for the dues of a
record that was merged gets those of the one that stands for it by the time the lock is held.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q

from core.bulk import among
from core.errors import Refused
from liabilities.light_dues import light_dues
from liabilities.models import Instalment, Liability, LiabilityBearer
from residents.models import Payer

NAMED_BY = (
    """SELECT count(*) FROM (SELECT FROM residents_payer WHERE id IN (SELECT owner_id FROM {table})
    ORDER BY id FOR NO KEY UPDATE) AS locked""",
    """SELECT count(*) FROM (SELECT FROM liabilities_instalment WHERE id IN (SELECT id FROM {table})
    ORDER BY id FOR NO KEY UPDATE) AS locked""",
)


def lock_payer(payer_id: int) -> int:
    """Lock the payer's record and, when it was merged, the one that stands for it; returns the id of the latter.

    Both in the order of ids, as a merge does; a record that was merged or parted while we waited is let go again first.
    """
    while True:
        wanted = {payer_id, Payer.objects.get(pk=payer_id).kept_id}
        with transaction.atomic():
            rows = Payer.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted).order_by("pk")
            kept_id = {payer.pk: payer for payer in rows}[payer_id].kept_id
            if kept_id in wanted:
                return kept_id
            transaction.set_rollback(True)


def lock_dues(payer_id: int, instalment_ids: Collection[int]) -> dict[int, Instalment]:
    """Lock the payer and their instalments; returns those that exist and are theirs, fresh, with liability and kind."""
    locked = (
        Instalment.objects.for_payer(lock_payer(payer_id))
        .select_for_update(of=("self",), no_key=True)
        .filter(pk__in=instalment_ids)
        .select_related("liability__kind", "decision")
        .order_by("pk")
    )
    return {instalment.pk: instalment for instalment in locked}


def lock_due(instalment: Instalment) -> Instalment:
    """Lock an instalment and its payer; returns it fresh. Raises Refused `due_moved`: another record has it by now."""
    due = lock_dues(instalment.liability.payer_id, [instalment.pk]).get(instalment.pk)
    if due is None:
        raise Refused(
            "due_moved",
            "Ta należność jest teraz w innym wpisie tej osoby.",
            mend="Odśwież stronę i zrób to jeszcze raz.",
        )
    return due


def lock_many(payer_ids: Collection[int], instalment_ids: Collection[int]) -> None:
    """Lock many payers, then many instalments, each in order of their keys: what an import is about to change."""
    payers = Payer.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=payer_ids).order_by("pk")
    instalments = (
        Instalment.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=instalment_ids).order_by("pk")
    )
    for rows in (payers, instalments):
        for _ in rows.values_list("pk").iterator(chunk_size=10_000):
            pass


def lock_named_by(table: str) -> int:
    """The same for those that a temporary table of ours names, as `owner_id` and `id`; how many instalments.

    However many they are, none of their keys comes here.
    """
    with connection.cursor() as cursor:
        for statement in NAMED_BY:
            cursor.execute(statement.format(table=connection.ops.quote_name(table)))
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class LockedBooks:
    """What `lock_open` locked: which record stands for each payer that was asked for, and the dues of each record."""

    kept: dict[int, int]
    dues: list[tuple[int, Instalment]]


def lock_open(payer_ids: Collection[int], instalment_ids: Collection[int]) -> LockedBooks:
    """Lock many payers, then their open instalments and the named ones, each in order of their keys.

    The instalments come with liability and kind.
    """
    kept = _lock_records(payer_ids)
    records = set(kept.values())
    bearers = list(LiabilityBearer.objects.filter(payer_id__in=among(records)).values_list("payer_id", "liability_id"))
    whose = Q(liability_id__in=Liability.objects.filter(payer_id__in=among(records)).values("pk"))
    if bearers:
        whose |= Q(liability_id__in={liability for _, liability in bearers})
    is_wanted = Q(outstanding__gt=0) | Q(costs__gt=0) | Q(booked_interest__gt=0) | Q(fee__gt=0)
    if instalment_ids:
        is_wanted |= Q(pk__in=among(instalment_ids))
    # No join: FOR UPDATE would lock the liabilities too.
    found = Instalment.objects.filter(is_wanted, whose).select_for_update(no_key=True).order_by("pk")
    rows = light_dues(found)
    of_liability: dict[int, list[Instalment]] = {}
    for due in rows if bearers else ():
        of_liability.setdefault(due.liability_id, []).append(due)
    dues = [(payer_id, due) for due in rows if (payer_id := due.liability.payer_id) in records]
    for payer_id, liability_id in bearers:
        dues += [(payer_id, due) for due in of_liability.get(liability_id, ()) if due.liability.payer_id != payer_id]
    return LockedBooks(kept, dues)


def _lock_records(payer_ids: Collection[int]) -> dict[int, int]:
    """Lock these records and those that stand for them, as `lock_payer` does; which one stands for each."""
    while True:
        known = Payer.objects.filter(pk__in=among(payer_ids)).values_list("pk", "merged_into_id")
        wanted = {key for row in known for key in row if key is not None}
        with transaction.atomic():
            rows = (
                Payer.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=among(wanted)).order_by("pk")
            )
            kept = {key: merged or key for key, merged in rows.values_list("pk", "merged_into_id")}
            if wanted.issuperset(kept.values()):
                return {key: kept[key] for key in payer_ids}
            transaction.set_rollback(True)
