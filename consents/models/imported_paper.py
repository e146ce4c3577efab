"""Papers that were typed elsewhere and came in a file: each key of its source once."""

from django.db import models
from django.db.models.functions import Now

from consents.models.application import ConsentApplication


class ImportedPaper(models.Model):
    """By which key of which source an application came, so that the same file again changes nothing.

    `fingerprint` is the keyed digest of the row (core.encryption.fingerprint): another row under the key is a mistake.
    """

    application = models.OneToOneField(
        ConsentApplication, models.PROTECT, related_name="imported_paper", verbose_name="wniosek"
    )
    source = models.CharField("źródło", max_length=40)
    key = models.CharField("klucz w źródle", max_length=64)
    fingerprint = models.CharField("skrót wiersza", max_length=64)
    imported_at = models.DateTimeField("wczytano", db_default=Now())

    class Meta:
        verbose_name = "wniosek z pliku"
        verbose_name_plural = "wnioski z plików"
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="imported_paper_each_key_once")]

    def __str__(self) -> str:
        return f"{self.source}: {self.key}"
