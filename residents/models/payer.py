"""A payer (podatnik, płatnik): the person or body who owes, and how to reach them."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models.functions import Coalesce, Now

from core.encryption import fingerprints
from core.fields import SealedTextField, fingerprint_field
from residents.identity import IdentityNumber, NumberKind


class Kind(models.TextChoices):
    """What a payer is."""

    PERSON = "person", "osoba fizyczna"
    COMPANY = "company", "firma lub inna jednostka"
    FOREIGNER = "foreigner", "cudzoziemiec bez numeru PESEL"


NUMBER_FIELDS = {
    NumberKind.NIP: "nip",
    NumberKind.REGON: "regon",
    NumberKind.KRS: "krs",
    NumberKind.TOWN: "town_number",
}


class PayerQuerySet(models.QuerySet["Payer"]):
    """Words for payers."""

    def with_number(self, number: IdentityNumber) -> Self:
        """The record that bears *number* (none or one), a merged one too."""
        if number.kind == NumberKind.PESEL:
            return self.filter(pesel_fingerprint__in=fingerprints(number.value))
        return self.filter(**{NUMBER_FIELDS[number.kind]: number.value})

    def unmerged(self) -> Self:
        """Those that were not found to be somebody else's double."""
        return self.filter(merged_into__isnull=True)

    def same_as(self, payer_id: int) -> Self:
        """The record and every other one of the same person or body: the one that was kept, and what merged into it."""
        kept = Payer.objects.filter(pk=payer_id).values(kept=Coalesce("merged_into", "pk"))
        return self.filter(models.Q(pk__in=kept) | models.Q(merged_into__in=kept))


def _once(field: str, words: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=[field],
        name=f"payer_{field.removesuffix('_fingerprint')}_once",
        condition=~models.Q(**{field: ""}),
        violation_error_message=f"Płatnik z tym numerem {words} już jest.",
    )


class Payer(models.Model):
    """A natural person or a body that owes the town. PESEL is sealed and found by its fingerprint.

    No number is mandatory: writs and letters ask for one only «if known» (Dz.U. 2020 poz. 2194 § 2). A foreigner
    without a PESEL has a number of the town's own and a date of birth. A record that turned out to be another one's
    double is `merged_into` it (residents/merging.py): it is kept, its numbers lead to the other, and nobody merges into
    it. `deceased_on` is the day of death: nobody is reminded any more, and nobody acts for the payer.
    """

    kind = models.CharField("rodzaj", max_length=10, choices=Kind.choices)
    name = models.CharField("imię i nazwisko lub nazwa", max_length=200)
    pesel = SealedTextField("PESEL", blank=True, default="")
    pesel_fingerprint = fingerprint_field("indeks PESEL", of="pesel")
    nip = models.CharField("NIP", max_length=10, blank=True, default="")
    regon = models.CharField("REGON", max_length=14, blank=True, default="")
    krs = models.CharField("KRS", max_length=10, blank=True, default="", db_default="")
    town_number = models.CharField("numer nadany przez gminę", max_length=20, blank=True, default="", db_default="")
    birth_date = models.DateField("data urodzenia", null=True, blank=True)
    deceased_on = models.DateField("data śmierci", null=True, blank=True)
    street = models.CharField("ulica i numer", max_length=200, blank=True, default="")
    postal_code = models.CharField("kod pocztowy", max_length=6, blank=True, default="")
    city = models.CharField("miejscowość", max_length=100, blank=True, default="")
    registered_at = models.DateTimeField("zarejestrowano", db_default=Now())
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="doubles", verbose_name="połączony z"
    )

    objects = PayerQuerySet.as_manager()

    class Meta:
        verbose_name = "płatnik"
        verbose_name_plural = "płatnicy"
        indexes = [
            models.Index(fields=["name"], name="payer_name"),
            # Read by consents.queries.permitted_payers, to leave out the few whom nobody writes to.
            models.Index(
                fields=["id"],
                name="payer_gone",
                condition=models.Q(deceased_on__isnull=False) | models.Q(merged_into__isnull=False),
            ),
        ]
        constraints = [
            _once("pesel_fingerprint", "PESEL"),
            _once("nip", "NIP"),
            _once("regon", "REGON"),
            _once("krs", "KRS"),
            _once("town_number", "nadanym przez gminę"),
            models.CheckConstraint(
                name="payer_pesel_with_fingerprint",
                condition=models.Q(pesel="", pesel_fingerprint="")
                | (~models.Q(pesel="") & ~models.Q(pesel_fingerprint="")),
                violation_error_message="PESEL i jego indeks muszą iść w parze.",
            ),
            models.CheckConstraint(
                name="payer_numbers_of_kind",
                condition=models.Q(kind="person", krs="", town_number="")
                | models.Q(kind="company", pesel="", town_number="", birth_date__isnull=True)
                | (models.Q(kind="foreigner", pesel="", krs="", birth_date__isnull=False) & ~models.Q(town_number="")),
                violation_error_message="Ten rodzaj płatnika nie ma takiego numeru albo brakuje daty urodzenia.",
            ),
            models.CheckConstraint(
                name="payer_only_people_die",
                condition=models.Q(deceased_on__isnull=True)
                | (
                    ~models.Q(kind="company")
                    & (models.Q(birth_date__isnull=True) | models.Q(deceased_on__gte=models.F("birth_date")))
                ),
                violation_error_message="Data śmierci należy do osoby i nie może być wcześniejsza niż urodzenie.",
            ),
            models.CheckConstraint(
                name="payer_not_merged_into_itself",
                condition=models.Q(merged_into__isnull=True) | ~models.Q(merged_into=models.F("id")),
                violation_error_message="Płatnika nie łączy się z nim samym.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="payer_merged_in_one_step",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("merged_into_id"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(new__merged_into__isnull=False),
                func=(
                    "IF EXISTS (SELECT FROM residents_payer WHERE id = NEW.merged_into_id"
                    " AND merged_into_id IS NOT NULL)"
                    " OR EXISTS (SELECT FROM residents_payer WHERE merged_into_id = NEW.id)"
                    " THEN RAISE EXCEPTION 'a payer is merged into one that is merged itself'; END IF;"
                    " RETURN NULL;"
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> str:
        """The town's own public number of the payer («P-000123»): on letters and pages instead of a PESEL."""
        return f"P-{self.pk:06d}"

    @property
    def identity_number(self) -> str:
        """The first number that the payer bears, '' for none. Show it masked."""
        return self.pesel or self.nip or self.regon or self.krs or self.town_number

    @property
    def kept_id(self) -> int:
        """The payer that this record stands for: itself, or the one that it was merged into."""
        return self.merged_into_id or self.pk


class ContactKind(models.TextChoices):
    """How a payer can be reached."""

    PHONE = "phone", "telefon"
    EMAIL = "email", "e-mail"


class Contact(models.Model):
    """A payer's phone or e-mail in force, sealed. One of each kind; the newest application replaces it."""

    payer = models.ForeignKey(Payer, models.CASCADE, related_name="contacts", verbose_name="płatnik")
    kind = models.CharField("rodzaj", max_length=10, choices=ContactKind.choices)
    address = SealedTextField("adres")
    address_fingerprint = fingerprint_field("indeks adresu", of="address", db_index=True)
    source = models.CharField("skąd", max_length=80, help_text="Na przykład: wniosek nr 12.")
    since = models.DateTimeField("od", db_default=Now())

    class Meta:
        verbose_name = "kontakt"
        verbose_name_plural = "kontakty"
        constraints = [models.UniqueConstraint(fields=["payer", "kind"], name="contact_one_of_each_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.payer}"
