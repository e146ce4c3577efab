"""Addresses to which nothing is sent any more."""

from django.db import models
from django.db.models.functions import Now

from consents.models import Channel
from core.fields import SealedTextField, fingerprint_field


class SuppressedAddress(models.Model):
    """An address that takes nothing: it does not exist, or its owner refuses at the gateway. Staff may lift it."""

    channel = models.CharField("droga", max_length=10, choices=Channel.choices)
    address = SealedTextField("adres")
    address_fingerprint = fingerprint_field("indeks adresu", of="address")
    reason = models.CharField("powód", max_length=80)
    since = models.DateTimeField("od", db_default=Now())

    class Meta:
        verbose_name = "wstrzymany adres"
        verbose_name_plural = "wstrzymane adresy"
        permissions = [("lift_suppressedaddress", "Może wznowić wysyłanie na adres")]
        constraints = [
            models.UniqueConstraint(fields=["channel", "address_fingerprint"], name="suppressed_address_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()}, {self.reason}"
