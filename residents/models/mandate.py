"""Who may act for whom."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from residents.models.payer import Payer


class Basis(models.TextChoices):
    """Why an account may act for a payer."""

    SELF = "self", "we własnym imieniu"
    SPOUSE = "spouse", "małżonek"
    PARENT = "parent", "rodzic lub opiekun prawny"
    REPRESENTATIVE = "representative", "reprezentacja lub księgowość firmy"
    ATTORNEY = "attorney", "pełnomocnictwo"


# These stand where the payer themselves would: they see who acts for the payer, and may end the others' mandates.
PRINCIPALS = (Basis.SELF, Basis.REPRESENTATIVE)


class Scope(models.TextChoices):
    """What an account may do for a payer."""

    VIEW = "view", "podgląd"
    VIEW_AND_PAY = "pay", "podgląd i płatności"
    ALL = "all", "wszystko"


class MandateQuerySet(models.QuerySet["Mandate"]):
    """Words for mandates."""

    def in_force(self, at: datetime) -> Self:
        """Begun, not over, not revoked, for a payer who lives: a mandate ends with who gave it (KC art. 101 § 2).

        One for a record that was merged into another rests with it (residents/merging.py).
        """
        return self.filter(
            models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=at),
            valid_from__lte=at,
            revoked_at__isnull=True,
            payer__deceased_on__isnull=True,
            payer__merged_into__isnull=True,
        )


class Mandate(models.Model):
    """An account acts for a payer: oneself, a company, or somebody who gave a power of attorney."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mandates", verbose_name="konto")
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="mandates", verbose_name="płatnik")
    basis = models.CharField("podstawa", max_length=20, choices=Basis.choices)
    scope = models.CharField("zakres", max_length=10, choices=Scope.choices)
    valid_from = models.DateTimeField("od", db_default=Now())
    valid_until = models.DateTimeField("do", null=True, blank=True)
    confirmed_how = models.CharField("jak potwierdzono", max_length=120)
    scan = models.FileField("skan pełnomocnictwa", upload_to="pelnomocnictwa/%Y/", blank=True)
    revoked_at = models.DateTimeField("odwołano", null=True, blank=True)
    revoked_by = models.CharField("odwołał(a)", max_length=150, blank=True, default="")

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = "umocowanie"
        verbose_name_plural = "umocowania"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "payer"],
                condition=models.Q(revoked_at__isnull=True),
                name="mandate_one_in_force",
                violation_error_message="To konto już działa w imieniu tego płatnika.",
            ),
            models.UniqueConstraint(
                fields=["payer"],
                condition=models.Q(revoked_at__isnull=True, basis="self"),
                name="mandate_one_own_account",
                violation_error_message="Ten płatnik ma już własne konto.",
            ),
            models.CheckConstraint(
                name="mandate_begins_before_it_ends",
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gt=models.F("valid_from")),
                violation_error_message="Umocowanie musi się zacząć, zanim się skończy.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} → {self.payer} ({self.get_scope_display()})"

    @property
    def may_pay(self) -> bool:
        """Whether the scope covers paying."""
        return self.scope in {Scope.VIEW_AND_PAY, Scope.ALL}
