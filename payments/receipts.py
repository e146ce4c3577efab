"""Receipts given out with a code, and what anybody who has the code is told: the sum, the day, what went back since."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Max
from django.utils import timezone

from core.encryption import fingerprints
from liabilities.models import LedgerEntry
from liabilities.posting import NOTHING
from payments.basket import recipient_name
from payments.models import Payment, PaymentLine, Receipt, Refund, Reversal
from payments.receipt_code import RANDOM_BYTES, code_from, typed_code
from payments.refund_sources import named_after, posted_of
from payments.refund_states import BOOKED, RefundStage
from payments.virtual_accounts import kept_records


@dataclass(frozen=True)
class GivenBack:
    """Money that went back, or was ordered to: `words` say which, `amount` in złoty, None where it is not for all."""

    words: str
    on: date
    amount: Decimal | None


@dataclass(frozen=True)
class Genuine:
    """What a genuine receipt's code tells: no name of anybody.

    `is_whole` says whether the receipt is of all the payment, `is_void` that none of its money is in the ledger now.
    """

    reference: str
    amount: Decimal
    paid_on: date
    recipient: str
    is_whole: bool
    given_back: tuple[GivenBack, ...]
    is_void: bool


def issue_receipt(payment: Payment, lines: Sequence[PaymentLine]) -> Receipt:
    """The receipt of these *lines* of a posted payment, with its code: made when it is first asked for."""
    receipt, _ = Receipt.objects.get_or_create(
        payment=payment,
        line_ids=sorted(line.pk for line in lines),
        defaults={
            "amount": sum((line.total for line in lines), NOTHING),
            "code": code_from(secrets.token_bytes(RANDOM_BYTES)),
        },
    )
    return receipt


def find_genuine(typed: str) -> Genuine | None:
    """What the receipt with the code that somebody *typed* says today; None when there is no such receipt."""
    code = typed_code(typed)
    if not code:
        return None
    found = Receipt.objects.filter(code_fingerprint__in=fingerprints(code)).select_related("payment").first()
    if found is None:
        return None
    payment, paid_on = found.payment, found.payment.paid_on
    if paid_on is None:
        return None
    owner_of = dict(payment.lines.values_list("pk", "payer_id"))
    kept = kept_records(set(owner_of.values()))
    own = {kept[owner_of[pk]] for pk in found.line_ids}
    is_whole = len(found.line_ids) == len(owner_of)
    given_back = given_back_of(payment, own, is_whole=is_whole)
    is_void = not any(share.payer_id in own for share in posted_of(payment))
    if is_void and not given_back:
        given_back = (GivenBack("urząd wycofał tę wpłatę z księgi", _undone_on(payment), None),)
    return Genuine(
        reference=payment.reference,
        amount=found.amount,
        paid_on=paid_on,
        recipient=recipient_name(payment.recipient),
        is_whole=is_whole,
        given_back=given_back,
        is_void=is_void,
    )


def given_back_of(payment: Payment, payer_ids: set[int], *, is_whole: bool) -> tuple[GivenBack, ...]:
    """What of a payment went back to these payers, the oldest first.

    What the provider took back of all the payment bears its sum only where *is_whole*.
    """
    refunds = Refund.objects.filter(payment=payment, stage__in=[one.value for one in BOOKED])
    told = [
        GivenBack(_words(refund), _day(refund), refund.amount)
        for refund in refunds.select_related("payer").annotate(changed_at=Max("changes__at"))
        if refund.payer.kept_id in payer_ids
    ]
    told += [
        GivenBack("cofnięto", gone.taken_on, gone.amount if is_whole else None)
        for gone in Reversal.objects.filter(payment=payment)
    ]
    return tuple(sorted(told, key=lambda one: one.on))


def _words(refund: Refund) -> str:
    return "zwrócono" if refund.stage == RefundStage.DONE else "zlecono zwrot"


def _day(refund: Refund) -> date:
    """The day of its last change: done, sent or ordered."""
    moment = getattr(refund, "changed_at", None) or refund.requested_at
    return timezone.localdate(moment)


def _undone_on(payment: Payment) -> date:
    undone = LedgerEntry.objects.filter(reverses__in=LedgerEntry.objects.filter(named_after(payment)))
    last = undone.aggregate(last=Max("booked_at"))["last"]
    return timezone.localdate(last) if last else timezone.localdate(payment.posted_at)
