"""A credit goes back to its payer: zwrot nadpłaty."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.money import format_pln
from liabilities.credits import credits_of
from liabilities.locking import lock_payer
from liabilities.models import EntryKind, LedgerEntry
from liabilities.posting import NOTHING, Event, credit_entry


def refund_credit(
    *,
    payer_id: int,
    due_kind: str | None,
    amount: Decimal,
    reference: str,
    on: date,
    by: Actor,
    at: datetime,
) -> LedgerEntry:
    """Enter that *amount* złoty of a credit went back to its payer *on* a day; once for its *reference*.

    *due_kind* is the kind of due that the credit came from (None: not known). It only enters: the transfer is ordered
    and answered for elsewhere. Source: Ordynacja podatkowa art. 76 § 1, art. 77b; civil credits art. 405 k.c.
    Raises Refused `nothing_to_post`, `credit_too_small`.
    """
    if amount <= 0:
        raise Refused("nothing_to_post", "Kwota zwrotu musi być większa od zera.", where="amount")
    with transaction.atomic():
        payer_id = lock_payer(payer_id)
        if earlier := LedgerEntry.objects.filter(reference=reference, kind=EntryKind.REFUND).first():
            return earlier
        held = credits_of(payer_id).get(due_kind, NOTHING)
        if amount > held:
            raise Refused("credit_too_small", f"Tej nadpłaty jest {format_pln(held)}.", where="amount")
        entry = credit_entry(payer_id, due_kind, amount, Event(EntryKind.REFUND, on, reference, at))
        entry.save()
        audit.record("refund_credit", reference, by=by, payer=payer_id, amount=str(amount))
    return entry
