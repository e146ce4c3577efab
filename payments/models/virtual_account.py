"""The numbers of virtual accounts that were given out."""

from django.db import models
from django.db.models.functions import Now

from liabilities.models import DueKind
from residents.models import Payer


class VirtualAccount(models.Model):
    """A number to which one payer pays: all dues, or one kind of them. It is never given to anybody else.

    Ours are made from the bank's prefix (payments/virtual_number.py); numbers of an older contract stand here too.
    """

    payer = models.ForeignKey(Payer, models.PROTECT, related_name="virtual_accounts", verbose_name="płatnik")
    kind = models.ForeignKey(
        DueKind, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="rodzaj"
    )
    number = models.CharField("numer rachunku", max_length=26, unique=True)
    given_at = models.DateTimeField("nadano", db_default=Now())

    class Meta:
        verbose_name = "rachunek wirtualny"
        verbose_name_plural = "rachunki wirtualne"
        constraints = [
            models.CheckConstraint(
                name="virtual_account_is_nrb",
                condition=models.Q(number__regex=r"^[0-9]{26}$"),
                violation_error_message="Rachunek wirtualny ma 26 cyfr.",
            )
        ]

    def __str__(self) -> str:
        return self.number
