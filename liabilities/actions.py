"""What may happen to the ledger: postings, charges, write-offs, stornos."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.money import format_pln
from liabilities.allocation import Split, split
from liabilities.figures import Figures, LicenceFee, figures, licence_fees
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
from liabilities.queries import NOTHING
from liabilities.regimes import CHOICES, Regime
from notifications.actions import withdraw_messages


@dataclass(frozen=True)
class PaymentPart:
    """What a payment gives to one instalment, in złoty."""

    instalment_id: int
    amount: Decimal


@dataclass(frozen=True)
class Posting:
    """What came of a payment, in złoty; `closed` are the instalments of which nothing is left.

    `interest` counts the surcharge of an alcohol licence fee too.
    """

    costs: Decimal
    interest: Decimal
    principal: Decimal
    credit: Decimal
    closed: tuple[int, ...]


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
) -> Posting:
    """Post a payment over dues, once for its *reference*: a second call returns the first posting and writes nothing.

    *value_on* is the day that the law counts (OP art. 60) and decides the interest. Each part pays costs, interest and
    principal as the regime of its due says (liabilities/allocation.py); what exceeds a due goes to the payer's credit.
    Any payer of a due owed jointly may pay it: the due's entries stand with the one it names first, a credit with who
    paid, so that of two who pay at once the second has the money back.
    Messages about dues that are now closed are withdrawn. Raises Refused `foreign_due` for an instalment that is not
    this payer's, `nothing_to_post` for no parts or amounts not above zero.
    """
    amounts = _summed(parts)
    if not amounts:
        raise Refused("nothing_to_post", "Nie ma czego zaksięgować.")
    with transaction.atomic():
        payer_id = lock_payer(payer_id)
        dues = lock_dues(payer_id, amounts)
        if earlier := list(LedgerEntry.objects.filter(reference=reference)):
            return _told(earlier, _closed([key for entry in earlier if (key := entry.instalment_id) is not None]))
        if amounts.keys() - dues.keys():
            raise Refused("foreign_due", "Ta należność nie należy do tego płatnika.")
        law, licences = figures(), licence_fees(dues.values())
        entries: list[LedgerEntry] = []
        excess = NOTHING
        for due in dues.values():
            shares = _shares(amounts[due.pk], due, law, value_on, licences.get(due.pk))
            entries += _entries(due, shares, value_on=value_on, reference=reference, at=at)
            excess += shares.excess
        if excess:
            entries.append(_credit(payer_id, excess, value_on=value_on, reference=reference, at=at))
        LedgerEntry.objects.bulk_create(entries)
        closed = _closed(list(dues))
        withdraw_messages(about=[about_instalment(key) for key in closed], reason="należność opłacona", at=at)
        audit.record("post_payment", reference, by=by, payer=payer_id)
        return _told(entries, closed)


def _summed(parts: Sequence[PaymentPart]) -> dict[int, Decimal]:
    """What is paid on each instalment; nothing at all when a part is not above zero."""
    amounts: dict[int, Decimal] = {}
    for part in parts:
        if part.amount <= 0:
            return {}
        amounts[part.instalment_id] = amounts.get(part.instalment_id, NOTHING) + part.amount
    return amounts


def _shares(amount: Decimal, due: Instalment, law: Figures, value_on: date, licence: LicenceFee | None) -> Split:
    regime = due.liability.kind.regime
    interest = law.interest(due.outstanding, payable_by=due.payable_by, on=value_on, regime=regime, licence=licence)
    return split(amount, principal=due.outstanding, interest=interest.amount, costs=due.costs, regime=Regime(regime))


def _entries(due: Instalment, shares: Split, *, value_on: date, reference: str, at: datetime) -> list[LedgerEntry]:
    """The entries of one due: interest is charged and paid in one go, so that its account ends at nothing.

    So is the surcharge of an alcohol licence fee, on an account of its own.
    """
    is_licence = due.liability.kind.regime == Regime.ALCOHOL
    charge, account = (
        (EntryKind.SURCHARGE, LedgerAccount.SURCHARGE) if is_licence else (EntryKind.INTEREST, LedgerAccount.INTEREST)
    )
    wanted = [
        (charge, account, shares.interest),
        (EntryKind.PAYMENT, account, -shares.interest),
        (EntryKind.PAYMENT, LedgerAccount.COSTS, -shares.costs),
        (EntryKind.PAYMENT, LedgerAccount.PRINCIPAL, -shares.principal),
    ]
    return [
        LedgerEntry(
            payer_id=due.liability.payer_id,
            instalment=due,
            kind=kind,
            account=account,
            amount=amount,
            value_on=value_on,
            booked_at=at,
            reference=reference,
        )
        for kind, account, amount in wanted
        if amount
    ]


def _credit(payer_id: int, amount: Decimal, *, value_on: date, reference: str, at: datetime) -> LedgerEntry:
    return LedgerEntry(
        payer_id=payer_id,
        kind=EntryKind.PAYMENT,
        account=LedgerAccount.CREDIT,
        amount=-amount,
        value_on=value_on,
        booked_at=at,
        reference=reference,
    )


def _closed(instalment_ids: Sequence[int]) -> tuple[int, ...]:
    left = Instalment.objects.filter(pk__in=instalment_ids, outstanding=0, costs=0)
    return tuple(left.order_by("pk").values_list("pk", flat=True))


def _told(entries: Sequence[LedgerEntry], closed: tuple[int, ...]) -> Posting:
    def paid(account: str) -> Decimal:
        return -sum(
            (entry.amount for entry in entries if entry.account == account and entry.kind == EntryKind.PAYMENT), NOTHING
        )

    return Posting(
        costs=paid(LedgerAccount.COSTS),
        interest=paid(LedgerAccount.INTEREST) + paid(LedgerAccount.SURCHARGE),
        principal=paid(LedgerAccount.PRINCIPAL),
        credit=paid(LedgerAccount.CREDIT),
        closed=closed,
    )


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


def charge_costs(
    instalment: Instalment, *, amount: Decimal, reference: str, on: date, by: Actor, at: datetime
) -> LedgerEntry:
    """Charge the cost of a served reminder letter (upea art. 15 § 2), in złoty, to an open instalment.

    Raises Refused `due_closed` when nothing is left of it, `nothing_to_post` for an amount not above zero.
    """
    if amount <= 0:
        raise Refused("nothing_to_post", "Koszt upomnienia musi być większy od zera.", where="amount")
    with transaction.atomic():
        due = lock_due(instalment)
        if due.outstanding <= 0:
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
            about=[about_instalment(key) for key in _closed([due.pk])], reason="należność odpisana", at=at
        )
        audit.record("write_off", about_instalment(due.pk), by=by, amount=str(amount), reason=reason)
    return entry


def reverse_entry(entry: LedgerEntry, *, reason: str, on: date, by: Actor, at: datetime) -> LedgerEntry:
    """Mend a wrong entry by its counter-entry (storno), which names it; the *reason* is kept.

    Raises Refused `already_reversed`, and `storno_below_zero` when more was paid on the due since than would be left.
    """
    # Whose the due, or the credit, is by now: the entry may stand with a record that was merged into another since.
    owner_id = entry.instalment.liability.payer_id if entry.instalment else entry.payer.kept_id
    with transaction.atomic():
        due = lock_dues(owner_id, [entry.instalment_id] if entry.instalment_id else []).get(entry.instalment_id or 0)
        if LedgerEntry.objects.filter(reverses=entry).exists() or entry.kind == EntryKind.CORRECTION:
            raise Refused("already_reversed", "Ten wpis jest już wystornowany.")
        if due is not None and entry.amount > {"principal": due.outstanding, "costs": due.costs}.get(
            entry.account, entry.amount
        ):
            raise Refused(
                "storno_below_zero",
                "Tego wpisu nie można wystornować: na poczet tej raty wpłacono już więcej, niż by zostało.",
                mend="Najpierw wystornuj wpłatę.",
            )
        storno = LedgerEntry.objects.create(
            payer_id=owner_id,
            instalment_id=entry.instalment_id,
            kind=EntryKind.CORRECTION,
            account=entry.account,
            amount=-entry.amount,
            value_on=on,
            booked_at=at,
            reference=f"storno:{entry.pk}",
            reverses=entry,
        )
        audit.record("reverse_entry", f"entry:{entry.pk}", by=by, reason=reason)
    return storno


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
