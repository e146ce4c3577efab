"""The ground floor's tables: what came from outside, who did what, how long things are kept."""

from django.db import models
from django.db.models.functions import Now

from core.fields import SealedBinaryField, SealedTextField
from core.forgetting import KeptUntilForgotten
from core.processing import UNIT_LABELS


class InboundEvent(models.Model):
    """Something that came from outside, stored raw before anybody acts on it; the same event twice is one row.

    `key` is unique within `source`: the vendor's own event id where there is one, else a digest of the body.
    A refused event (bad signature) is kept with `is_verified` false and is never acted on.
    """

    source = models.CharField("źródło", max_length=40)
    key = models.CharField("klucz", max_length=200)
    headers = models.JSONField("nagłówki", default=dict)
    body = SealedBinaryField("treść")
    is_verified = models.BooleanField("podpis zgodny")
    times_seen = models.PositiveIntegerField("ile razy przyszło", default=1)
    received_at = models.DateTimeField("odebrano", db_default=Now())
    handled_at = models.DateTimeField("obsłużono", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("próby obsługi", default=0)
    problem = models.TextField("kłopot", blank=True, default="")

    class Meta:
        verbose_name = "zdarzenie z zewnątrz"
        verbose_name_plural = "zdarzenia z zewnątrz"
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="inbound_event_once")]
        indexes = [
            # Read by core.inbound.unhandled, the sweeper of what a crash left.
            models.Index(
                fields=["source", "id"],
                name="inbound_event_unhandled",
                condition=models.Q(handled_at__isnull=True, is_verified=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.received_at:%Y-%m-%d %H:%M}"


class StoredDocument(models.Model):
    """A document from outside that passed core/documents/arriving.py, sealed; whoever needs it points to it.

    `content` is what is kept: of a signed file the bytes as they came, and `rendition` beside them what is shown;
    otherwise the safe rendition itself. `sha256` is of `content`, `arrived_sha256` of what came. A refused one has
    neither, only why.
    """

    name = SealedTextField("nazwa u nadawcy", blank=True, default="")
    kind = models.CharField("rodzaj pliku", max_length=10, blank=True, default="")
    arrived_kind = models.CharField("przyszedł jako", max_length=10, blank=True, default="")
    pages = models.PositiveSmallIntegerField("stron", default=0)
    content = SealedBinaryField("treść", blank=True, default=b"")
    rendition = SealedBinaryField("do pokazania", blank=True, default=b"")
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, default="")
    arrived_sha256 = models.CharField("SHA-256 tego, co przyszło", max_length=64)
    is_signed = models.BooleanField("podpisany elektronicznie", default=False)
    is_scanned = models.BooleanField("sprawdzony antywirusem", default=False)
    taken_out = models.JSONField("usunięto", default=list, blank=True)
    refusal_code = models.CharField("kod odmowy", max_length=40, blank=True, default="")
    refusal = models.CharField("dlaczego odmówiono", max_length=300, blank=True, default="")
    stored_at = models.DateTimeField("zapisano", db_default=Now())

    class Meta:
        verbose_name = "dokument"
        verbose_name_plural = "dokumenty"
        indexes = [models.Index(fields=["stored_at"], name="stored_document_age")]
        constraints = [
            models.CheckConstraint(
                name="stored_document_kept_or_refused",
                condition=(models.Q(refusal="") & ~models.Q(sha256=""))
                | (~models.Q(refusal="") & models.Q(sha256="", kind="")),
                violation_error_message="Dokument jest zapisany albo odrzucony z powodem.",
            )
        ]

    def __str__(self) -> str:
        return f"dokument nr {self.pk}"

    @property
    def shown(self) -> bytes:
        """The bytes that people may see; none of XML and of what was refused."""
        return self.rendition or (b"" if self.kind == "xml" else self.content)

    @property
    def page_numbers(self) -> range:
        """Its pages, from 1."""
        return range(1, self.pages + 1)


class AuditEntry(models.Model):
    """Who did what, to what, for whom, when. Append-only: the database refuses to change or delete a row.

    Retention may delete one that is older than two years (core/forgetting.py).
    """

    at = models.DateTimeField("kiedy", db_default=Now())
    actor_name = models.CharField("kto", max_length=150)
    account_id = models.BigIntegerField("konto", null=True, blank=True)
    payer_id = models.BigIntegerField("w imieniu", null=True, blank=True)
    address = models.CharField("skąd", max_length=64, blank=True, default="")
    verb = models.CharField("co", max_length=60)
    subject = models.CharField("czego dotyczy", max_length=80)
    details = models.JSONField("szczegóły", default=dict)

    class Meta:
        verbose_name = "wpis dziennika"
        verbose_name_plural = "dziennik zdarzeń"
        indexes = [models.Index(fields=["subject", "-at"], name="audit_entry_subject")]
        triggers = [KeptUntilForgotten(name="audit_entry_append_only", category="audit", column="at", years=2)]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name}: {self.verb} {self.subject}"


class RetentionRule(models.Model):
    """How long one category of the register (core/processing.py) is kept in this town. One row a category."""

    category = models.SlugField("kategoria", max_length=40, unique=True)
    amount = models.PositiveSmallIntegerField("jak długo")
    unit = models.CharField(
        "jednostka", max_length=20, choices=[(unit.value, label) for unit, label in UNIT_LABELS.items()]
    )
    since = models.CharField("od jakiego zdarzenia", max_length=120)
    legal_basis = models.CharField("podstawa prawna", max_length=200)
    is_active = models.BooleanField("w użyciu", default=True)

    class Meta:
        verbose_name = "okres przechowywania"
        verbose_name_plural = "okresy przechowywania"
        constraints = [
            models.CheckConstraint(
                name="retention_rule_amount_positive",
                condition=models.Q(amount__gt=0),
                violation_error_message="Okres musi mieć co najmniej jeden dzień.",
            ),
            models.CheckConstraint(
                name="retention_rule_known_unit", condition=models.Q(unit__in=[unit.value for unit in UNIT_LABELS])
            ),
        ]

    def __str__(self) -> str:
        return self.category
