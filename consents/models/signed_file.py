"""Files signed electronically, as they came: each is stored raw, judged, and either accepted or left to a clerk."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from consents.models.application import ArrivalWay, ConsentApplication
from core.forgetting import KeptUntilForgotten
from core.models import StoredDocument


class SignedFileState(models.TextChoices):
    """Life of a signed file."""

    WAITING = "waiting", "czeka na pracownika"
    ACCEPTED = "accepted", "przyjęty od razu"
    REGISTERED = "registered", "zarejestrowany przez pracownika"
    CLOSED = "closed", "odłożony"


class SignedFile(models.Model):
    """One file, once: `sha256` of its bytes, `digest` of what its signature signs (consents/signatures/digests.py).

    `beside` is the document where the signature has a file of its own: then the application's scan is a ZIP of both.
    `report` is the judgement as it was made, without the signer's number. The bytes of an application's file stand as
    its scan, too, so their digest lies in the chain of evidence.
    """

    document = models.ForeignKey(StoredDocument, models.PROTECT, related_name="+", verbose_name="dokument")
    beside = models.ForeignKey(
        StoredDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="dokument obok podpisu"
    )
    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    digest = models.CharField("skrót podpisanej treści", max_length=64, blank=True, default="")
    arrived_by = models.CharField("jak wpłynął", max_length=20, choices=ArrivalWay.choices)
    document_number = models.CharField("nr dokumentu", max_length=100, blank=True, default="")
    received_on = models.DateField("data wpływu")
    stored_at = models.DateTimeField("zapisano", db_default=Now())
    stored_by_name = models.CharField("kto przekazał", max_length=150, blank=True, default="")
    stored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="konto"
    )
    report = models.JSONField("wynik sprawdzenia", default=dict)
    state = models.CharField("stan", max_length=10, choices=SignedFileState.choices, default=SignedFileState.WAITING)
    application = models.OneToOneField(
        ConsentApplication, models.PROTECT, null=True, blank=True, related_name="signed_file", verbose_name="wniosek"
    )
    decided_at = models.DateTimeField("rozpatrzono", null=True, blank=True)
    decided_by_name = models.CharField("rozpatrzył(a)", max_length=150, blank=True, default="")
    closed_why = models.CharField("dlaczego odłożono", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "plik podpisany elektronicznie"
        verbose_name_plural = "pliki podpisane elektronicznie"
        indexes = [
            # Read by the clerks' queue.
            models.Index(fields=["received_on"], name="signed_file_queue", condition=models.Q(state="waiting"))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["digest"],
                name="signed_file_each_signature_accepted_once",
                condition=models.Q(state__in=["accepted", "registered"]) & ~models.Q(digest=""),
                violation_error_message="Wniosek z tym podpisem jest już zarejestrowany.",
            ),
            models.CheckConstraint(
                name="signed_file_application_iff_registered",
                condition=models.Q(state__in=["accepted", "registered"], application__isnull=False)
                | models.Q(state__in=["waiting", "closed"], application__isnull=True),
            ),
            models.CheckConstraint(
                name="signed_file_decided_at_iff_decided",
                condition=models.Q(state="waiting", decided_at__isnull=True)
                | (~models.Q(state="waiting") & models.Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="signed_file_closed_with_reason",
                condition=~models.Q(state="closed") | ~models.Q(closed_why=""),
                violation_error_message="Odłożony plik musi mieć powód.",
            ),
        ]
        triggers = [
            KeptUntilForgotten(
                name="signed_file_decided_is_final",
                category="signed_files",
                column="decided_at",
                years=0,
                condition=pgtrigger.Q(old__state__in=["accepted", "registered", "closed"]),
            )
        ]

    def __str__(self) -> str:
        return f"plik podpisany nr {self.pk}"

    @property
    def reasons(self) -> list[str]:
        """Why it waits, in words."""
        return [str(words) for words in self.report.get("reasons", [])]
