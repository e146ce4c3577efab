"""An online payment: what it pays, in which state it is, and how it got there."""

import uuid
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.fields import SealedTextField, money_field
from liabilities.models import Instalment
from liabilities.regimes import extra_label
from payments.states import LABELS, State
from residents.models import Payer

STATES = [state.value for state in State]


class Payment(models.Model):
    """One payment at one provider, of dues whose money one recipient takes. Its amounts are frozen in its lines.

    `number` is our id at the provider (PayU's extOrderId): unique, so a second order for the same payment is refused.
    `payer` is the payer of its first line; a basket may hold dues of others for whom the account acts, too. `fee` is
    charged on top of `amount`, and the ledger never sees it. `rest` is what the basket has yet to pay after it
    (payments/wishes.py), since its money goes to another recipient.
    `paid_on` is the day that the law counts (authorisation, Ordynacja podatkowa art. 60), `posted_at` when the ledger
    was written. Every change of state is a PaymentChange row.
    """

    number = models.UUIDField("numer", default=uuid.uuid4, unique=True, editable=False)
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="payments", verbose_name="płatnik")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="payments", verbose_name="zapłacił(a)"
    )
    provider = models.CharField("operator", max_length=20)
    recipient = models.CharField("odbiorca", max_length=20, blank=True, default="")
    amount = money_field("kwota")
    fee = money_field("opłata operatora", default=0)
    state = models.CharField(
        "stan", max_length=12, choices=[(state.value, LABELS[state]) for state in State], default=State.NEW.value
    )
    provider_order_id = models.CharField("numer u operatora", max_length=80, blank=True, default="")
    provider_payment_id = models.CharField("numer wpłaty u operatora", max_length=80, blank=True, default="")
    redirect_url = models.URLField("adres strony operatora", max_length=2000, blank=True, default="")
    redirect_fields = SealedTextField("pola formularza operatora", blank=True, default="")
    rest = models.JSONField("reszta koszyka", default=list, blank=True)
    started_at = models.DateTimeField("rozpoczęto", db_default=Now())
    frozen_until = models.DateTimeField("kwoty ważne do")
    asked_at = models.DateTimeField("ostatnio sprawdzono u operatora", null=True, blank=True)
    paid_on = models.DateField("dzień zapłaty", null=True, blank=True)
    posted_at = models.DateTimeField("zaksięgowano", null=True, blank=True)
    problem = models.CharField("kłopot", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "płatność"
        verbose_name_plural = "płatności"
        indexes = [
            models.Index(fields=["payer", "-started_at"], name="payment_history"),
            # Read by the job that asks the provider about payments whose notice never came.
            models.Index(
                fields=["started_at"],
                name="payment_unsettled",
                condition=models.Q(state__in=["new", "redirected", "pending"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="payment_known_state", condition=models.Q(state__in=STATES)),
            models.CheckConstraint(
                name="payment_amount_positive",
                condition=models.Q(amount__gt=0),
                violation_error_message="Kwota płatności musi być większa od zera.",
            ),
            models.CheckConstraint(
                name="payment_fee_not_negative",
                condition=models.Q(fee__gte=0),
                violation_error_message="Opłata operatora nie może być ujemna.",
            ),
            models.CheckConstraint(
                name="payment_posted_at_iff_paid",
                condition=models.Q(state="paid", paid_on__isnull=False, posted_at__isnull=False)
                | (~models.Q(state="paid") & models.Q(posted_at__isnull=True)),
                violation_error_message="Zaksięgowana może być tylko opłacona płatność.",
            ),
            models.UniqueConstraint(
                fields=["provider", "provider_order_id"],
                condition=~models.Q(provider_order_id=""),
                name="payment_provider_order_once",
            ),
        ]

    def __str__(self) -> str:
        return f"płatność {self.reference}, {self.get_state_display()}"

    @property
    def reference(self) -> str:
        """The short number that people read («SPM-000123»)."""
        return f"SPM-{self.pk:06d}"

    @property
    def charged(self) -> Decimal:
        """What the payer is charged, in złoty: the amount and the provider's fee."""
        total: Decimal = self.amount + self.fee
        return total


class PaymentLine(models.Model):
    """What a payment pays of one instalment, frozen at its start, in złoty. Append-only.

    `payer` is whose due it was then; money is posted for that payer, or for the record into which it was merged.
    """

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="lines", verbose_name="płatność")
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="+", verbose_name="płatnik")
    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="payment_lines", verbose_name="rata")
    principal = money_field("należność główna")
    interest = money_field("odsetki")
    costs = money_field("koszty upomnień")

    class Meta:
        verbose_name = "pozycja płatności"
        verbose_name_plural = "pozycje płatności"
        constraints = [
            models.UniqueConstraint(fields=["payment", "instalment"], name="payment_line_once"),
            models.CheckConstraint(
                name="payment_line_positive",
                condition=models.Q(principal__gte=0, interest__gte=0, costs__gte=0)
                & ~models.Q(principal=0, interest=0, costs=0),
                violation_error_message="Pozycja płatności musi być dodatnia.",
            ),
        ]
        triggers = [pgtrigger.Protect(name="payment_line_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.instalment}: {self.total}"

    @property
    def total(self) -> Decimal:
        """Principal, interest and costs together, in złoty."""
        total: Decimal = self.principal + self.interest + self.costs
        return total

    @property
    def extra_label(self) -> str:
        """What `interest` is of this due: interest, with the fee of a decision, or the surcharge of a licence."""
        due = self.instalment
        return extra_label(due.liability.kind.regime, has_fee=due.decision_id is not None)


class PaymentChange(models.Model):
    """One change of a payment's state: from what, to what, when, why. Append-only."""

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="changes", verbose_name="płatność")
    before = models.CharField("z", max_length=12, blank=True, default="")
    after = models.CharField("na", max_length=12)
    at = models.DateTimeField("kiedy", db_default=Now())
    reason = models.CharField("dlaczego", max_length=200)

    class Meta:
        verbose_name = "zmiana stanu płatności"
        verbose_name_plural = "zmiany stanu płatności"
        triggers = [pgtrigger.Protect(name="payment_change_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{LABELS[State(self.before)] if self.before else '–'} → {self.label}"

    @property
    def label(self) -> str:
        """The new state as residents read it; the reason may hold a provider's or a clerk's words."""
        return LABELS[State(self.after)]
