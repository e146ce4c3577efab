"""A power of attorney (pełnomocnictwo) that somebody filed in the portal, and what the office decided."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.fields import SealedTextField
from residents.models.mandate import Mandate, Scope
from residents.models.payer import Payer


class RequestState(models.TextChoices):
    """What became of it."""

    WAITING = "waiting", "czeka na urząd"
    ACCEPTED = "accepted", "przyjęte"
    REFUSED = "refused", "odrzucone"
    WITHDRAWN = "withdrawn", "wycofane"


class AttorneyRequest(models.Model):
    """An account asks to act for a payer whom it names by number, and shows the paper that the payer signed.

    `payer` is who bears the number; None while nobody in the register does, and then `number` is kept until a clerk
    decided. An accepted paper goes over to its mandate.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="attorney_requests", verbose_name="pełnomocnik"
    )
    payer = models.ForeignKey(
        Payer, models.PROTECT, null=True, blank=True, related_name="attorney_requests", verbose_name="płatnik"
    )
    number = SealedTextField("numer mocodawcy", blank=True, default="")
    principal = models.CharField("mocodawca", max_length=200)
    scope = models.CharField("zakres", max_length=10, choices=Scope.choices)
    valid_from = models.DateTimeField("od", null=True, blank=True)
    valid_until = models.DateTimeField("do", null=True, blank=True)
    scan = models.FileField("skan pełnomocnictwa", upload_to="pelnomocnictwa/%Y/", blank=True)
    state = models.CharField("stan", max_length=10, choices=RequestState.choices, default=RequestState.WAITING)
    asked_at = models.DateTimeField("złożono", db_default=Now())
    decided_at = models.DateTimeField("rozpatrzono", null=True, blank=True)
    decided_by = models.CharField("rozpatrzył(a)", max_length=150, blank=True, default="")
    reason = models.CharField("uzasadnienie", max_length=300, blank=True, default="")
    mandate = models.OneToOneField(
        Mandate, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="umocowanie"
    )

    class Meta:
        verbose_name = "złożone pełnomocnictwo"
        verbose_name_plural = "złożone pełnomocnictwa"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "payer"],
                condition=models.Q(state="waiting"),
                name="attorney_request_one_waiting",
                violation_error_message="To pełnomocnictwo już czeka na decyzję.",
            ),
            models.CheckConstraint(
                name="attorney_request_begins_before_it_ends",
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_until__gt=models.F("valid_from")),
                violation_error_message="Pełnomocnictwo musi się zacząć, zanim się skończy.",
            ),
            models.CheckConstraint(
                name="attorney_request_decided_at_iff_decided",
                condition=models.Q(state="waiting", decided_at__isnull=True)
                | (~models.Q(state="waiting") & models.Q(decided_at__isnull=False, number="")),
                violation_error_message="Decyzja musi mieć datę, a numer po niej znika.",
            ),
            models.CheckConstraint(
                name="attorney_request_refused_with_reason",
                condition=~models.Q(state="refused") | ~models.Q(reason=""),
                violation_error_message="Odmowa musi mieć uzasadnienie.",
            ),
        ]

    def __str__(self) -> str:
        return f"pełnomocnictwo nr {self.pk}"
