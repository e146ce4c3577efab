"""Scans that wait for a clerk to register them."""

from typing import Self

from django.db import models
from django.db.models.functions import Now

from consents.models.application import ArrivalWay, ConsentApplication
from consents.models.printed_form import PrintedForm
from core.models import StoredDocument


class IncomingScanQuerySet(models.QuerySet["IncomingScan"]):
    """Words for scans."""

    def waiting(self) -> Self:
        """Those that nobody registered or set aside, the ones that came first before the others."""
        return self.filter(application__isnull=True, set_aside_at__isnull=True).order_by("pk")


class IncomingScan(models.Model):
    """A scanned paper that is stored and not yet registered. `printed_form` is set when its code was read.

    Registering copies the document to the application and lets it go; the row stays and says what became of it. What is
    no application is set aside with a reason, and let go of later (consents/retention.py).
    """

    document = models.ForeignKey(
        StoredDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="incoming_scans",
        verbose_name="dokument",
    )
    printed_form = models.ForeignKey(
        PrintedForm, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="formularz"
    )
    arrived_by = models.CharField("jak wpłynął", max_length=20, choices=ArrivalWay.choices, default=ArrivalWay.PAPER)
    received_on = models.DateField("data wpływu")
    stored_at = models.DateTimeField("zapisano", db_default=Now())
    stored_by_name = models.CharField("zapisał(a)", max_length=150)
    application = models.OneToOneField(
        ConsentApplication, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="wniosek"
    )
    set_aside_at = models.DateTimeField("odłożono", null=True, blank=True)
    set_aside_why = models.CharField("dlaczego odłożono", max_length=200, blank=True, default="")

    objects = IncomingScanQuerySet.as_manager()

    class Meta:
        verbose_name = "skan do rejestracji"
        verbose_name_plural = "skany do rejestracji"
        indexes = [
            # Read by the clerks' queue.
            models.Index(
                fields=["id"],
                name="incoming_scan_queue",
                condition=models.Q(application__isnull=True, set_aside_at__isnull=True),
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="incoming_scan_set_aside_with_reason",
                condition=models.Q(set_aside_at__isnull=True, set_aside_why="")
                | (models.Q(set_aside_at__isnull=False, application__isnull=True) & ~models.Q(set_aside_why="")),
                violation_error_message="Skan odłożony musi mieć powód i nie jest wnioskiem.",
            ),
        ]

    def __str__(self) -> str:
        return f"skan nr {self.pk}"
