"""The chain that shows when an accepted application, or a withdrawal, was altered or removed."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from consents.models.application import ConsentApplication
from consents.models.withdrawal import Withdrawal
from core.fields import SealedTextField


class EvidenceLink(models.Model):
    """One link: the SHA-256 of a record's canonical content, and the SHA-256 over that and the link before it.

    `number` counts from 1 without a gap. Made only by consents.evidence.add_link, under an advisory lock. Append-only.
    """

    number = models.PositiveBigIntegerField("nr ogniwa", unique=True)
    application = models.OneToOneField(
        ConsentApplication, models.PROTECT, null=True, related_name="link", verbose_name="wniosek"
    )
    withdrawal = models.OneToOneField(
        Withdrawal, models.PROTECT, null=True, related_name="link", verbose_name="wycofanie"
    )
    salt = SealedTextField("sól")
    content_sha256 = models.CharField("SHA-256 treści", max_length=64)
    previous_hash = models.CharField("skrót poprzedniego ogniwa", max_length=64, blank=True, default="")
    hash = models.CharField("skrót ogniwa", max_length=64, unique=True)
    linked_at = models.DateTimeField("dopisano", db_default=Now())

    class Meta:
        verbose_name = "ogniwo łańcucha dowodów"
        verbose_name_plural = "łańcuch dowodów"
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                name="evidence_link_of_one_record",
                condition=models.Q(application__isnull=False, withdrawal__isnull=True)
                | models.Q(application__isnull=True, withdrawal__isnull=False),
            ),
            models.CheckConstraint(
                name="evidence_link_first_alone_without_previous",
                condition=models.Q(number=1, previous_hash="") | (models.Q(number__gt=1) & ~models.Q(previous_hash="")),
            ),
        ]
        triggers = [pgtrigger.Protect(name="evidence_link_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"ogniwo nr {self.number}"
