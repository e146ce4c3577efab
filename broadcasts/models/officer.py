"""The staff's own list: who is alerted, and to whom a rehearsal goes."""

from django.db import models

from core.fields import SealedTextField


class DutyOfficer(models.Model):
    """Somebody of the office: an SMS says that a warning concerns the town, and rehearsals go to them alone.

    Not a resident's record: name and work phone of staff, kept while they serve. Who does neither any more has
    `left_at`, and is forgotten a month later (broadcasts/officers.py).
    """

    name = models.CharField("imię i nazwisko", max_length=120)
    phone = SealedTextField("telefon", help_text="Służbowy, na który przychodzą SMS-y o ostrzeżeniach.")
    email = SealedTextField("e-mail", blank=True, default="")
    is_on_duty = models.BooleanField(
        "ma dyżur", default=True, help_text="Dostaje SMS o ostrzeżeniu, które dotyczy gminy."
    )
    joins_rehearsals = models.BooleanField("bierze udział w ćwiczeniach", default=True)
    left_at = models.DateTimeField("poza listą od", null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "dyżurny"
        verbose_name_plural = "dyżurni i lista ćwiczeń"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="duty_officer_left_at_iff_idle",
                condition=models.Q(is_on_duty=False, joins_rehearsals=False, left_at__isnull=False)
                | ((models.Q(is_on_duty=True) | models.Q(joins_rehearsals=True)) & models.Q(left_at__isnull=True)),
                violation_error_message="Kto nie ma dyżurów ani ćwiczeń, jest poza listą od jakiejś chwili.",
            )
        ]

    def __str__(self) -> str:
        return self.name
