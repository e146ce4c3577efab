"""What may happen to the ledger: postings, charges, write-offs (each further verb in a file of its own)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.money import format_pln
from liabilities.accrual import circumstances
from liabilities.figures import figures
from liabilities.locking import lock_due, lock_dues, lock_payer
from liabilities.models import (
    DueKind,
    EntryKind,
    Fee,
    Holiday,
    Instalment,
    InterestRate,
    LedgerAccount,
    LedgerEntry,
    Reading,
    ReminderRule,
)
from liabilities.posting import NOTHING, Event, Posting, closed_among, credit_entry, entries_on, posting_of, shares_of
from liabilities.regimes import CHOICES
from notifications.actions import withdraw_messages


@dataclass(frozen=True)
class PaymentPart:
    """What a payment gives to one instalment, in złoty."""

    instalment_id: int
    amount: Decimal


def about_instalment(instalment_id: int) -> str:
    """The name by which messages say that they speak of an instalment."""
    return f"instalment:{instalment_id}"


def post_payment(
    *,
    payer_id: int,
    parts: Sequence[PaymentPart],
    value_on: date,
    reference: str,
    by: Actor,
    at: datetime,
    to_credit: Mapping[str | None, Decimal] | None = None,
) -> Posting:
    """Post a payment over dues, once for its *reference*: a second call returns the first posting and writes nothing.

    *value_on* is the day that the law counts (OP art. 60) and decides the interest. Each part pays costs, interest and
    principal as the regime of its due says (liabilities/allocation.py); what exceeds a due goes to the payer's credit,
    and so does *to_credit*, by the kind of due. Any payer of a due owed jointly may pay it: the due's entries stand
    with the one it names first, a credit with who paid, so that of two who pay at once the second has the money back.
    Messages about dues that are now closed are withdrawn. Raises Refused `foreign_due` for an instalment that is not
    this payer's, `nothing_to_post` for no parts or amounts not above zero.
    """
    amounts, excess = _summed(parts), dict(to_credit or {})
    if not amounts and (parts or not excess):
        raise Refused("nothing_to_post", "Nie ma czego zaksięgować.")
    with transaction.atomic():
        payer_id = lock_payer(payer_id)
        dues = lock_dues(payer_id, amounts)
        if earlier := list(LedgerEntry.objects.filter(reference=reference)):
            return posting_of(
                earlier,
                EntryKind.PAYMENT,
                closed_among([key for entry in earlier if (key := entry.instalment_id) is not None]),
            )
        if amounts.keys() - dues.keys():
            raise Refused("foreign_due", "Ta należność nie należy do tego płatnika.")
        law, about = figures(), circumstances(list(dues.values()))
        event = Event(EntryKind.PAYMENT, value_on, reference, at)
        entries: list[LedgerEntry] = []
        for due in dues.values():
            shares = shares_of(amounts[due.pk], due, law=law, about=about, on=value_on)
            entries += entries_on(due, shares, event)
            kind_code = due.liability.kind_id
            excess[kind_code] = excess.get(kind_code, NOTHING) + shares.excess
        entries += [credit_entry(payer_id, code, -amount, event) for code, amount in excess.items() if amount]
        LedgerEntry.objects.bulk_create(entries)
        closed = closed_among(list(dues))
        withdraw_messages(about=[about_instalment(key) for key in closed], reason="należność opłacona", at=at)
        audit.record("post_payment", reference, by=by, payer=payer_id)
        return posting_of(entries, EntryKind.PAYMENT, closed)


def _summed(parts: Sequence[PaymentPart]) -> dict[int, Decimal]:
    """What is paid on each instalment; nothing at all when a part is not above zero."""
    amounts: dict[int, Decimal] = {}
    for part in parts:
        if part.amount <= 0:
            return {}
        amounts[part.instalment_id] = amounts.get(part.instalment_id, NOTHING) + part.amount
    return amounts


def _enter(
    instalment: Instalment, kind: str, account: str, amount: Decimal, *, on: date, reference: str, at: datetime
) -> LedgerEntry:
    return LedgerEntry.objects.create(
        payer_id=instalment.liability.payer_id,
        instalment=instalment,
        kind=kind,
        account=account,
        amount=amount,
        value_on=on,
        booked_at=at,
        reference=reference,
    )


def open_after(due: Instalment, on: date) -> bool:
    """Whether something was left of an instalment at the end of a day, by the days that the law counts."""
    if due.outstanding > 0:
        return True
    later = LedgerEntry.objects.filter(instalment=due, account=LedgerAccount.PRINCIPAL, value_on__gt=on)
    taken: Decimal | None = later.exclude(kind=EntryKind.ASSESSMENT).aggregate(total=Sum("amount"))["total"]
    left: Decimal = due.outstanding - (taken or NOTHING)
    return left > 0


def charge_costs(
    instalment: Instalment, *, amount: Decimal, reference: str, on: date, by: Actor, at: datetime
) -> LedgerEntry:
    """Charge the cost of a dunning letter served *on* a day (upea art. 15 § 2), in złoty, to an instalment open
    then: whoever paid after the service, before anybody wrote its day down, owes the cost too.

    Raises Refused `due_closed` when nothing was left of it, `nothing_to_post` for an amount not above zero.
    """
    if amount <= 0:
        raise Refused("nothing_to_post", "Koszt upomnienia musi być większy od zera.", where="amount")
    with transaction.atomic():
        due = lock_due(instalment)
        if not open_after(due, on):
            raise Refused("due_closed", "Ta rata jest opłacona: nie ma o czym upominać.")
        entry = _enter(due, EntryKind.COSTS, LedgerAccount.COSTS, amount, on=on, reference=reference, at=at)
        audit.record("charge_costs", about_instalment(due.pk), by=by, amount=str(amount))
    return entry


def write_off(
    instalment: Instalment, *, amount: Decimal, reason: str, on: date, by: Actor, at: datetime
) -> LedgerEntry:
    """Write off *amount* złoty of what is left of an instalment (odpis, umorzenie), for a *reason* that is kept.

    Raises Refused `write_off_too_much` when less is left.
    """
    with transaction.atomic():
        due = lock_due(instalment)
        if not NOTHING < amount <= due.outstanding:
            raise Refused(
                "write_off_too_much", f"Można odpisać najwyżej {format_pln(due.outstanding)}.", where="amount"
            )
        reference = f"write_off:{due.pk}:{at:%Y%m%d%H%M%S%f}"
        entry = _enter(due, EntryKind.WRITE_OFF, LedgerAccount.PRINCIPAL, -amount, on=on, reference=reference, at=at)
        withdraw_messages(
            about=[about_instalment(key) for key in closed_among([due.pk])], reason="należność odpisana", at=at
        )
        audit.record("write_off", about_instalment(due.pk), by=by, amount=str(amount), reason=reason)
    return entry


def set_figure(figure: InterestRate | Fee | Holiday | Reading | ReminderRule, *, by: Actor) -> None:
    """Keep a dated figure, a day off, a reading of the law or a reminder rule as staff gave it; who did is recorded."""
    with transaction.atomic():
        figure.save()
        audit.record("set_figure", f"{figure._meta.model_name}:{figure.pk}", by=by, says=str(figure))


def choose_regime(kind: DueKind, regime: str, *, by: Actor) -> None:
    """Rule a kind of due by *regime* from now on, where that is the town's choice.

    Raises Refused `regime_is_the_laws` for a kind whose regime the law says, or a regime that is none of its choices.
    """
    if regime not in CHOICES.get(kind.code, ()):
        raise Refused("regime_is_the_laws", "Odsetki od tej należności określa ustawa: nie można ich zmienić.")
    with transaction.atomic():
        DueKind.objects.filter(pk=kind.pk).update(regime=regime)
        audit.record("choose_regime", f"duekind:{kind.pk}", by=by, regime=regime)
