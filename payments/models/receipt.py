"""Receipts that were given out, each with the code by which anybody may ask whether it is genuine."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from core.fields import SealedTextField, fingerprint_field, money_field
from payments.models.payment import Payment


class Receipt(models.Model):
    """«Potwierdzenie wpłaty» of a payment, or of those of its lines that its reader may see; `amount` stands on it.

    The same lines are the same receipt, with the same code, however often it is taken. The code is random, sealed, and
    found by a keyed fingerprint: who reads the table cannot make one.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="receipts", verbose_name="płatność")
    line_ids = ArrayField(models.BigIntegerField(), verbose_name="pozycje płatności")
    amount = money_field("kwota")
    code = SealedTextField("kod")
    code_fingerprint = fingerprint_field("indeks kodu", of="code", unique=True)
    issued_at = models.DateTimeField("wydano", db_default=Now())

    class Meta:
        verbose_name = "potwierdzenie wpłaty"
        verbose_name_plural = "potwierdzenia wpłat"
        constraints = [
            models.UniqueConstraint(fields=["payment", "line_ids"], name="receipt_once"),
            models.CheckConstraint(name="receipt_amount_positive", condition=models.Q(amount__gt=0)),
        ]
        triggers = [pgtrigger.Protect(name="receipt_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"potwierdzenie wpłaty {self.payment_id}"
