"""The ground floor's two tables: what came from outside, and who did what."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now


class InboundEvent(models.Model):
    """Something that came from outside, stored raw before anybody acts on it; the same event twice is one row.

    `key` is unique within `source`: the vendor's own event id where there is one, else a digest of the body.
    A refused event (bad signature) is kept with `is_verified` false and is never acted on.
    """

    source = models.CharField("źródło", max_length=40)
    key = models.CharField("klucz", max_length=200)
    headers = models.JSONField("nagłówki", default=dict)
    body = models.BinaryField("treść")
    is_verified = models.BooleanField("podpis zgodny")
    times_seen = models.PositiveIntegerField("ile razy przyszło", default=1)
    received_at = models.DateTimeField("odebrano", db_default=Now())
    handled_at = models.DateTimeField("obsłużono", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("próby obsługi", default=0)
    problem = models.TextField("kłopot", blank=True, default="")

    class Meta:
        verbose_name = "zdarzenie z zewnątrz"
        verbose_name_plural = "zdarzenia z zewnątrz"
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="inbound_event_once")]
        indexes = [
            # Read by core.inbound.unhandled, the sweeper of what a crash left.
            models.Index(
                fields=["source", "id"],
                name="inbound_event_unhandled",
                condition=models.Q(handled_at__isnull=True, is_verified=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.received_at:%Y-%m-%d %H:%M}"


class AuditEntry(models.Model):
    """Who did what, to what, for whom, when. Append-only: the database refuses to change or delete a row."""

    at = models.DateTimeField("kiedy", db_default=Now())
    actor_name = models.CharField("kto", max_length=150)
    account_id = models.BigIntegerField("konto", null=True, blank=True)
    payer_id = models.BigIntegerField("w imieniu", null=True, blank=True)
    address = models.CharField("skąd", max_length=64, blank=True, default="")
    verb = models.CharField("co", max_length=60)
    subject = models.CharField("czego dotyczy", max_length=80)
    details = models.JSONField("szczegóły", default=dict)

    class Meta:
        verbose_name = "wpis dziennika"
        verbose_name_plural = "dziennik zdarzeń"
        indexes = [models.Index(fields=["subject", "-at"], name="audit_entry_subject")]
        triggers = [pgtrigger.Protect(name="audit_entry_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name}: {self.verb} {self.subject}"
