"""A credit pays dues: zaliczenie nadpłaty (public law), potrącenie (civil law)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.money import format_pln
from liabilities.accrual import Circumstances, circumstances
from liabilities.actions import about_instalment
from liabilities.credits import Lot, lots_of
from liabilities.figures import Figures, figures
from liabilities.locking import lock_dues, lock_payer
from liabilities.models import DueKind, EntryKind, Instalment, LedgerEntry
from liabilities.posting import Event, Posting, closed_among, credit_entry, entries_on, posting_of, shares_of
from liabilities.regimes import Regime
from liabilities.set_off_rules import Ground, why_not
from notifications.actions import withdraw_messages

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class SetOff:
    """Which credit (by the kind of due that it came from, None: not known) pays which dues, and on what ground.

    `amount` in złoty, None for all that there is; `document` is the sign of the ruling, application or statement; `key`
    is the form's own: the same again finds the first.
    """

    payer_id: int
    due_kind: str | None
    instalment_ids: Collection[int]
    ground: Ground
    document: str
    key: str
    amount: Decimal | None = None


def set_off_credit(wanted: SetOff, *, on: date, by: Actor, at: datetime) -> Posting:
    """Pay dues from their payer's credit, the earliest term first, each split as a payment would be.

    Of an arrear the day that counts is the one on which the credit arose, lot by lot (OP art. 76a § 2 pkt 1; art. 499
    k.c.), so that no interest runs for the time after it. Raises Refused `document_missing`, `nothing_to_post`,
    `foreign_due`, `credit_too_small`, `regimes_do_not_mix` with the words of liabilities/set_off_rules.py.
    """
    if not wanted.document.strip():
        raise Refused("document_missing", "Podaj znak postanowienia, wniosku albo oświadczenia.", where="document")
    reference = f"set_off:{wanted.key}"
    with transaction.atomic():
        wanted = replace(wanted, payer_id=lock_payer(wanted.payer_id))
        dues = lock_dues(wanted.payer_id, wanted.instalment_ids)
        if earlier := list(LedgerEntry.objects.filter(reference__startswith=f"{reference}:")):
            return replace(posting_of(earlier, EntryKind.SET_OFF, closed_among(list(dues))), credit=NOTHING)
        if not dues or set(wanted.instalment_ids) - dues.keys():
            raise Refused("foreign_due", "Ta należność nie należy do tego płatnika.")
        ordered = sorted(dues.values(), key=lambda due: (due.accrues_after or due.payable_by, due.pk))
        _check_ground(wanted, ordered, on=on)
        entries: list[LedgerEntry] = []
        law, about = figures(), circumstances(ordered)
        for place, lot in enumerate(_lots(wanted)):
            event = Event(EntryKind.SET_OFF, min(lot.arose_on, on), f"{reference}:{place}", at)
            entries += _from_lot(wanted, lot, ordered, event, law, about)
        if not entries:
            raise Refused("nothing_to_post", "Wybrane raty są już opłacone: nie ma na co zaliczyć nadpłaty.")
        LedgerEntry.objects.bulk_create(entries)
        closed = closed_among(list(dues))
        withdraw_messages(about=[about_instalment(key) for key in closed], reason="należność opłacona", at=at)
        posting = replace(posting_of(entries, EntryKind.SET_OFF, closed), credit=NOTHING)
        paid = posting.costs + posting.interest + posting.principal
        audit.record(
            *("set_off_credit", reference),
            by=by,
            payer=wanted.payer_id,
            ground=wanted.ground.value,
            document=wanted.document,
            amount=str(paid),
        )
    return posting


def _check_ground(wanted: SetOff, dues: Collection[Instalment], *, on: date) -> None:
    source = DueKind.objects.filter(pk=wanted.due_kind).values_list("regime", flat=True).first()
    for due in dues:
        words = why_not(
            wanted.ground,
            of=Regime(source) if source else None,
            to=Regime(due.liability.kind.regime),
            is_future=due.payable_by.year > on.year,
        )
        if words:
            raise Refused("regimes_do_not_mix", words, where="ground")


def _lots(wanted: SetOff) -> list[Lot]:
    """The lots of the credit, the oldest first, cut to the amount wanted."""
    lots = lots_of(wanted.payer_id, wanted.due_kind)
    held = sum((lot.amount for lot in lots), NOTHING)
    left = held if wanted.amount is None else wanted.amount
    if not NOTHING < left <= held:
        raise Refused("credit_too_small", f"Tej nadpłaty jest {format_pln(held)}.", where="amount")
    cut = []
    for lot in lots:
        taken = min(left, lot.amount)
        left -= taken
        if taken:
            cut.append(Lot(lot.arose_on, taken))
    return cut


def _from_lot(
    wanted: SetOff, lot: Lot, dues: Collection[Instalment], event: Event, law: Figures, about: Circumstances
) -> list[LedgerEntry]:
    """What one lot pays; the dues at hand are brought up to date, for the next lot pays what is left."""
    entries, left = [], lot.amount
    for due in dues:
        shares = shares_of(left, due, law=law, about=about, on=event.value_on)
        entries += entries_on(due, shares, event)
        due.outstanding -= shares.principal
        due.costs -= shares.costs
        due.booked_interest -= shares.booked
        due.fee -= shares.fee
        left = shares.excess
    if left < lot.amount:
        entries.append(credit_entry(wanted.payer_id, wanted.due_kind, lot.amount - left, event))
    return entries
