"""A provider's payout settled with what it holds: payments, less refunds, less the fee; what is left is shown."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from liabilities.posting import NOTHING
from payments.entry_states import EntryState
from payments.models import BankEntry, Payment, Payout, PayoutLine, Refund, Reversal
from payments.refund_states import RefundStage
from payments.states import State

MOST_OFFERED = 2_000
AHEAD = timedelta(days=1)  # a payout may hold what was authorised shortly before midnight


@dataclass(frozen=True)
class Held:
    """What a payout may hold: `key` for the form, the day, what it is in words, and its sum (below zero: deducted)."""

    key: str
    on: date
    words: str
    amount: Decimal


def unsettled(provider: str, *, until: date) -> list[Held]:
    """What the provider took or gave back *until* a day and no payout holds yet, the oldest first."""
    last = until + AHEAD
    paid = Payment.objects.filter(
        provider=provider, state=State.PAID, payout_line__isnull=True, paid_on__lte=last
    ).order_by("paid_on", "pk")[:MOST_OFFERED]
    back = Refund.objects.filter(
        payment__provider=provider, stage=RefundStage.DONE, payout_line__isnull=True, requested_at__date__lte=last
    ).order_by("pk")[:MOST_OFFERED]
    gone = (
        Reversal.objects.filter(payment__provider=provider, payout_line__isnull=True, taken_on__lte=last)
        .select_related("payment")
        .order_by("pk")[:MOST_OFFERED]
    )
    found = [Held(f"p{one.pk}", one.paid_on, f"płatność {one.reference}", one.charged) for one in paid if one.paid_on]
    found += [
        Held(f"r{one.pk}", timezone.localdate(one.requested_at), f"zwrot {one.short_number}", -one.amount)
        for one in back
    ]
    found += [
        Held(f"c{one.pk}", one.taken_on, f"{one.get_kind_display()}, {one.payment.reference}", -one.amount)
        for one in gone
    ]
    return sorted(found, key=lambda one: one.on)  # of one day as they came: each list is in the order of its keys


def likely(offered: Sequence[Held], amount: Decimal) -> list[str]:
    """The keys that a payout of *amount* złoty most likely holds: the oldest ones, until they come to it."""
    keys, total = [], NOTHING
    for one in offered:
        if total >= amount:
            break
        keys.append(one.key)
        total += one.amount
    return keys


def settle_payout(entry_id: int, *, keys: Collection[str], fee: Decimal, note: str, by: Actor, at: datetime) -> Payout:
    """Say what a payout holds and what the provider kept as its *fee*, in złoty.

    When it comes to what is on the statement the entry leaves the clearing account; with a difference it stays there,
    and the *note* says why. Raises Refused `not_a_payout`, `settled_already`, `nothing_chosen`, `held_elsewhere`,
    `note_missing`, `settled_by_nobody`.
    """
    if by.account_id is None:
        raise Refused("settled_by_nobody", "Wypłatę rozlicza zalogowany pracownik.")
    with transaction.atomic():
        entry = BankEntry.objects.select_for_update(of=("self",)).select_related("statement").get(pk=entry_id)
        if entry.state != EntryState.PAYOUT:
            raise Refused("not_a_payout", "Ta pozycja nie jest nierozliczoną wypłatą operatora.")
        Payout.objects.filter(entry=entry).exclude(difference=0).delete()  # settled anew: its difference was in the way
        if Payout.objects.filter(entry=entry).exists():
            raise Refused("settled_already", "Ta wypłata jest już rozliczona.")
        offered = {one.key: one for one in unsettled(entry.provider, until=entry.booked_on)}
        chosen = [offered[key] for key in dict.fromkeys(keys) if key in offered]
        if len(chosen) != len(set(keys)):
            raise Refused("held_elsewhere", "Część pozycji jest już w innej wypłacie.", mend="Wybierz jeszcze raz.")
        if not chosen:
            raise Refused("nothing_chosen", "Zaznacz, co operator wypłacił.")
        gross = sum((one.amount for one in chosen if one.amount > 0), NOTHING)
        back = -sum((one.amount for one in chosen if one.amount < 0), NOTHING)
        difference = entry.amount - (gross - back - fee)
        if difference and not note.strip():
            raise Refused("note_missing", "Zostaje różnica: napisz, skąd się wzięła.", where="note")
        payout = Payout.objects.create(
            entry=entry,
            provider=entry.provider,
            amount=entry.amount,
            gross=gross,
            given_back=back,
            fee=fee,
            difference=difference,
            note=note.strip()[:200],
            settled_at=at,
            settled_by_id=by.account_id,
        )
        PayoutLine.objects.bulk_create([_line(payout, one) for one in chosen])
        if not difference:
            entry.state, entry.reason = EntryState.EXPLAINED, f"rozliczona wypłata operatora, pozycji: {len(chosen)}"
            entry.settled_at, entry.settled_by_id = at, by.account_id
            entry.save(update_fields=["state", "reason", "settled_at", "settled_by"])
        audit.record(
            *("settle_payout", f"bank_entry:{entry.pk}"),
            by=by,
            fee=str(fee),
            difference=str(difference),
            gross=str(gross),
        )
    return payout


def _line(payout: Payout, held: Held) -> PayoutLine:
    pk, kind = int(held.key[1:]), held.key[0]
    return PayoutLine(
        payout=payout,
        payment_id=pk if kind == "p" else None,
        refund_id=pk if kind == "r" else None,
        reversal_id=pk if kind == "c" else None,
        amount=held.amount,
    )


def unsettle_payout(payout_id: int, *, reason: str, by: Actor, at: datetime) -> BankEntry:
    """Take a settlement back: the entry is an unsettled payout again, its payments are free. The *reason* is kept.

    Raises Refused `reason_missing`.
    """
    if not reason.strip():
        raise Refused("reason_missing", "Napisz, dlaczego cofasz.", where="reason")
    with transaction.atomic():
        payout = Payout.objects.get(pk=payout_id)
        entry = BankEntry.objects.select_for_update(of=("self",)).get(pk=payout.entry_id)
        lines = list(payout.lines.order_by("pk").values_list("amount", flat=True))
        audit.record(
            *("unsettle_payout", f"bank_entry:{entry.pk}"),
            by=by,
            reason=reason.strip()[:200],
            fee=str(payout.fee),
            lines=[str(amount) for amount in lines],
        )
        payout.delete()
        entry.state, entry.reason, entry.settled_at, entry.settled_by_id = EntryState.PAYOUT, "", None, None
        entry.save(update_fields=["state", "reason", "settled_at", "settled_by"])
    return entry
