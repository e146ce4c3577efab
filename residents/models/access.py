"""Who looked at whose data."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now


class AccessRecord(models.Model):
    """One look at a payer's data by an account (KRI § 21). Append-only: the database refuses to change a row."""

    at = models.DateTimeField("kiedy", db_default=Now())
    account = models.ForeignKey("residents.Account", models.PROTECT, null=True, related_name="+", verbose_name="kto")
    account_name = models.CharField("kto (nazwa)", max_length=150)
    payer = models.ForeignKey("residents.Payer", models.PROTECT, related_name="looks", verbose_name="czyje dane")
    what = models.CharField("co", max_length=80)
    basis = models.CharField("na jakiej podstawie", max_length=40)
    address = models.CharField("skąd", max_length=64, blank=True, default="")

    class Meta:
        verbose_name = "podgląd danych"
        verbose_name_plural = "podglądy danych"
        indexes = [models.Index(fields=["payer", "-at"], name="access_record_payer")]
        triggers = [pgtrigger.Protect(name="access_record_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.account_name}: {self.what}"
