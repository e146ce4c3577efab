"""Storno: an event undone by counter-entries, each of which names the entry that it undoes. Once, and whole."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from core import audit
from core.actor import Actor
from core.errors import Refused
from core.money import format_pln
from liabilities.credits import credits_of
from liabilities.locking import lock_many
from liabilities.models import (
    Decision,
    DecisionKind,
    EntryKind,
    Instalment,
    LedgerAccount,
    LedgerEntry,
)

NOTHING = Decimal("0.00")
# Of these an event is one piece: undone in part, interest would be paid that nobody charged.
WHOLE = frozenset(
    {
        *(EntryKind.PAYMENT, EntryKind.INTEREST, EntryKind.SURCHARGE, EntryKind.SET_OFF, EntryKind.REMISSION),
        *(EntryKind.REFUND, EntryKind.TRANSFER, EntryKind.PROLONGATION),
    }
)
KEPT_SUMS = {
    LedgerAccount.PRINCIPAL: "outstanding",
    LedgerAccount.COSTS: "costs",
    LedgerAccount.INTEREST: "booked_interest",
    LedgerAccount.FEE: "fee",
}


def entries_of_event(entry: LedgerEntry) -> list[LedgerEntry]:
    """What is undone together with *entry*: all of a payment, a set-off, a refund or a remission; else it alone.

    A dues file is no event of its own: each of its entries stands alone.
    """
    if entry.kind not in WHOLE or entry.reference.startswith("import:"):
        return [entry]
    found = LedgerEntry.objects.filter(reference=entry.reference).exclude(kind=EntryKind.CORRECTION)
    return list(found.select_related("instalment__liability", "payer").order_by("pk"))


def reverse_event(entry: LedgerEntry, *, reason: str, on: date, by: Actor, at: datetime) -> list[LedgerEntry]:
    """Undo the event of *entry* by counter-entries (storno); the *reason* is kept. Returns the counter-entries.

    Of a payment everything goes back: what was paid is open again, interest charged with it is taken back, and so is
    the credit that it left. Raises Refused `reason_missing`, `already_reversed`, `storno_below_zero` when more was paid
    on a due since than would be left, `credit_used` when the credit is used up, `decision_stands` for what a decision
    on instalments or a deferral booked, `due_moved` when another
    record has it by now, `merge_stands` for a credit that moved with a merged record.
    """
    if not reason.strip():
        raise Refused("reason_missing", "Napisz, dlaczego stornujesz.", where="reason")
    with transaction.atomic():
        event = _locked(entry)
        _check_kind(event)
        stornos = [_counter(one, on=on, at=at) for one in event]
        _check_sums(event)
        LedgerEntry.objects.bulk_create(stornos)
        if any(one.kind == EntryKind.REMISSION for one in event):
            decision = Decision.objects.get(pk=int(entry.reference.partition(":")[2]))
            decision.ended_on, decision.ended_why = on, f"storno: {reason}"[:300]
            decision.save(update_fields=["ended_on", "ended_why"])
        audit.record("reverse_event", f"entry:{entry.pk}", by=by, reason=reason, entries=[one.pk for one in event])
    return stornos


def reverse_dues(reference: str, *, reason: str, on: date, by: Actor, at: datetime) -> list[LedgerEntry]:
    """Undo what the payment *reference* entered on dues and nobody undid yet; a credit that it left stays.

    For a payment of which a part is given back (liabilities/repost.py). Raises Refused `due_moved`,
    `storno_below_zero`.
    """
    return _reverse_left(reference, on_dues=True, reason=reason, on=on, by=by, at=at)


def reverse_rest(reference: str, *, reason: str, on: date, by: Actor, at: datetime) -> list[LedgerEntry]:
    """Undo whatever of the payment *reference* nobody undid yet, its credit too; nothing left is no error.

    Raises Refused as `reverse_event`.
    """
    return _reverse_left(reference, on_dues=False, reason=reason, on=on, by=by, at=at)


def _reverse_left(
    reference: str, *, on_dues: bool, reason: str, on: date, by: Actor, at: datetime
) -> list[LedgerEntry]:
    with transaction.atomic():
        event = _left_of(reference, on_dues=on_dues)
        owners = {_owner(one) for one in event}
        lock_many(owners, [one.instalment_id for one in event if one.instalment_id is not None])
        event = _left_of(reference, on_dues=on_dues)
        if {_owner(one) for one in event} - owners:
            raise Refused("due_moved", "Ta należność jest teraz w innym wpisie tej osoby.", mend="Odśwież stronę.")
        stornos = [_counter(one, on=on, at=at) for one in event]
        _check_sums(event)
        LedgerEntry.objects.bulk_create(stornos)
        audit.record("reverse_dues", reference, by=by, reason=reason, entries=[one.pk for one in event])
    return stornos


def _left_of(reference: str, *, on_dues: bool) -> list[LedgerEntry]:
    found = LedgerEntry.objects.filter(reference=reference, reversed_by__isnull=True)
    if on_dues:
        found = found.filter(instalment__isnull=False)
    rows = found.exclude(kind=EntryKind.CORRECTION).select_related("instalment__liability", "payer").order_by("pk")
    return list(rows)


def _locked(entry: LedgerEntry) -> list[LedgerEntry]:
    """The event of *entry*, with the payers whose dues and credits these are by now, and the dues, locked."""
    event = entries_of_event(entry)
    owners = {_owner(one) for one in event}
    lock_many(owners, [one.instalment_id for one in event if one.instalment_id is not None])
    fresh = entries_of_event(LedgerEntry.objects.select_related("instalment__liability", "payer").get(pk=entry.pk))
    if {_owner(one) for one in fresh} - owners:
        raise Refused(
            "due_moved",
            "Ta należność jest teraz w innym wpisie tej osoby.",
            mend="Odśwież stronę i zrób to jeszcze raz.",
        )
    return fresh


def _owner(entry: LedgerEntry) -> int:
    return entry.instalment.liability.payer_id if entry.instalment else entry.payer.kept_id


def _check_kind(event: Sequence[LedgerEntry]) -> None:
    again = LedgerEntry.objects.filter(reverses__in=[one.pk for one in event]).exists()
    if again or any(one.kind == EntryKind.CORRECTION for one in event):
        raise Refused("already_reversed", "Ten wpis jest już wystornowany.")
    if event[0].reference.startswith("merge:"):
        raise Refused(
            "merge_stands",
            "Ta nadpłata przeszła z połączonego wpisu płatnika.",
            mend="Rozłącz wpisy płatników, wtedy wróci sama.",
        )
    if event[0].reference.startswith("decision:") and event[0].kind != EntryKind.REMISSION:
        kinds = Decision.objects.filter(pk=int(event[0].reference.partition(":")[2])).values_list("kind", flat=True)
        if DecisionKind.REMISSION not in kinds:
            raise Refused(
                "decision_stands",
                "Ten wpis wynika z decyzji o odroczeniu albo o ratach.",
                mend="Zakończ decyzję na jej stronie: wtedy raty wracają do pierwotnego terminu.",
            )


def _check_sums(event: Sequence[LedgerEntry]) -> None:
    """Nothing may go below zero, a credit neither."""
    changes: dict[tuple[int, str], Decimal] = {}
    credits_back: dict[tuple[int, str | None], Decimal] = {}
    for one in event:
        if one.instalment_id is None:
            key = (_owner(one), one.due_kind_id)
            credits_back[key] = credits_back.get(key, NOTHING) - one.amount
        elif one.account in KEPT_SUMS:
            place = (one.instalment_id, one.account)
            changes[place] = changes.get(place, NOTHING) - one.amount
    dues = Instalment.objects.in_bulk([key for key, _ in changes])
    if any(getattr(dues[key], KEPT_SUMS[LedgerAccount(name)]) + change < 0 for (key, name), change in changes.items()):
        raise Refused(
            "storno_below_zero",
            "Tego wpisu nie można wystornować: na poczet tej raty wpłacono już więcej, niż by zostało.",
            mend="Najpierw wystornuj wpłatę.",
        )
    for (payer_id, due_kind), change in credits_back.items():
        held = credits_of(payer_id).get(due_kind, NOTHING)
        if held - change < 0:
            raise Refused(
                "credit_used",
                f"Nadpłata z tej wpłaty jest już zużyta: na koncie jest {format_pln(held)}.",
                mend="Najpierw wystornuj jej zaliczenie albo zwrot.",
            )


def _counter(entry: LedgerEntry, *, on: date, at: datetime) -> LedgerEntry:
    return LedgerEntry(
        payer_id=_owner(entry),
        instalment_id=entry.instalment_id,
        kind=EntryKind.CORRECTION,
        account=entry.account,
        amount=-entry.amount,
        value_on=on,
        booked_at=at,
        reference=f"storno:{entry.pk}",
        reverses=entry,
        due_kind_id=entry.due_kind_id,
    )
