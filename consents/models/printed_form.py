"""Forms that were printed: what stood on each, for whom, when. A paper that comes back is found by its number."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from consents.form_code import LAYOUT, FormCode, spaced
from residents.models import Payer


class PrintedForm(models.Model):
    """One printed form, or the blank one that everybody may download.

    That one `is_shared`: it has one number for each edition, because people copy it, and because a page that anybody
    may read writes nothing. `boxes` are the ones that it offered, as «topic:channel».
    """

    number = models.CharField("numer", max_length=10, unique=True)
    payer = models.ForeignKey(
        Payer, models.PROTECT, null=True, blank=True, related_name="printed_forms", verbose_name="płatnik"
    )
    is_shared = models.BooleanField("pusty, do pobrania", default=False)
    layout = models.CharField("wzór", max_length=4, default=LAYOUT)
    clause_version = models.CharField("wersja klauzuli", max_length=20)
    boxes = ArrayField(models.CharField(max_length=60), verbose_name="rodzaje i drogi do wyboru")
    edition = models.CharField("skrót wydania", max_length=64)
    printed_at = models.DateTimeField("wydrukowano", db_default=Now())
    printed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="wydrukował(a)"
    )

    class Meta:
        verbose_name = "wydrukowany formularz"
        verbose_name_plural = "wydrukowane formularze"
        indexes = [models.Index(fields=["payer", "-printed_at"], name="printed_form_payer")]
        constraints = [
            models.UniqueConstraint(
                fields=["edition"],
                name="printed_form_one_shared_an_edition",
                condition=models.Q(is_shared=True),
                violation_error_message="Ten pusty formularz ma już numer.",
            ),
            models.CheckConstraint(
                name="printed_form_shared_names_nobody",
                condition=models.Q(is_shared=False) | models.Q(payer__isnull=True),
                violation_error_message="Pusty formularz nie jest niczyj.",
            ),
            models.CheckConstraint(
                name="printed_form_number_ten_digits",
                condition=models.Q(number__regex=r"^[0-9]{10}$"),
                violation_error_message="Numer formularza ma 10 cyfr.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="printed_form_stays_as_printed",
                operation=pgtrigger.UpdateOf(  # type: ignore[no-untyped-call]
                    "number", "payer_id", "is_shared", "clause_version", "boxes"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"formularz nr {self.spaced}"

    @property
    def spaced(self) -> str:
        """The number in groups."""
        return spaced(self.number)

    @property
    def code(self) -> str:
        """What its QR code says."""
        return FormCode(self.number, self.layout, self.clause_version).text
