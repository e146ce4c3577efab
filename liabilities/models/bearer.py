"""Who else owes a liability: payers jointly and severally liable with the one that it names first."""

from django.db import models
from django.db.models.functions import Now

from liabilities.models.liability import Liability
from residents.models import Payer


class LiabilityBearer(models.Model):
    """One more payer of the whole of a liability (współwłaściciel, małżonek, wspólnik).

    Each owes all of it and one payment settles it for all (Ordynacja podatkowa art. 91 with art. 366 k.c.; ustawa o
    podatkach i opłatach lokalnych art. 3 ust. 4). The payer named first stands in `Liability.payer` and has no row
    here. Written by `liabilities.bearers.set_bearers` alone.
    """

    liability = models.ForeignKey(
        Liability, models.CASCADE, related_name="bearers", db_index=False, verbose_name="należność"
    )
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="joint_liabilities", verbose_name="współzobowiązany")
    since = models.DateTimeField("zapisano", db_default=Now())

    class Meta:
        verbose_name = "współzobowiązany"
        verbose_name_plural = "współzobowiązani"
        constraints = [
            models.UniqueConstraint(
                fields=["liability", "payer"],
                name="liability_bearer_once",
                violation_error_message="Ta osoba jest już współzobowiązana.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.payer}: {self.liability}"
