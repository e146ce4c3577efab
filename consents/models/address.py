"""Phones and e-mail addresses that wait for a code, or were confirmed by one."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.fields import SealedTextField, fingerprint_field
from residents.models import Payer
from residents.models.payer import ContactKind

TRIES = 5


class AddressConfirmation(models.Model):
    """A code that was sent to an address which a resident typed: only who reads it there can write it back.

    The code itself is kept nowhere but in the message that carries it, only its digest. One use, TRIES tries, until
    `expires_at`.
    """

    payer = models.ForeignKey(Payer, models.CASCADE, related_name="+", verbose_name="płatnik")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="konto")
    kind = models.CharField("rodzaj", max_length=10, choices=ContactKind.choices)
    address = SealedTextField("adres")
    address_fingerprint = fingerprint_field("indeks adresu", of="address", db_index=True)
    digest = models.CharField("skrót kodu", max_length=64)
    asked_at = models.DateTimeField("wysłano kod", db_default=Now())
    expires_at = models.DateTimeField("ważny do")
    tries_left = models.PositiveSmallIntegerField("pozostało prób", default=TRIES)
    confirmed_at = models.DateTimeField("potwierdzono", null=True, blank=True)

    class Meta:
        verbose_name = "potwierdzenie adresu"
        verbose_name_plural = "potwierdzenia adresów"
        indexes = [models.Index(fields=["payer", "kind", "-asked_at"], name="address_confirmation_newest")]
        constraints = [
            models.CheckConstraint(
                name="address_confirmation_at_most_five_tries",
                condition=models.Q(tries_left__lte=TRIES),
                violation_error_message="Kod można wpisać błędnie najwyżej pięć razy.",
            ),
            models.CheckConstraint(
                name="address_confirmed_in_time",
                condition=models.Q(confirmed_at__isnull=True)
                | models.Q(confirmed_at__gte=models.F("asked_at"), confirmed_at__lt=models.F("expires_at")),
                violation_error_message="Adres potwierdza się, zanim kod straci ważność.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.payer}"
