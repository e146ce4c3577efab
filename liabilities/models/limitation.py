"""What stops or breaks the time of limitation of an instalment: dated facts, entered by a clerk or by a decision."""

from django.db import models
from django.db.models.functions import Now

from liabilities.limitation import Effect
from liabilities.models.liability import Instalment

LABELS = {
    Effect.SUSPENDED: "zawieszenie biegu",
    Effect.INTERRUPTED: "przerwanie biegu",
    Effect.SECURED: "zabezpieczenie hipoteką lub zastawem",
}


class LimitationFact(models.Model):
    """A fact that changes when an instalment becomes barred (OP art. 70 § 2–8; art. 121, 123, 124 k.c.).

    A missing last day means that it lasts. A mistake is taken back by `withdrawn_at`, never deleted.
    """

    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="limitation_facts", verbose_name="rata")
    effect = models.CharField("skutek", max_length=12, choices=[(one.value, LABELS[one]) for one in Effect])
    from_on = models.DateField("od dnia")
    until_on = models.DateField("do dnia", null=True, blank=True)
    basis = models.CharField("podstawa", max_length=200, help_text="Na przykład: OP art. 70 § 4, zajęcie rachunku.")
    recorded_by = models.CharField("zapisał(a)", max_length=200)
    recorded_at = models.DateTimeField("zapisano", db_default=Now())
    withdrawn_at = models.DateTimeField("wycofano", null=True, blank=True)

    class Meta:
        verbose_name = "zdarzenie w biegu przedawnienia"
        verbose_name_plural = "zdarzenia w biegu przedawnienia"
        ordering = ["from_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="limitation_fact_ends_after_it_begins",
                condition=models.Q(until_on__isnull=True) | models.Q(until_on__gte=models.F("from_on")),
                violation_error_message="Koniec jest wcześniejszy niż początek.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_effect_display()} od {self.from_on:%d.%m.%Y}: {self.basis}"
