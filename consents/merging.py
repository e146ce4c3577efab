"""What becomes of consents and contacts when two records turn out to be one person (residents/merging.py).

The person has one newest application, whichever record it was filed under: it rules. Applications and withdrawals are
evidence and stay where they are; rows of consents end and begin as after any other decision, so history goes forward.
"""

from copy import copy
from datetime import datetime

from consents.actions import take_missing_contacts
from consents.in_force import rule_anew
from consents.models import Consent
from consents.queries import accepted_applications
from core.actor import Actor
from residents.models import Contact, MergeMove, Payer, PayerMerge
from residents.models.payer import ContactKind
from residents.movers import Moved, moves_of


class ConsentsMover:
    """Of both records' consents, those of the newest application go on, for the kept record."""

    def move(self, merge: PayerMerge, *, by: Actor, at: datetime) -> Moved:
        """See residents.movers.Mover."""
        open_ended = Consent.objects.filter(payer_id=merge.duplicate_id, during__endswith__isnull=True)
        count = open_ended.exclude(during__isempty=True).count()
        rule_anew(merge.duplicate_id, at=at)
        rule_anew(merge.kept_id, at=at)
        return Moved(count)

    def undo(self, merge: PayerMerge, *, by: Actor, at: datetime) -> None:
        """See residents.movers.Mover."""
        rule_anew(merge.kept_id, at=at)
        rule_anew(merge.duplicate_id, at=at)


class ContactsMover:
    """The contacts in force are those of the record whose application rules; the other's rest with the duplicate.

    Where neither has an application, the kept record gets what it lacks.
    """

    def move(self, merge: PayerMerge, *, by: Actor, at: datetime) -> Moved:
        """See residents.movers.Mover."""
        ruling = accepted_applications(merge.kept_id).first()
        is_duplicates = ruling is not None and self._filed_under(ruling.payer_id, merge)
        kept, duplicate = _contacts(merge.kept_id), _contacts(merge.duplicate_id)
        kinds = [
            kind
            for kind in ContactKind.values
            if is_duplicates or (ruling is None and kind in duplicate and kind not in kept)
        ]
        changed = [
            (one, merge.duplicate_id if one.payer_id == merge.kept_id else merge.kept_id)
            for kind in kinds
            for one in (kept.get(kind), duplicate.get(kind))
            if one is not None
        ]
        MergeMove.objects.bulk_create(
            MergeMove(
                merge=merge, table="residents.Contact", column="payer", row=one.pk, was=one.payer_id, became=target
            )
            for one, target in changed
        )
        _hand_over(changed)
        return Moved(sum(target == merge.kept_id for _, target in changed))

    @staticmethod
    def _filed_under(payer_id: int, merge: PayerMerge) -> bool:
        """Whether *payer_id* is the duplicate or was one of its own doubles until this merge."""
        return payer_id == merge.duplicate_id or payer_id in moves_of(merge, Payer, "merged_into")

    def undo(self, merge: PayerMerge, *, by: Actor, at: datetime) -> None:
        """See residents.movers.Mover. A contact that was changed since stays where it is."""
        moves = moves_of(merge, Contact, "payer")
        rows = Contact.objects.filter(pk__in=moves, since__lte=merge.at)
        back = [(one, moves[one.pk].was) for one in rows if one.payer_id == moves[one.pk].became]
        changed_since = set(
            Contact.objects.filter(payer_id=merge.kept_id, since__gt=merge.at).values_list("kind", flat=True)
        )
        superseded = [one for one, target in back if target == merge.kept_id and one.kind in changed_since]
        for one in superseded:
            one.delete()
        _hand_over([(one, target) for one, target in back if one not in superseded])
        take_missing_contacts(merge.duplicate_id, by=by, at=at)


def _contacts(payer_id: int) -> dict[str, Contact]:
    return {one.kind: one for one in Contact.objects.select_for_update(of=("self",)).filter(payer_id=payer_id)}


def _hand_over(changed: list[tuple[Contact, int]]) -> None:
    """Give contacts to other payers, all at once: two of one kind may change places, and keep their keys."""
    Contact.objects.filter(pk__in=[one.pk for one, _ in changed]).delete()
    given = []
    for one, target in changed:
        moved = copy(one)
        moved.payer_id = target
        given.append(moved)
    Contact.objects.bulk_create(given)
