"""Each dues file that came, and each row of it that did not go in."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class ImportRun(models.Model):
    """One dues file applied: what it was, what it knew and when, what came of it."""

    source = models.CharField("system źródłowy", max_length=40)
    file_name = models.CharField("plik", max_length=200)
    file_sha256 = models.CharField("SHA-256 pliku", max_length=64)
    as_of = models.DateTimeField("stan na")
    ran_at = models.DateTimeField("wczytano", db_default=Now())
    ran_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="wczytał(a)"
    )
    rows = models.PositiveIntegerField("wierszy", default=0)
    created = models.PositiveIntegerField("nowych", default=0)
    updated = models.PositiveIntegerField("zmienionych", default=0)
    unchanged = models.PositiveIntegerField("bez zmian", default=0)
    rejected = models.PositiveIntegerField("odrzuconych", default=0)

    class Meta:
        verbose_name = "import należności"
        verbose_name_plural = "importy należności"
        ordering = ["-ran_at"]
        indexes = [models.Index(fields=["source", "-as_of"], name="import_run_newest")]
        constraints = [
            models.CheckConstraint(
                name="import_run_rows_add_up",
                condition=models.Q(
                    rows=models.F("created") + models.F("updated") + models.F("unchanged") + models.F("rejected")
                ),
                violation_error_message="Suma wierszy importu się nie zgadza.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.source}, stan na {self.as_of:%d.%m.%Y})"


class ImportProblem(models.Model):
    """One fault of one row: where, and how to mend it. A PESEL is masked in `value`."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="problems", verbose_name="import")
    line = models.PositiveIntegerField("wiersz")
    column = models.CharField("kolumna", max_length=40)
    value = models.CharField("wartość", max_length=200, blank=True, default="")
    message = models.CharField("co poprawić", max_length=500)

    class Meta:
        verbose_name = "odrzucony wiersz"
        verbose_name_plural = "odrzucone wiersze"
        ordering = ["run", "line", "id"]

    def __str__(self) -> str:
        return f"wiersz {self.line}, {self.column}: {self.message}"
