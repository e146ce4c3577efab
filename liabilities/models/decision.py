"""Decisions on reliefs: terms put off, arrears spread over instalments, sums remitted."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.fields import money_field
from liabilities.models.liability import Instalment
from residents.models import Payer


class DecisionKind(models.TextChoices):
    """Ordynacja podatkowa art. 67a § 1; of civil dues ustawa o finansach publicznych art. 59."""

    DEFERRAL = "deferral", "odroczenie terminu"
    INSTALMENTS = "instalments", "rozłożenie na raty"
    REMISSION = "remission", "umorzenie"


class Decision(models.Model):
    """A decision on a payer's relief, as the clerk entered it; its `number` is the file's sign, entered once.

    `ended_on` says when it stopped to hold: missed (art. 259), repealed, or mended by a storno.
    """

    kind = models.CharField("rodzaj", max_length=12, choices=DecisionKind.choices)
    number = models.CharField("znak decyzji", max_length=60, unique=True)
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="decisions", verbose_name="płatnik")
    decided_on = models.DateField("dzień decyzji")
    applied_on = models.DateField("dzień wniosku", null=True, blank=True)
    reason = models.CharField("uzasadnienie w skrócie", max_length=300)
    legal_basis = models.CharField("podstawa prawna", max_length=120)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="zapisał(a)"
    )
    recorded_at = models.DateTimeField("zapisano", db_default=Now())
    ended_on = models.DateField("przestała obowiązywać", null=True, blank=True)
    ended_why = models.CharField("dlaczego", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "decyzja o uldze"
        verbose_name_plural = "decyzje o ulgach"
        ordering = ["-decided_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="decision_not_before_its_application",
                condition=models.Q(applied_on__isnull=True) | models.Q(applied_on__lte=models.F("decided_on")),
                violation_error_message="Wniosek nie może być późniejszy niż decyzja.",
            ),
            models.CheckConstraint(
                name="decision_ended_for_a_reason",
                condition=models.Q(ended_on__isnull=True, ended_why="")
                | (models.Q(ended_on__isnull=False) & ~models.Q(ended_why="")),
                violation_error_message="Koniec decyzji ma dzień i powód.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, decyzja {self.number} z {self.decided_on:%d.%m.%Y}"


class DecisionPart(models.Model):
    """What a decision did to one instalment, in złoty: of a remission what was remitted and of how large a principal,
    else what is to be paid by the new term. `lapsed_on` says when its term was found missed (OP art. 259 § 1).
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="parts", verbose_name="decyzja")
    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="relief_parts", verbose_name="rata")
    number = models.PositiveSmallIntegerField("kolejna rata", default=1)
    principal = money_field("należność główna")
    interest = money_field("odsetki")
    fee = money_field("opłata prolongacyjna")
    of_principal = money_field("z należności głównej")
    payable_by = models.DateField("nowy termin", null=True, blank=True)
    lapsed_on = models.DateField("wygasła", null=True, blank=True)

    class Meta:
        verbose_name = "część decyzji"
        verbose_name_plural = "części decyzji"
        constraints = [
            models.UniqueConstraint(fields=["decision", "instalment"], name="decision_part_once"),
            models.CheckConstraint(
                name="decision_part_not_negative",
                condition=models.Q(principal__gte=0, interest__gte=0, fee__gte=0, of_principal__gte=0),
                violation_error_message="Kwoty decyzji nie mogą być ujemne.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision}: {self.instalment}"
