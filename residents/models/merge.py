"""Two records that turned out to be one person: that they were merged, what moved, and that it was undone."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from residents.models.payer import Payer


class PayerMerge(models.Model):
    """A duplicate was merged into the record that was kept (residents/merging.py). Append-only."""

    kept = models.ForeignKey(Payer, models.PROTECT, related_name="merges", verbose_name="został")
    duplicate = models.ForeignKey(Payer, models.PROTECT, related_name="merged_away", verbose_name="połączony")
    at = models.DateTimeField("kiedy")
    by_name = models.CharField("kto", max_length=150)
    reason = models.CharField("dlaczego", max_length=300)

    class Meta:
        verbose_name = "połączenie płatników"
        verbose_name_plural = "połączenia płatników"
        constraints = [
            models.CheckConstraint(name="payer_merge_of_two", condition=~models.Q(kept=models.F("duplicate")))
        ]
        triggers = [pgtrigger.Protect(name="payer_merge_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"połączenie nr {self.pk}"


class MergeMove(models.Model):
    """One row that a merge moved: of which table and column, from what it said to what it says since. Append-only."""

    merge = models.ForeignKey(PayerMerge, models.PROTECT, related_name="moves", verbose_name="połączenie")
    table = models.CharField("tabela", max_length=60)
    column = models.CharField("kolumna", max_length=40)
    row = models.BigIntegerField("wiersz")
    was = models.BigIntegerField("było")
    became = models.BigIntegerField("jest")

    class Meta:
        verbose_name = "przeniesiony wiersz"
        verbose_name_plural = "przeniesione wiersze"
        constraints = [models.UniqueConstraint(fields=["merge", "table", "column", "row"], name="merge_move_once")]
        triggers = [pgtrigger.Protect(name="merge_move_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.table} nr {self.row}"


class MergeUndo(models.Model):
    """A merge was undone. Append-only."""

    merge = models.OneToOneField(PayerMerge, models.PROTECT, related_name="undo", verbose_name="połączenie")
    at = models.DateTimeField("kiedy", db_default=Now())
    by_name = models.CharField("kto", max_length=150)

    class Meta:
        verbose_name = "cofnięcie połączenia"
        verbose_name_plural = "cofnięcia połączeń"
        triggers = [pgtrigger.Protect(name="merge_undo_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"cofnięcie połączenia nr {self.merge_id}"
