"""Each dues file that came, what it changed, and each row of it that did not go in."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.fields import SealedTextField


class InterestBy(models.TextChoices):
    """Who computes the interest of a source's dues."""

    PORTAL = "portal", "portal"
    SOURCE = "source", "system źródłowy"


class DueSource(models.Model):
    """What was agreed with one finance system. One that is not here: interest by the portal, control not asked for.

    The portal never computes interest of a source that computes it itself: it shows what the file says.
    """

    name = models.CharField("system źródłowy", max_length=40, primary_key=True)
    interest_by = models.CharField("odsetki liczy", max_length=8, choices=InterestBy.choices, default=InterestBy.PORTAL)
    posts_within = models.PositiveSmallIntegerField(
        "wpisy z portalu przejmuje w ciągu (dni)",
        default=1,
        db_default=1,
        help_text="Przez tyle dni różnica sald, którą tłumaczą wpisy z portalu, jest „w drodze”.",
    )
    needs_control = models.BooleanField("plik musi mieć rekord kontrolny", default=False)

    class Meta:
        verbose_name = "system źródłowy"
        verbose_name_plural = "systemy źródłowe"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class KeyRanges(models.Field):  # type: ignore[type-arg]  # not generic at run time
    """Keys of many rows in little room: PostgreSQL's int8multirange. Read and written by SQL alone."""

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return "int8multirange"


@KeyRanges.register_lookup
class Holds(models.Lookup):
    """`made__holds=key`: whether the ranges hold that key."""

    lookup_name = "holds"

    def get_prep_lookup(self) -> Any:
        """A key is a number, or an expression that gives one."""
        return self.rhs

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """PostgreSQL's «is contained by»."""
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"({right})::bigint <@ {left}", (*right_params, *left_params)


class ImportKind(models.TextChoices):
    """What a file holds."""

    DELTA = "delta", "zmiany"
    FULL = "full", "pełny stan"


class ImportRun(models.Model):
    """One dues file applied: what it was, what it knew and when, what came of it.

    `made` are the keys of instalments that it made, `seen` of those that it left as they were; what it changed stands
    in ImportChange. An import that was undone keeps its row.
    """

    source = models.CharField("system źródłowy", max_length=40)
    file_name = models.CharField("plik", max_length=200)
    file_sha256 = models.CharField("SHA-256 pliku", max_length=64)
    kind = models.CharField(
        "zawartość", max_length=5, choices=ImportKind.choices, default=ImportKind.DELTA, db_default=ImportKind.DELTA
    )
    layout = models.CharField("układ kolumn", max_length=10, default="polish", db_default="polish")
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
    made = KeyRanges(null=True, editable=False)
    seen = KeyRanges(null=True, editable=False)
    undone_at = models.DateTimeField("cofnięto", null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="cofnął(-ęła)"
    )

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


class RejectedRow(models.Model):
    """A row that did not go in, as the file had it, so that it can be mended and read again.

    `cells` is a JSON list in the order of the run's columns, sealed: it bears a number of somebody's.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rejects", db_index=False, verbose_name="import")
    line = models.PositiveIntegerField("wiersz")
    cells = SealedTextField("komórki")

    class Meta:
        verbose_name = "treść odrzuconego wiersza"
        verbose_name_plural = "treść odrzuconych wierszy"
        constraints = [models.UniqueConstraint(fields=["run", "line"], name="rejected_row_once")]

    def __str__(self) -> str:
        return f"import {self.run_id}, wiersz {self.line}"


class ImportChange(models.Model):
    """An instalment that an import changed: what its columns held before and after."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="changes", db_index=False, verbose_name="import")
    instalment = models.ForeignKey("liabilities.Instalment", models.CASCADE, related_name="+", verbose_name="rata")
    before = models.JSONField("było")
    after = models.JSONField("jest")

    class Meta:
        verbose_name = "zmiana z importu"
        verbose_name_plural = "zmiany z importu"
        constraints = [models.UniqueConstraint(fields=["run", "instalment"], name="import_change_once")]

    def __str__(self) -> str:
        return f"import {self.run_id}, rata {self.instalment_id}"


class MissingDecision(models.TextChoices):
    """What a clerk decided about an open due that a full file does not have."""

    WAITS = "waits", "czeka na decyzję"
    KEPT = "kept", "zostaje"
    WRITTEN_OFF = "written_off", "odpisana"
    CAME_BACK = "came_back", "wróciła w pliku"


class MissingDue(models.Model):
    """An open instalment that a full file of its source does not name. Nothing closes it but a clerk's decision."""

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="missing", verbose_name="import")
    instalment = models.OneToOneField("liabilities.Instalment", models.CASCADE, related_name="+", verbose_name="rata")
    decision = models.CharField(
        "decyzja", max_length=11, choices=MissingDecision.choices, default=MissingDecision.WAITS
    )
    decided_at = models.DateTimeField("zdecydowano", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="kto"
    )

    class Meta:
        verbose_name = "należność nieobecna w pliku"
        verbose_name_plural = "należności nieobecne w pliku"
        ordering = ["-run", "pk"]
        constraints = [
            models.CheckConstraint(
                name="missing_due_decided_when",
                condition=models.Q(decision="waits", decided_at__isnull=True)
                | (~models.Q(decision="waits") & models.Q(decided_at__isnull=False)),
                violation_error_message="Decyzja i jej chwila muszą iść w parze.",
            )
        ]

    def __str__(self) -> str:
        return f"rata {self.instalment_id}: {self.get_decision_display()}"
