"""A private link by which a calendar reads the terms of a payer's dues."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from residents.models import Payer


class CalendarLink(models.Model):
    """One account's link to one payer's terms. Only the token's SHA-256 is kept; revoking deletes the row."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="konto")
    payer = models.ForeignKey(Payer, models.CASCADE, related_name="+", verbose_name="płatnik")
    token_sha256 = models.CharField("skrót odnośnika", max_length=64, unique=True)
    made_at = models.DateTimeField("utworzono", db_default=Now())
    read_at = models.DateTimeField("ostatnio odczytano", null=True, blank=True)

    class Meta:
        verbose_name = "odnośnik do kalendarza"
        verbose_name_plural = "odnośniki do kalendarza"
        constraints = [models.UniqueConstraint(fields=["account", "payer"], name="calendar_link_one_each")]

    def __str__(self) -> str:
        return f"odnośnik do kalendarza {self.pk}"
