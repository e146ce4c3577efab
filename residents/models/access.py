"""Who looked at whose data."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now


class LookReason(models.Model):
    """Why a member of staff may open somebody's card: the list that they choose from, kept by the administrator."""

    text = models.CharField("powód", max_length=120, unique=True)
    is_active = models.BooleanField("do wyboru", default=True)

    class Meta:
        verbose_name = "powód podglądu"
        verbose_name_plural = "powody podglądu"
        ordering = ("text",)

    def __str__(self) -> str:
        return self.text


class AccessRecord(models.Model):
    """One look at a payer's data by an account (KRI § 21). The database refuses to change a row, and to delete one
    that is younger than two years.
    """

    at = models.DateTimeField("kiedy", db_default=Now())
    account = models.ForeignKey("residents.Account", models.PROTECT, null=True, related_name="+", verbose_name="kto")
    account_name = models.CharField("kto (nazwa)", max_length=150)
    payer = models.ForeignKey("residents.Payer", models.PROTECT, related_name="looks", verbose_name="czyje dane")
    what = models.CharField("co", max_length=80)
    basis = models.CharField("na jakiej podstawie", max_length=40)
    reason = models.CharField("po co", max_length=120, blank=True, default="")
    address = models.CharField("skąd", max_length=64, blank=True, default="")

    class Meta:
        verbose_name = "podgląd danych"
        verbose_name_plural = "podglądy danych"
        indexes = [
            models.Index(fields=["payer", "-at"], name="access_record_payer"),
            # Read by forget_looks and by the data protection officer's list, which is in the order of time.
            models.Index(fields=["-at"], name="access_record_at"),
        ]
        triggers = [
            pgtrigger.Protect(name="access_record_append_only", operation=pgtrigger.Update),
            pgtrigger.Protect(
                name="access_record_kept_two_years",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.at > now() - interval '2 years'"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.account_name}: {self.what}"
