"""Who did what for whom: one function."""

from core.actor import Actor
from core.models import AuditEntry


def record(verb: str, subject: str, *, by: Actor, **details: object) -> None:
    """Write one audit entry inside the caller's transaction.

    *subject* names the object as `table:id`. *details* must be JSON values and hold no PESEL, phone or e-mail.
    """
    AuditEntry.objects.create(
        actor_name=by.name,
        account_id=by.account_id,
        payer_id=by.payer_id,
        address=by.address,
        verb=verb,
        subject=subject,
        details=details,
    )
