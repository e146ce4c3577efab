"""A payer's own money with the town (nadpłata): how much, since which day, and from what kind of due it came."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from liabilities.models import DueKind, EntryKind, LedgerAccount, LedgerEntry

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Lot:
    """A part of a credit that arose on one day, in złoty (Ordynacja podatkowa art. 73 § 1)."""

    arose_on: date
    amount: Decimal


def _credited(payer_id: int) -> "QuerySet[LedgerEntry]":
    return LedgerEntry.objects.filter(payer_id=payer_id, account=LedgerAccount.CREDIT)


def credits_of(payer_id: int) -> dict[str | None, Decimal]:
    """The payer's credit by the code of the kind of due that it came from (None: not known), those above zero."""
    sums = _credited(payer_id).values_list("due_kind_id").annotate(total=Sum("amount"))
    return {code: -total for code, total in sums if total < 0}


def lots_of(payer_id: int, due_kind: str | None) -> list[Lot]:
    """What is left of the payer's credit from a kind of due, the oldest lot first: what was used, used the oldest."""
    entries = _credited(payer_id).filter(due_kind_id=due_kind).order_by("value_on", "pk").select_related("reverses")
    lots: list[Lot] = []
    used = NOTHING
    for entry in entries:
        if entry.kind == EntryKind.CORRECTION and entry.amount > 0 and entry.reverses:
            lots = _without(lots, Lot(entry.reverses.value_on, entry.amount))
        elif entry.amount < 0:
            day = entry.reverses.value_on if entry.reverses else entry.value_on
            lots.append(Lot(day, -entry.amount))
        else:
            used += entry.amount
    left = []
    for lot in sorted(lots, key=lambda one: one.arose_on):
        taken = min(used, lot.amount)
        used -= taken
        if lot.amount > taken:
            left.append(Lot(lot.arose_on, lot.amount - taken))
    return left


def _without(lots: list[Lot], gone: Lot) -> list[Lot]:
    """The lots without one that a storno took back."""
    place = next((place for place, lot in enumerate(lots) if lot == gone), None)
    return lots if place is None else [*lots[:place], *lots[place + 1 :]]


def kinds_by_code() -> dict[str, DueKind]:
    """The kinds of due, by code."""
    return DueKind.objects.in_bulk()
