"""Figures that time changes: interest rates and fees, each with the day from which it holds and its source."""

from django.db import models

from core.fields import money_field
from liabilities.regimes import REGIME_LABELS, Regime


class InterestRate(models.Model):
    """A yearly rate of interest in per cent, from a day on, under one regime."""

    regime = models.CharField(
        "odsetki", max_length=12, choices=[(regime.value, REGIME_LABELS[regime]) for regime in Regime]
    )
    valid_from = models.DateField("od dnia")
    percent = models.DecimalField("stopa (% rocznie)", max_digits=5, decimal_places=2)
    source = models.CharField("źródło", max_length=120, blank=True, default="")

    class Meta:
        verbose_name = "stopa odsetek"
        verbose_name_plural = "stopy odsetek"
        ordering = ["regime", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["regime", "valid_from"],
                name="interest_rate_once_a_day",
                violation_error_message="Na ten dzień jest już stopa tych odsetek.",
            ),
            models.CheckConstraint(
                name="interest_rate_not_negative",
                condition=models.Q(percent__gte=0),
                violation_error_message="Stopa nie może być ujemna.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_regime_display()}: {self.percent}% od {self.valid_from:%d.%m.%Y}"


class FeeKind(models.TextChoices):
    """Dated sums that the law sets."""

    MINIMUM_INTEREST = "minimum_interest", "próg, do którego odsetek się nie nalicza"
    REMINDER_LETTER = "reminder_letter", "koszty upomnienia"


class Fee(models.Model):
    """A sum set by law, in złoty, from a day on (a missing day: since ever)."""

    kind = models.CharField("opłata", max_length=20, choices=FeeKind.choices)
    valid_from = models.DateField("od dnia", null=True, blank=True)
    amount = money_field("kwota")
    source = models.CharField("źródło", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "opłata ustawowa"
        verbose_name_plural = "opłaty ustawowe"
        ordering = ["kind", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "valid_from"], nulls_distinct=False, name="fee_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.amount}"
