"""Information actions that a person took; those of the portal itself are its messages (liabilities/information.py)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from liabilities.models.liability import Instalment
from residents.models import Payer


class InformationForm(models.TextChoices):
    """How a person reminded a debtor."""

    PHONE = "phone", "rozmowa telefoniczna"
    OFFICE = "office", "rozmowa w urzędzie"
    EMAIL = "email", "e-mail pracownika"
    LETTER = "letter", "pismo zwykłe"
    OTHER = "other", "inaczej"


class InformationAction(models.Model):
    """A person reminded somebody of a late instalment before a dunning letter. Append-only.

    The regulation on the conduct of creditors of public dues (rozporządzenie MF w sprawie postępowania wierzycieli
    należności pieniężnych) wants form, day and person of each.
    """

    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="information", verbose_name="rata")
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="+", verbose_name="komu")
    form = models.CharField("forma", max_length=10, choices=InformationForm.choices)
    on = models.DateField("dzień")
    person = models.CharField("kto", max_length=120)
    outcome = models.CharField("skutek", max_length=200)
    recorded_at = models.DateTimeField("wpisano", db_default=Now())
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="wpisał(a)"
    )

    class Meta:
        verbose_name = "działanie informacyjne"
        verbose_name_plural = "działania informacyjne"
        triggers = [pgtrigger.Protect(name="information_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_form_display()} {self.on:%d.%m.%Y}"
