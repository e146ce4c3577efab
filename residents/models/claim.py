"""Two accounts that say they are one person: a clerk decides."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from residents.models.payer import Payer


class ClaimState(models.TextChoices):
    """What became of a claim."""

    WAITING = "waiting", "czeka na urząd"
    GRANTED = "granted", "uznane"
    REFUSED = "refused", "odrzucone"


class Claim(models.Model):
    """An account proved to be a payer whose own account is another one. Kept for good: it is evidence."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="claims", verbose_name="drugie konto"
    )
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="claims", verbose_name="płatnik")
    first_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="pierwsze konto"
    )
    how = models.CharField("jak potwierdzono", max_length=120)
    state = models.CharField("stan", max_length=10, choices=ClaimState.choices, default=ClaimState.WAITING)
    claimed_at = models.DateTimeField("zgłoszono", db_default=Now())
    decided_at = models.DateTimeField("rozstrzygnięto", null=True, blank=True)
    decided_by = models.CharField("rozstrzygnął(-ęła)", max_length=150, blank=True, default="")
    reason = models.CharField("uzasadnienie", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "sporna tożsamość"
        verbose_name_plural = "sporne tożsamości"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "payer"],
                condition=models.Q(state="waiting"),
                name="claim_one_waiting",
                violation_error_message="To zgłoszenie już czeka na decyzję.",
            ),
            models.CheckConstraint(
                name="claim_decided_at_iff_decided",
                condition=models.Q(state="waiting", decided_at__isnull=True)
                | (~models.Q(state="waiting") & models.Q(decided_at__isnull=False)),
                violation_error_message="Rozstrzygnięcie musi mieć datę.",
            ),
            models.CheckConstraint(
                name="claim_decided_with_reason",
                condition=models.Q(state="waiting") | ~models.Q(reason=""),
                violation_error_message="Rozstrzygnięcie musi mieć uzasadnienie.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} → {self.payer}"
