"""What the ledger tells the finance system: exports of postings, numbered without gaps, and the answer line by line."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.fields import SealedBinaryField, money_field
from liabilities.models.ledger import LedgerEntry

CONTENT = ("number", "until", "entries", "total", "csv", "xml", "csv_sha256", "xml_sha256", "made_at")


class PostingExport(models.Model):
    """Entries of the ledger that no export held before, the last of them booked at `until`; its files never change.

    It goes to the finance system when somebody signed it off. An import that says «booked up to export N» means what
    the exports up to N hold, less the lines that were refused.
    """

    number = models.PositiveIntegerField("numer", unique=True)
    until = models.DateTimeField("księgowania do")
    entries = models.PositiveIntegerField("wpisów")
    total = money_field("suma wpisów")
    csv = SealedBinaryField("plik CSV")
    xml = SealedBinaryField("plik XML")
    csv_sha256 = models.CharField("SHA-256 pliku CSV", max_length=64)
    xml_sha256 = models.CharField("SHA-256 pliku XML", max_length=64)
    made_at = models.DateTimeField("utworzono", db_default=Now())
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="utworzył(a)"
    )
    signed_at = models.DateTimeField("podpisano", null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="podpisał(a)"
    )
    acknowledged_at = models.DateTimeField("potwierdzono w całości", null=True, blank=True)

    class Meta:
        verbose_name = "eksport księgowań"
        verbose_name_plural = "eksporty księgowań"
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                name="posting_export_signed_by_somebody",
                condition=models.Q(signed_at__isnull=True, signed_by__isnull=True)
                | models.Q(signed_at__isnull=False, signed_by__isnull=False),
            ),
            models.CheckConstraint(name="posting_export_not_empty", condition=models.Q(entries__gt=0)),
        ]
        triggers = [
            pgtrigger.Protect(name="posting_export_stays", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="posting_export_content_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"ROW({', '.join(f'OLD.{column}' for column in CONTENT)}) IS DISTINCT FROM"
                    f" ROW({', '.join(f'NEW.{column}' for column in CONTENT)})"
                    " OR (OLD.signed_at IS NOT NULL AND ROW(OLD.signed_at, OLD.signed_by_id)"
                    " IS DISTINCT FROM ROW(NEW.signed_at, NEW.signed_by_id))"
                ),
                func="RAISE EXCEPTION 'an export of postings never changes';",
            ),
            pgtrigger.Trigger(
                name="posting_export_without_gaps",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.number <> (SELECT COALESCE(max(number), 0) + 1 FROM liabilities_postingexport)
                    THEN RAISE EXCEPTION 'exports of postings are numbered without gaps'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"eksport {self.number}"


class PostingLine(models.Model):
    """One entry in one export, for ever; and what the finance system answered: taken under a number, or refused."""

    export = models.ForeignKey(PostingExport, models.PROTECT, related_name="lines", verbose_name="eksport")
    line = models.PositiveIntegerField("wiersz")
    entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="posting_line", verbose_name="wpis")
    is_accepted = models.BooleanField("przyjęty", null=True, blank=True)
    reference = models.CharField("numer w systemie finansowym", max_length=60, blank=True, default="")
    answer = models.CharField("odpowiedź", max_length=200, blank=True, default="")
    answered_at = models.DateTimeField("odpowiedziano", null=True, blank=True)

    class Meta:
        verbose_name = "wiersz eksportu"
        verbose_name_plural = "wiersze eksportów"
        ordering = ["export", "line"]
        constraints = [
            models.UniqueConstraint(fields=["export", "line"], name="posting_line_once"),
            models.CheckConstraint(
                name="posting_line_answered_in_words",
                condition=models.Q(is_accepted__isnull=True, answered_at__isnull=True)
                | (models.Q(is_accepted=True, answered_at__isnull=False) & ~models.Q(reference=""))
                | (models.Q(is_accepted=False, answered_at__isnull=False) & ~models.Q(answer="")),
            ),
        ]
        indexes = [
            # Read by the list of exports: refused lines are few.
            models.Index(fields=["export"], name="posting_line_refused", condition=models.Q(is_accepted=False)),
        ]
        triggers = [
            pgtrigger.Protect(name="posting_line_stays", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="posting_line_entry_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.export_id, OLD.line, OLD.entry_id)"
                    " IS DISTINCT FROM ROW(NEW.export_id, NEW.line, NEW.entry_id)"
                    " OR (OLD.is_accepted AND ROW(OLD.is_accepted, OLD.reference)"
                    " IS DISTINCT FROM ROW(NEW.is_accepted, NEW.reference))"
                ),
                func="RAISE EXCEPTION 'what was handed over and taken never changes';",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.export_id}/{self.line}"
