"""The one place that locks dues, in one order: payer, then instalment by key.

Whoever changes a ledger takes these locks first, in its transaction, and no others before them; payments lock their own
row before calling here. So no two postings can wait for each other in a circle.
"""

from collections.abc import Collection

from liabilities.models import Instalment
from residents.models import Payer


def lock_dues(payer_id: int, instalment_ids: Collection[int]) -> dict[int, Instalment]:
    """Lock the payer and the instalments; returns those that exist, fresh, with their liability and kind."""
    Payer.objects.select_for_update(of=("self",)).get(pk=payer_id)
    locked = (
        Instalment.objects.select_for_update(of=("self",))
        .filter(pk__in=instalment_ids)
        .select_related("liability__kind")
        .order_by("pk")
    )
    return {instalment.pk: instalment for instalment in locked}
