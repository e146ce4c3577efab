"""Dues that a payment paid are opened again: that part of it becomes the payer's credit, to be given back or taken."""

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
from liabilities.storno import reverse_dues


def free_payment(
    *,
    payer_id: int,
    reference: str,
    new_reference: str,
    amount: Decimal,
    reason: str,
    on: date,
    by: Actor,
    at: datetime,
) -> None:
    """Take *amount* złoty of the payment *reference* off its dues, to the payer's credit; once for *new_reference*.

    What it paid on dues is undone by storno; the rest is posted again under *new_reference* as of its own day, with the
    amount as credit of the dues' kinds. The dues give in the reverse order of paying. A credit that the payment left
    stays as it is. Raises Refused `not_posted`, `amount_too_large`, and as `liabilities.storno.reverse_dues`.
    """
    with transaction.atomic():
        if LedgerEntry.objects.filter(reference=new_reference).exists():
            return
        paid = list(
            LedgerEntry.objects.filter(
                reference=reference, kind=EntryKind.PAYMENT, instalment__isnull=False, reversed_by__isnull=True
            )
            .select_related("instalment__liability")
            .order_by("pk")
        )
        if not paid:
            raise Refused("not_posted", "Ta wpłata nie opłaca już żadnej raty.")
        on_dues: dict[int, Decimal] = {}
        kinds: dict[int, str | None] = {}
        for entry in paid:
            if entry.instalment is not None:
                key = entry.instalment.pk
                on_dues[key] = on_dues.get(key, NOTHING) - entry.amount
                kinds[key] = entry.instalment.liability.kind_id
        total = sum(on_dues.values(), NOTHING)
        if not NOTHING < amount <= total:
            raise Refused("amount_too_large", f"Na ratach jest z tej wpłaty {format_pln(total)}.", where="amount")
        reverse_dues(reference, reason=reason, on=on, by=by, at=at)
        freed: dict[str | None, Decimal] = {}
        left = amount
        for key in reversed(list(on_dues)):
            taken = min(on_dues[key], left)
            on_dues[key] -= taken
            left -= taken
            if taken:
                freed[kinds[key]] = freed.get(kinds[key], NOTHING) + taken
        post_payment(
            payer_id=payer_id,
            parts=[PaymentPart(key, sum_) for key, sum_ in on_dues.items() if sum_],
            to_credit=freed,
            value_on=paid[0].value_on,
            reference=new_reference,
            by=by,
            at=at,
        )
        audit.record("free_payment", reference, by=by, reason=reason, amount=str(amount), anew=new_reference)
