"""Payouts of providers: one credit on the statement for many payments, less what was given back and the fee."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.fields import money_field
from payments.models.payment import Payment
from payments.models.refund import Refund, Reversal
from payments.models.statement import BankEntry


class Payout(models.Model):
    """What a provider's payout holds, as staff settled it, in złoty.

    `amount` came to the account = `gross` of its payments − `given_back` − `fee` + `difference`. A difference is never
    put into the fee: the entry stays on the clearing account as long as there is one.
    """

    entry = models.OneToOneField(BankEntry, models.PROTECT, related_name="payout", verbose_name="pozycja wyciągu")
    provider = models.CharField("operator", max_length=20)
    amount = money_field("wpłynęło")
    gross = money_field("płatności")
    given_back = money_field("zwroty i cofnięcia", default=0)
    fee = money_field("prowizja operatora", default=0)
    difference = money_field("różnica", default=0)
    note = models.CharField("wyjaśnienie różnicy", max_length=200, blank=True, default="")
    settled_at = models.DateTimeField("rozliczono", db_default=Now())
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="rozliczył(a)"
    )

    class Meta:
        verbose_name = "wypłata operatora"
        verbose_name_plural = "wypłaty operatorów"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="payout_adds_up",
                condition=models.Q(
                    amount=models.F("gross") - models.F("given_back") - models.F("fee") + models.F("difference")
                ),
                violation_error_message="Płatności, zwroty, prowizja i różnica nie dają kwoty wypłaty.",
            ),
            models.CheckConstraint(
                name="payout_sums_not_negative", condition=models.Q(gross__gte=0, given_back__gte=0, fee__gte=0)
            ),
            models.CheckConstraint(
                name="payout_difference_with_a_note",
                condition=models.Q(difference=0) | ~models.Q(note=""),
                violation_error_message="Napisz, skąd różnica.",
            ),
        ]

    def __str__(self) -> str:
        return f"wypłata operatora, {self.entry}"


class PayoutLine(models.Model):
    """One thing that a payout holds: a payment (above zero), a refund or a reversal (below); each in one only."""

    payout = models.ForeignKey(Payout, models.CASCADE, related_name="lines", verbose_name="wypłata")
    payment = models.OneToOneField(
        Payment, models.PROTECT, null=True, blank=True, related_name="payout_line", verbose_name="płatność"
    )
    refund = models.OneToOneField(
        Refund, models.PROTECT, null=True, blank=True, related_name="payout_line", verbose_name="zwrot"
    )
    reversal = models.OneToOneField(
        Reversal, models.PROTECT, null=True, blank=True, related_name="payout_line", verbose_name="cofnięcie"
    )
    amount = money_field("kwota")

    class Meta:
        verbose_name = "pozycja wypłaty"
        verbose_name_plural = "pozycje wypłat"
        constraints = [
            models.CheckConstraint(
                name="payout_line_of_one_thing",
                condition=models.Q(payment__isnull=False, refund__isnull=True, reversal__isnull=True, amount__gt=0)
                | models.Q(payment__isnull=True, refund__isnull=False, reversal__isnull=True, amount__lt=0)
                | models.Q(payment__isnull=True, refund__isnull=True, reversal__isnull=False, amount__lt=0),
            )
        ]
        triggers = [pgtrigger.Protect(name="payout_line_stays", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.payment or self.refund or self.reversal}: {self.amount}"
