"""The code from the office that confirms whose account it is."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from residents.models.payer import Payer

TRIES = 5


class ConfirmationCode(models.Model):
    """A code handed to a payer at the window or by letter: one use, 30 days, five tries. Only its digest is kept."""

    payer = models.ForeignKey(Payer, models.CASCADE, related_name="codes", verbose_name="płatnik")
    digest = models.CharField("skrót kodu", max_length=64, unique=True, editable=False)
    issued_at = models.DateTimeField("wydano", db_default=Now())
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="wydał(a)"
    )
    expires_at = models.DateTimeField("ważny do")
    tries_left = models.PositiveSmallIntegerField("pozostało prób", default=TRIES)
    used_at = models.DateTimeField("użyto", null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="użył(a)"
    )

    class Meta:
        verbose_name = "kod potwierdzający"
        verbose_name_plural = "kody potwierdzające"
        constraints = [
            models.CheckConstraint(
                name="confirmation_code_used_by_iff_used",
                condition=models.Q(used_at__isnull=True, used_by__isnull=True)
                | models.Q(used_at__isnull=False, used_by__isnull=False),
                violation_error_message="Kod użyty musi mówić, kto go użył.",
            )
        ]

    def __str__(self) -> str:
        return f"kod dla: {self.payer}"
