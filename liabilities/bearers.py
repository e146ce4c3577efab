"""Several payers of one due: who they are, and how many a resident may know of."""

from collections.abc import Collection, Iterable, Mapping

from django.db import transaction
from django.db.models.functions import Coalesce

from core import audit
from core.actor import Actor
from liabilities.locking import lock_many
from liabilities.models import Liability, LiabilityBearer
from residents.models import Payer


def set_bearers(bearers: Mapping[int, Collection[int]], *, reason: str, by: Actor) -> int:
    """Say which other payers owe each liability jointly with the one it names first; returns how many liabilities
    changed.

    *bearers* gives, by a liability's id, the whole set of the others' ids: who is missing owes it no longer, an empty
    set makes it one payer's alone, liabilities not named stay as they are. A merged record counts as the one it was
    merged into; the payer named first is passed over. Entries already booked stay as they are. The same again changes
    nothing. Source: Ordynacja podatkowa art. 91; ustawa o podatkach i opłatach lokalnych art. 3 ust. 4.
    """
    with transaction.atomic():
        first = dict(Liability.objects.filter(pk__in=bearers).values_list("pk", "payer_id"))
        known = list(LiabilityBearer.objects.filter(liability_id__in=bearers))
        kept = _kept({payer for others in bearers.values() for payer in others})
        lock_many({*first.values(), *kept.values(), *(row.payer_id for row in known)}, [])
        wanted = {
            (liability, kept[payer])
            for liability, others in bearers.items()
            for payer in others
            if kept[payer] != first[liability]
        }
        gone = [row for row in known if (row.liability_id, row.payer_id) not in wanted]
        new = sorted(wanted - {(row.liability_id, row.payer_id) for row in known})
        LiabilityBearer.objects.filter(pk__in=[row.pk for row in gone]).delete()
        LiabilityBearer.objects.bulk_create(
            (LiabilityBearer(liability_id=liability, payer_id=payer) for liability, payer in new), batch_size=5_000
        )
        changed = {liability for liability, _ in new} | {row.liability_id for row in gone}
        if changed:
            subject = f"liability:{min(changed)}" if len(changed) == 1 else f"liabilities:{len(changed)}"
            audit.record("set_bearers", subject, by=by, reason=reason, added=len(new), removed=len(gone))
    return len(changed)


def _kept(payer_ids: Collection[int]) -> dict[int, int]:
    rows = Payer.objects.filter(pk__in=payer_ids).annotate(kept=Coalesce("merged_into_id", "pk"))
    return dict(rows.values_list("pk", "kept"))


def joint_with(liability_ids: Iterable[int]) -> dict[int, int]:
    """Of liabilities that several persons owe: how many others there are beside each one of them. One query."""
    persons: dict[int, set[int]] = {}
    rows = LiabilityBearer.objects.filter(liability_id__in=set(liability_ids)).annotate(
        kept=Coalesce("payer__merged_into_id", "payer_id"),
        first=Coalesce("liability__payer__merged_into_id", "liability__payer_id"),
    )
    for liability, first, kept in rows.values_list("liability_id", "first", "kept"):
        persons.setdefault(liability, {first}).add(kept)
    return {liability: len(found) - 1 for liability, found in persons.items() if len(found) > 1}
