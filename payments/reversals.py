"""Money that a provider took back, or gave back in its own panel: the posting is taken back with it (storno)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.money import format_pln
from liabilities.posting import NOTHING
from payments.models import Payment, ProviderFact, Refund, Reversal
from payments.refund_ledger import take_out
from payments.refund_sources import Posted, posted_of
from payments.refund_states import BOOKED, ReversalKind
from payments.states import State
from payments.transitions import locked_payment
from residents.queries import same_person


@dataclass(frozen=True)
class TakenBack:
    """What a provider, or staff who read its panel, say was taken back; `key` is the provider's number of it."""

    kind: ReversalKind
    key: str
    amount: Decimal
    on: date


def record_reversal(payment_id: int, told: TakenBack, *, by: Actor, at: datetime) -> Reversal:
    """Note that money of a payment is gone, once for its key, and take its posting back as far as the ledger lets it.

    What the ledger refuses (the credit is used up) waits with the reason: the money is gone all the same. Raises
    Refused `not_paid`, `key_missing`, `amount_wrong`, `day_wrong`.
    """
    if not told.key.strip():
        raise Refused("key_missing", "Podaj numer sprawy u operatora.", where="key")
    with transaction.atomic():
        payment = locked_payment(payment_id)
        if payment.state != State.PAID:
            raise Refused("not_paid", "Tej płatności nie zaksięgowano: nie ma czego cofać.")
        if known := Reversal.objects.filter(payment=payment, key=told.key.strip()).first():
            return known
        gone = sum(Reversal.objects.filter(payment=payment).values_list("amount", flat=True), NOTHING)
        if not NOTHING < told.amount <= payment.amount - gone:
            words = f"Z tej płatności można cofnąć najwyżej {format_pln(payment.amount - gone)}."
            raise Refused("amount_wrong", words, where="amount")
        if payment.paid_on is None or not payment.paid_on <= told.on <= timezone.localdate(at):
            raise Refused("day_wrong", "Dzień nie może być przed zapłatą ani po dniu dzisiejszym.", where="on")
        reversal = Reversal.objects.create(
            payment=payment,
            kind=told.kind,
            key=told.key.strip()[:80],
            amount=told.amount,
            taken_on=told.on,
            noted_at=at,
            noted_by_id=by.account_id,
        )
        ProviderFact.objects.create(
            payment=payment, kind="reversed", key=reversal.key, amount=told.amount, told_at=at, source=by.name[:60]
        )
        audit.record("record_reversal", f"payment:{payment.pk}", by=by, amount=str(told.amount), key=reversal.key)
        _post(reversal, payment, by=by, at=at)
    return reversal


def post_reversal(reversal_id: int, *, by: Actor, at: datetime) -> Reversal:
    """Try once more to take the posting back, after staff made way. Raises Refused `already_posted`."""
    with transaction.atomic():
        known = Reversal.objects.get(pk=reversal_id)
        payment = locked_payment(known.payment_id)
        reversal = Reversal.objects.select_for_update(of=("self",)).get(pk=reversal_id)
        if reversal.posted_at is not None:
            raise Refused("already_posted", "To cofnięcie jest już w księdze.")
        _post(reversal, payment, by=by, at=at)
    return reversal


def _post(reversal: Reversal, payment: Payment, *, by: Actor, at: datetime) -> None:
    """Take the sum off what the payment posted, payer by payer, the last one first: all of it or nothing."""
    left = reversal.amount
    try:
        with transaction.atomic():
            for share in reversed(posted_of(payment)):
                some = min(left, left_of(share, payment))
                if some > 0:
                    take_out(
                        payment,
                        share.payer_id,
                        some,
                        reference=f"{reversal.ledger_reference}{share.payer_id}:",
                        reason=str(reversal),
                        on=reversal.taken_on,
                        by=by,
                        at=at,
                    )
                    left -= some
            if left:
                raise Refused("not_posted", f"W księdze brakuje {format_pln(left)} z tej płatności.")
    except Refused as refusal:
        reversal.problem = str(refusal)[:300]
    else:
        reversal.problem, reversal.posted_at = "", at
    reversal.save(update_fields=["problem", "posted_at"])


def left_of(share: Posted, payment: Payment) -> Decimal:
    """What of a share was not given back by a refund, in złoty."""
    held = Refund.objects.filter(payment=payment, stage__in=[one.value for one in BOOKED])
    own = held.filter(payer_id__in=same_person(share.payer_id))
    given: Decimal = own.aggregate(sum=Sum("amount", default=NOTHING))["sum"]
    return max(NOTHING, share.amount - given)
