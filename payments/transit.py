"""Payments that are paid, or may be, and not in the ledger yet: what the account card shows as on its way."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from liabilities.in_transit import InTransit
from payments.models import PaymentLine
from payments.queries import waiting
from residents.queries import same_person


def in_transit(payer_id: int, at: datetime) -> list[InTransit]:
    """The lines of the payer's payments that are not posted and may still be, *at* a moment."""
    lines = (
        PaymentLine.objects.filter(waiting("payment__", at=at), payer_id__in=same_person(payer_id))
        .select_related("payment", "instalment__liability")
        .order_by("payment_id", "pk")
    )
    return [
        InTransit(
            reference=line.payment.reference,
            state=line.payment.get_state_display(),
            started_at=line.payment.started_at,
            kind_code=line.instalment.liability.kind_id,
            about=str(line.instalment),
            amount=line.total,
        )
        for line in lines
    ]


def sums_in_transit(instalment_ids: Collection[int], at: datetime) -> dict[int, Decimal]:
    """What payments that are not posted, and may still be, give to each of these instalments *at* a moment."""
    found: dict[int, Decimal] = {}
    for line in PaymentLine.objects.filter(waiting("payment__", at=at), instalment_id__in=instalment_ids):
        found[line.instalment_id] = found.get(line.instalment_id, Decimal(0)) + line.total
    return found
