"""Consents taken back one by one, without a new application (art. 7 ust. 3 RODO)."""

import pgtrigger
from django.db import models

from consents.models.application import Channel, Topic
from residents.models import Payer


class WithdrawalWay(models.TextChoices):
    """How a consent was taken back."""

    PORTAL = "portal", "w portalu"
    EMAIL_LINK = "email_link", "odnośnikiem z e-maila"
    SMS = "sms", "odpowiedzią SMS"


class Withdrawal(models.Model):
    """Somebody took a consent back at a moment. No topic: every kind; no channel: every way.

    It counts against every application signed before it, also one that a clerk accepts later. Append-only evidence.
    """

    payer = models.ForeignKey(Payer, models.PROTECT, related_name="withdrawals", verbose_name="płatnik")
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, related_name="+", verbose_name="rodzaj")
    channel = models.CharField("droga", max_length=10, choices=Channel.choices, blank=True, default="")
    at = models.DateTimeField("wycofano")
    way = models.CharField("jak", max_length=20, choices=WithdrawalWay.choices)
    by_name = models.CharField("kto", max_length=150, blank=True, default="")
    evidence = models.JSONField("dowód", default=dict)

    class Meta:
        verbose_name = "wycofanie zgody"
        verbose_name_plural = "wycofania zgód"
        indexes = [models.Index(fields=["payer", "-at"], name="withdrawal_payer")]
        constraints = [
            models.CheckConstraint(
                name="withdrawal_known_channel", condition=models.Q(channel__in=["", *Channel.values])
            )
        ]
        triggers = [pgtrigger.Protect(name="withdrawal_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"wycofanie zgody nr {self.pk}"

    @property
    def what(self) -> str:
        """What was taken back, in words."""
        topic = self.topic.name if self.topic else "wszystkie rodzaje powiadomień"
        return f"{topic}: {self.get_channel_display()}" if self.channel else topic
