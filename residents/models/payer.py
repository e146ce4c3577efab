"""A payer (podatnik, płatnik): the person or body who owes, and how to reach them."""

from typing import Any, Self

from django.db import models
from django.db.models.functions import Now

from core.encryption import fingerprint
from core.fields import SealedTextField, fingerprint_field
from residents.identity import IdentityNumber, NumberKind


class Kind(models.TextChoices):
    """What a payer is."""

    PERSON = "person", "osoba fizyczna"
    COMPANY = "company", "firma lub inna jednostka"


class PayerQuerySet(models.QuerySet["Payer"]):
    """Words for payers."""

    def with_number(self, number: IdentityNumber) -> Self:
        """The payer who bears *number* (none or one)."""
        if number.kind == NumberKind.PESEL:
            return self.filter(pesel_fingerprint=fingerprint(number.value))
        return self.filter(**{str(number.kind): number.value})


class Payer(models.Model):
    """A natural person or a body that owes the town. PESEL is sealed and found by its fingerprint.

    No number is mandatory: writs and letters ask for one only «if known» (Dz.U. 2020 poz. 2194 § 2).
    """

    kind = models.CharField("rodzaj", max_length=10, choices=Kind.choices)
    name = models.CharField("imię i nazwisko lub nazwa", max_length=200)
    pesel = SealedTextField("PESEL", blank=True, default="")
    pesel_fingerprint = fingerprint_field("indeks PESEL")
    nip = models.CharField("NIP", max_length=10, blank=True, default="")
    regon = models.CharField("REGON", max_length=14, blank=True, default="")
    street = models.CharField("ulica i numer", max_length=200, blank=True, default="")
    postal_code = models.CharField("kod pocztowy", max_length=6, blank=True, default="")
    city = models.CharField("miejscowość", max_length=100, blank=True, default="")
    registered_at = models.DateTimeField("zarejestrowano", db_default=Now())

    objects = PayerQuerySet.as_manager()

    class Meta:
        verbose_name = "płatnik"
        verbose_name_plural = "płatnicy"
        indexes = [models.Index(fields=["name"], name="payer_name")]
        constraints = [
            models.UniqueConstraint(
                fields=["pesel_fingerprint"],
                name="payer_pesel_once",
                condition=~models.Q(pesel_fingerprint=""),
                violation_error_message="Płatnik z tym numerem PESEL już jest.",
            ),
            models.UniqueConstraint(
                fields=["nip"],
                name="payer_nip_once",
                condition=~models.Q(nip=""),
                violation_error_message="Płatnik z tym numerem NIP już jest.",
            ),
            models.UniqueConstraint(
                fields=["regon"],
                name="payer_regon_once",
                condition=~models.Q(regon=""),
                violation_error_message="Płatnik z tym numerem REGON już jest.",
            ),
            models.CheckConstraint(
                name="payer_pesel_with_fingerprint",
                condition=models.Q(pesel="", pesel_fingerprint="")
                | (~models.Q(pesel="") & ~models.Q(pesel_fingerprint="")),
                violation_error_message="PESEL i jego indeks muszą iść w parze.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> str:
        """The town's own public number of the payer («P-000123»): on letters and pages instead of a PESEL."""
        return f"P-{self.pk:06d}"


class ContactKind(models.TextChoices):
    """How a payer can be reached."""

    PHONE = "phone", "telefon"
    EMAIL = "email", "e-mail"


class Contact(models.Model):
    """A payer's phone or e-mail in force, sealed. One of each kind; the newest application replaces it."""

    payer = models.ForeignKey(Payer, models.CASCADE, related_name="contacts", verbose_name="płatnik")
    kind = models.CharField("rodzaj", max_length=10, choices=ContactKind.choices)
    address = SealedTextField("adres")
    address_fingerprint = fingerprint_field("indeks adresu", db_index=True)
    source = models.CharField("skąd", max_length=80, help_text="Na przykład: wniosek nr 12.")
    since = models.DateTimeField("od", db_default=Now())

    class Meta:
        verbose_name = "kontakt"
        verbose_name_plural = "kontakty"
        constraints = [models.UniqueConstraint(fields=["payer", "kind"], name="contact_one_of_each_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.payer}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the fingerprint in step with the address."""
        self.address_fingerprint = fingerprint(self.address)
        super().save(*args, **kwargs)
