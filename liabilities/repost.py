"""A posted payment is posted anew with less on the dues: a part of it is given back, or was taken back by a bank."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.money import format_pln
from liabilities.actions import PaymentPart, post_payment
from liabilities.models import EntryKind, LedgerEntry
from liabilities.posting import NOTHING
from liabilities.storno import reverse_event


def repost_payment(
    *,
    payer_id: int,
    reference: str,
    new_reference: str,
    amount: Decimal,
    is_gone: bool,
    reason: str,
    on: date,
    by: Actor,
    at: datetime,
) -> None:
    """Take *amount* złoty off the dues that the payment *reference* paid; once for *new_reference*.

    The whole event is undone by storno, and what is left of it is posted again under *new_reference* as of its own day.
    The amount becomes the payer's credit, or, when it *is_gone* (a chargeback), nobody's: then the credit that the
    payment left goes first. The dues give in the reverse order of paying. Raises Refused `not_posted`,
    `amount_too_large`, and as `reverse_event`.
    """
    with transaction.atomic():
        rows = LedgerEntry.objects.filter(reference=reference).exclude(kind=EntryKind.CORRECTION).order_by("pk")
        event = list(rows.select_related("instalment__liability"))
        if LedgerEntry.objects.filter(reference=new_reference).exists():
            return
        paid = [entry for entry in event if entry.kind == EntryKind.PAYMENT]
        if not paid:
            raise Refused("not_posted", "Tej wpłaty nie ma w księdze.")
        total = -sum((entry.amount for entry in paid), NOTHING)
        if not NOTHING < amount <= total:
            raise Refused("amount_too_large", f"Ta wpłata to {format_pln(total)}.", where="amount")
        on_dues, on_credit, kinds = _places(paid)
        value_on = paid[0].value_on
        reverse_event(paid[0], reason=reason, on=on, by=by, at=at)
        left = _cut(on_credit, amount) if is_gone else amount
        freed = _freed(on_dues, left, kinds)
        if not is_gone:
            for kind, sum_ in freed.items():
                on_credit[kind] = on_credit.get(kind, NOTHING) + sum_
        parts = [PaymentPart(key, sum_) for key, sum_ in on_dues.items() if sum_]
        to_credit = {kind: sum_ for kind, sum_ in on_credit.items() if sum_}
        if parts or to_credit:
            post_payment(
                payer_id=payer_id,
                parts=parts,
                to_credit=to_credit,
                value_on=value_on,
                reference=new_reference,
                by=by,
                at=at,
            )
        audit.record("repost_payment", reference, by=by, reason=reason, amount=str(amount), anew=new_reference)


def _places(
    paid: list[LedgerEntry],
) -> tuple[dict[int, Decimal], dict[str | None, Decimal], Mapping[int, str | None]]:
    """What a payment gave to each instalment, what to credit of each kind, and the kind of each instalment."""
    on_dues: dict[int, Decimal] = {}
    on_credit: dict[str | None, Decimal] = {}
    kinds: dict[int, str | None] = {}
    for entry in paid:
        if entry.instalment is None:
            on_credit[entry.due_kind_id] = on_credit.get(entry.due_kind_id, NOTHING) - entry.amount
        else:
            key = entry.instalment.pk
            on_dues[key] = on_dues.get(key, NOTHING) - entry.amount
            kinds[key] = entry.instalment.liability.kind_id
    return on_dues, on_credit, kinds


def _cut(sums: dict[str | None, Decimal], amount: Decimal) -> Decimal:
    """Take *amount* off *sums*, in place; returns what they could not give."""
    for key in list(sums):
        taken = min(sums[key], amount)
        sums[key] -= taken
        amount -= taken
    return amount


def _freed(
    on_dues: dict[int, Decimal], amount: Decimal, kinds: Mapping[int, str | None]
) -> dict[str | None, Decimal]:
    """Take *amount* off the dues, in place, the last one first; what each kind of due gave."""
    freed: dict[str | None, Decimal] = {}
    for key in reversed(list(on_dues)):
        taken = min(on_dues[key], amount)
        on_dues[key] -= taken
        amount -= taken
        if taken:
            freed[kinds[key]] = freed.get(kinds[key], NOTHING) + taken
    if amount:
        raise Refused("amount_too_large", "Z tej wpłaty nie da się już tyle zwolnić z rat.", where="amount")
    return freed
