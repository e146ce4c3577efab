"""What becomes of dues and of a payer's credit when two records turn out to be one person (residents/merging.py)."""

from datetime import date, datetime
from decimal import Decimal

from core.actor import Actor
from liabilities.credits import credits_of, lots_of
from liabilities.models import EntryKind, Instalment, LedgerEntry, Liability, LiabilityBearer
from liabilities.posting import NOTHING, Event, credit_entry
from residents.models import PayerMerge
from residents.movers import Moved, move_rows, put_back


class DuesMover:
    """Dues move; the ledger's entries stay where they were booked.

    Where both records have the same due, the duplicate's instalments move to the other's.
    """

    def move(self, merge: PayerMerge, *, by: Actor, at: datetime) -> Moved:
        """See residents.movers.Mover."""
        mine = Liability.objects.filter(payer_id=merge.duplicate_id).order_by("pk")
        moved = move_rows(
            merge,
            Liability,
            "payer",
            list(mine.select_for_update(of=("self",)).values_list("pk", flat=True)),
            was=merge.duplicate_id,
            became=merge.kept_id,
        )
        joined = sum(self._join(merge, liability) for liability in mine)
        return Moved(len(moved) + joined)

    @staticmethod
    def _join(merge: PayerMerge, liability: Liability) -> int:
        twin = Liability.objects.get(
            payer_id=merge.kept_id,
            kind_id=liability.kind_id,
            year=liability.year,
            title=liability.title,
            source=liability.source,
        )
        rows = list(liability.instalments.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
        move_rows(merge, Instalment, "liability", rows, was=liability.pk, became=twin.pk)
        bearers = list(liability.bearers.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
        move_rows(merge, LiabilityBearer, "liability", bearers, was=liability.pk, became=twin.pk)
        return 1

    def undo(self, merge: PayerMerge, *, by: Actor, at: datetime) -> None:
        """See residents.movers.Mover."""
        put_back(merge, Instalment, "liability")
        put_back(merge, LiabilityBearer, "liability")
        put_back(merge, Liability, "payer")


class CreditMover:
    """The payer's own money moves by two counter-entries (przeksięgowanie): the ledger is append-only."""

    def move(self, merge: PayerMerge, *, by: Actor, at: datetime) -> Moved:
        """See residents.movers.Mover. Each lot keeps the day on which it arose, and from what kind of due."""
        lots = [(code, lot) for code in credits_of(merge.duplicate_id) for lot in lots_of(merge.duplicate_id, code)]
        for place, (code, lot) in enumerate(lots):
            self._transfer(merge, code, lot.amount, f"merge:{merge.pk}:{place}", lot.arose_on, at=at)
        return Moved(1 if lots else 0)

    def undo(self, merge: PayerMerge, *, by: Actor, at: datetime) -> None:
        """See residents.movers.Mover. What was used up since cannot go back."""
        booked = LedgerEntry.objects.filter(reference__startswith=f"merge:{merge.pk}:", payer_id=merge.duplicate_id)
        for place, entry in enumerate(list(booked.order_by("pk"))):
            held = credits_of(merge.kept_id).get(entry.due_kind_id, NOTHING)
            back = min(entry.amount, held)
            reference = f"merge:{merge.pk}:undo:{place}"
            self._transfer(merge, entry.due_kind_id, -back, reference, entry.value_on, at=at)

    @staticmethod
    def _transfer(
        merge: PayerMerge, due_kind: str | None, amount: Decimal, reference: str, arose_on: date, *, at: datetime
    ) -> None:
        """Move *amount* złoty of credit from the duplicate to the kept record; a negative one the other way."""
        if not amount:
            return
        event = Event(EntryKind.TRANSFER, arose_on, reference, at)
        pairs = ((merge.duplicate_id, amount), (merge.kept_id, -amount))
        LedgerEntry.objects.bulk_create(credit_entry(payer, due_kind, change, event) for payer, change in pairs)
