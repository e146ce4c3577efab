"""Open dues that a full file of their source does not name: a clerk decides, nothing closes by itself."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core import audit
from core.actor import Actor
from core.errors import Refused
from liabilities.actions import write_off
from liabilities.models import MissingDecision, MissingDue

REASON = "nie ma jej w pełnym pliku z systemu {source}, import {run}"


def keep_missing(missing: MissingDue, *, by: Actor, at: datetime) -> MissingDue:
    """Leave the due open: it is not asked about again until its source names it and drops it once more."""
    with transaction.atomic():
        return _decide(missing, MissingDecision.KEPT, by=by, at=at)


def write_off_missing(missing: MissingDue, *, by: Actor, at: datetime) -> MissingDue:
    """Write off what is left of the due (odpis); a due that was paid since is only noted."""
    with transaction.atomic():
        decided = _decide(missing, MissingDecision.WRITTEN_OFF, by=by, at=at)
        due = decided.instalment
        if due.outstanding > 0:
            reason = REASON.format(source=due.source, run=decided.run_id)
            write_off(due, amount=due.outstanding, reason=reason, on=timezone.localdate(at), by=by, at=at)
    return decided


def _decide(missing: MissingDue, decision: str, *, by: Actor, at: datetime) -> MissingDue:
    found = (
        MissingDue.objects.select_for_update(of=("self",)).select_related("instalment__liability").get(pk=missing.pk)
    )
    if found.decision != MissingDecision.WAITS:
        raise Refused("decided_already", f"O tej racie już zdecydowano: {found.get_decision_display()}.")
    found.decision, found.decided_at, found.decided_by_id = decision, at, by.account_id
    found.save(update_fields=["decision", "decided_at", "decided_by"])
    audit.record("decide_missing_due", f"instalment:{found.instalment_id}", by=by, decision=decision)
    return found
