"""What a person asks of the town about their own data (art. 16 and 17 RODO), and what the town answered."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.fields import SealedTextField
from core.forgetting import KeptUntilForgotten
from residents.models.payer import Payer


class RequestKind(models.TextChoices):
    """What is asked."""

    CORRECTION = "correction", "sprostowanie danych"
    ERASURE = "erasure", "usunięcie danych"


class RequestState(models.TextChoices):
    """Where the request is."""

    WAITING = "waiting", "czeka na urząd"
    ACCEPTED = "accepted", "uwzględniony"
    REFUSED = "refused", "odrzucony"


class DataRequest(models.Model):
    """One request of a payer about their data. Once decided it is evidence: the database refuses to change it.

    `wish` and `answer` may hold data in free words, so both are sealed. `answer_by` is the last day to answer:
    a month, art. 12 ust. 3. `outcome` counts what an erasure erased, by section.
    """

    payer = models.ForeignKey(Payer, models.PROTECT, related_name="data_requests", verbose_name="płatnik")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="data_requests", verbose_name="złożył(a)"
    )
    kind = models.CharField("czego dotyczy", max_length=12, choices=RequestKind.choices)
    wish = SealedTextField("treść", blank=True, default="")
    state = models.CharField("stan", max_length=10, choices=RequestState.choices, default=RequestState.WAITING)
    asked_at = models.DateTimeField("złożono", db_default=Now())
    answer_by = models.DateField("odpowiedź do")
    decided_at = models.DateTimeField("rozpatrzono", null=True, blank=True)
    decided_by_name = models.CharField("rozpatrzył(a)", max_length=150, blank=True, default="")
    answer = SealedTextField("odpowiedź", blank=True, default="")
    outcome = models.JSONField("co usunięto", default=dict, blank=True)

    class Meta:
        verbose_name = "wniosek o dane"
        verbose_name_plural = "wnioski o dane"
        indexes = [
            # Read by the clerks' queue and the staff's first page.
            models.Index(fields=["answer_by"], name="data_request_queue", condition=models.Q(state="waiting"))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["payer", "kind"],
                condition=models.Q(state="waiting"),
                name="data_request_one_waiting",
                violation_error_message="Taki wniosek już czeka na rozpatrzenie.",
            ),
            models.CheckConstraint(
                name="data_request_decided_at_iff_decided",
                condition=models.Q(state="waiting", decided_at__isnull=True)
                | (~models.Q(state="waiting") & models.Q(decided_at__isnull=False)),
                violation_error_message="Wniosek rozpatrzony musi mieć datę rozpatrzenia.",
            ),
            models.CheckConstraint(
                name="data_request_refused_with_reason",
                condition=~models.Q(state="refused") | ~models.Q(answer=""),
                violation_error_message="Odrzucony wniosek musi mieć powód.",
            ),
        ]
        triggers = [
            KeptUntilForgotten(
                name="data_request_decided_is_final",
                category="data_requests",
                column="decided_at",
                years=1,
                condition=pgtrigger.Q(old__state__in=["accepted", "refused"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} nr {self.pk}"
