"""What becomes of dues and of a payer's credit when two records turn out to be one person (residents/merging.py)."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from core.actor import Actor
from liabilities.models import EntryKind, Instalment, LedgerAccount, LedgerEntry, Liability, LiabilityBearer
from liabilities.queries import NOTHING, credit
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
        """See residents.movers.Mover."""
        amount = credit(merge.duplicate_id)
        self._transfer(merge, amount, f"merge:{merge.pk}", at=at)
        return Moved(1 if amount else 0)

    def undo(self, merge: PayerMerge, *, by: Actor, at: datetime) -> None:
        """See residents.movers.Mover. What was used up since cannot go back."""
        booked = LedgerEntry.objects.filter(reference=f"merge:{merge.pk}", payer_id=merge.duplicate_id)
        amount: Decimal = booked.aggregate(total=Sum("amount"))["total"] or NOTHING
        back = min(amount, credit(merge.kept_id)) if amount > 0 else amount
        self._transfer(merge, -back, f"merge:{merge.pk}:undo", at=at)

    @staticmethod
    def _transfer(merge: PayerMerge, amount: Decimal, reference: str, *, at: datetime) -> None:
        """Move *amount* złoty of credit from the duplicate to the kept record; a negative one the other way."""
        if not amount:
            return
        LedgerEntry.objects.bulk_create(
            LedgerEntry(
                payer_id=payer_id,
                kind=EntryKind.TRANSFER,
                account=LedgerAccount.CREDIT,
                amount=change,
                value_on=timezone.localdate(at),
                booked_at=at,
                reference=reference,
            )
            for payer_id, change in ((merge.duplicate_id, amount), (merge.kept_id, -amount))
        )
