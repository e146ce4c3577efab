"""The one place that locks dues, in one order: payer, then instalment by key.

Whoever changes a ledger takes these locks first, in its transaction, and no others before them; payments lock their own
row before calling here. So no two postings can wait for each other in a circle. The payer is locked for no change of
key, so that what only points at a payer (a record of access, a message) need not wait for a posting.
"""

from collections.abc import Collection

from liabilities.models import Instalment
from residents.models import Payer


def lock_dues(payer_id: int, instalment_ids: Collection[int]) -> dict[int, Instalment]:
    """Lock the payer and their instalments; returns those that exist and are theirs, fresh, with liability and kind."""
    Payer.objects.select_for_update(of=("self",), no_key=True).get(pk=payer_id)
    locked = (
        Instalment.objects.for_payer(payer_id)
        .select_for_update(of=("self",), no_key=True)
        .filter(pk__in=instalment_ids)
        .select_related("liability__kind")
        .order_by("pk")
    )
    return {instalment.pk: instalment for instalment in locked}


def lock_many(payer_ids: Collection[int], instalment_ids: Collection[int]) -> None:
    """Lock many payers, then many instalments, each in order of their keys: what an import is about to change."""
    payers = Payer.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=payer_ids).order_by("pk")
    instalments = (
        Instalment.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=instalment_ids).order_by("pk")
    )
    for rows in (payers, instalments):
        for _ in rows.values_list("pk").iterator(chunk_size=10_000):
            pass
