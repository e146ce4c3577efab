"""Who did what for whom: written by one function, forgotten by another."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from core.actor import Actor
from core.bulk import copy_rows
from core.forgetting import years_ago
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


def record_many(verb: str, entries: Iterable[tuple[str, Mapping[str, object]]], *, by: Actor) -> None:
    """Write an entry for each *(subject, details)*, as `record` does."""
    columns = ("actor_name", "account_id", "payer_id", "address", "verb", "subject", "details")
    copy_rows(
        AuditEntry._meta.db_table,
        columns,
        (
            (by.name, by.account_id, by.payer_id, by.address, verb, subject, json.dumps(dict(details)))
            for subject, details in entries
        ),
    )


def forget_entries(before: datetime, most: int) -> int:
    """Delete at most *most* entries older than *before*, none that is younger than two years; returns how many."""
    old = AuditEntry.objects.filter(at__lt=before).filter(at__lt=years_ago(2))
    some = list(old.order_by("pk").values_list("pk", flat=True)[:most])
    return AuditEntry.objects.filter(pk__in=some).delete()[0]


def count_entries(before: datetime) -> int:
    """How many entries are older than *before*."""
    return AuditEntry.objects.filter(at__lt=before).count()
