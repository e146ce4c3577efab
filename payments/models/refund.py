"""Money that goes back: refunds that staff order, and reversals that a provider tells or staff enter."""

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.fields import money_field
from payments.models.payment import Payment
from payments.models.statement import BankEntry
from payments.refund_states import REVERSAL_LABELS, STAGE_LABELS, RefundStage, ReversalKind
from residents.models import Payer

DECIDED = ("number", "payer_id", "payment_id", "entry_id", "amount", "account", "needs_second", "requested_by_id")


class Refund(models.Model):
    """One refund, of a payment by its provider or of a bank entry by a transfer back to the account it came from.

    `number` is our key at the provider: however often it is asked, money goes back once. The amount, to whom and by
    whose wish never change. With `needs_second` the money goes only after a second member of staff approved; who asked
    never approves. The ledger holds it as «refund:<id>» from the order on, and no longer once it failed. A transfer is
    on the list `list_number` that was given to the bank, and is done when its `debit` is on a statement.
    """

    number = models.UUIDField("numer", default=uuid.uuid4, unique=True, editable=False)
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="refunds", verbose_name="płatnik")
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="refunds", verbose_name="płatność"
    )
    entry = models.ForeignKey(
        BankEntry, models.PROTECT, null=True, blank=True, related_name="refunds", verbose_name="wpłata przelewem"
    )
    amount = money_field("kwota")
    account = models.CharField("na rachunek", max_length=34, blank=True, default="")
    reason = models.CharField("dlaczego", max_length=200)
    stage = models.CharField(
        "stan",
        max_length=10,
        choices=[(one.value, label) for one, label in STAGE_LABELS.items()],
        default=RefundStage.ASKED.value,
    )
    needs_second = models.BooleanField("wymaga drugiej osoby")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="zlecił(a)"
    )
    requested_at = models.DateTimeField("zlecono", db_default=Now())
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="zatwierdził(a)"
    )
    approved_at = models.DateTimeField("zatwierdzono", null=True, blank=True)
    provider_refund_id = models.CharField("numer zwrotu u operatora", max_length=80, blank=True, default="")
    asked_at = models.DateTimeField("ostatnio pytano operatora", null=True, blank=True)
    list_number = models.PositiveIntegerField("lista przelewów", null=True, blank=True)
    debit = models.OneToOneField(
        BankEntry, models.PROTECT, null=True, blank=True, related_name="refund_paid", verbose_name="obciążenie"
    )
    problem = models.CharField("kłopot", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "zwrot"
        verbose_name_plural = "zwroty"
        ordering = ["-pk"]
        indexes = [
            # Read by the worker that sends refunds and asks about them, and by the matching of debits.
            models.Index(fields=["id"], name="refund_under_way", condition=models.Q(stage__in=["ordered", "sent"])),
        ]
        constraints = [
            models.CheckConstraint(name="refund_amount_positive", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="refund_of_one_payment",
                condition=models.Q(payment__isnull=False, entry__isnull=True, account="")
                | (models.Q(payment__isnull=True, entry__isnull=False) & ~models.Q(account="")),
                violation_error_message="Zwrot dotyczy jednej wpłaty; przelew musi mieć rachunek.",
            ),
            models.CheckConstraint(
                name="refund_four_eyes",
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("requested_by")),
                violation_error_message="Zwrotu nie zatwierdza osoba, która o niego wniosła.",
            ),
            models.CheckConstraint(
                name="refund_goes_when_approved",
                condition=models.Q(stage__in=["asked", "withdrawn"])
                | models.Q(needs_second=False)
                | models.Q(approved_by__isnull=False, approved_at__isnull=False),
                violation_error_message="Ten zwrot musi zatwierdzić druga osoba.",
            ),
            models.CheckConstraint(
                name="refund_debit_of_a_transfer",
                condition=models.Q(debit__isnull=True) | models.Q(entry__isnull=False, stage__in=["done", "refused"]),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="refund_stays", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="refund_stays_as_asked",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"ROW({', '.join(f'OLD.{column}' for column in DECIDED)}) IS DISTINCT FROM"
                    f" ROW({', '.join(f'NEW.{column}' for column in DECIDED)})"
                ),
                func="RAISE EXCEPTION 'what was asked of a refund never changes';",
            ),
            pgtrigger.Trigger(
                name="refund_not_more_than_came",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF (SELECT COALESCE(sum(r.amount), 0) FROM payments_refund AS r
                        WHERE r.stage IN ('asked', 'ordered', 'sent', 'done')
                            AND (r.payment_id = NEW.payment_id OR r.entry_id = NEW.entry_id))
                        + (SELECT COALESCE(sum(v.amount), 0) FROM payments_reversal AS v
                            WHERE v.payment_id = NEW.payment_id)
                        > COALESCE((SELECT p.amount FROM payments_payment AS p WHERE p.id = NEW.payment_id),
                            (SELECT e.amount FROM payments_bankentry AS e WHERE e.id = NEW.entry_id))
                        AND NEW.stage IN ('asked', 'ordered')
                    THEN RAISE EXCEPTION 'more would be given back than came' USING ERRCODE = 'check_violation'; END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"zwrot {self.short_number}, {self.get_stage_display()}"

    @property
    def short_number(self) -> str:
        """The number that people read, in the title of a transfer too («ZW-000012»)."""
        return f"ZW-{self.pk:06d}"

    @property
    def by_transfer(self) -> bool:
        """Whether it goes by a transfer of the town's bank, and not by the provider."""
        return self.entry_id is not None

    @property
    def ledger_reference(self) -> str:
        """Where the names of its entries in the ledger begin; the kind of due follows."""
        return f"refund:{self.pk}:"


class RefundChange(models.Model):
    """One change of a refund's stage: from what, to what, when, who, why. Append-only."""

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="changes", verbose_name="zwrot")
    before = models.CharField("z", max_length=10, blank=True, default="")
    after = models.CharField("na", max_length=10)
    at = models.DateTimeField("kiedy", db_default=Now())
    actor = models.CharField("kto", max_length=160)
    reason = models.CharField("dlaczego", max_length=200)

    class Meta:
        verbose_name = "zmiana stanu zwrotu"
        verbose_name_plural = "zmiany stanu zwrotu"
        triggers = [pgtrigger.Protect(name="refund_change_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{STAGE_LABELS[RefundStage(self.before)] if self.before else '–'} → {self.label}"

    @property
    def label(self) -> str:
        """The new stage in words."""
        return STAGE_LABELS[RefundStage(self.after)]


class Reversal(models.Model):
    """Money of a payment that its provider took back, or gave back in its own panel; once for its *key*.

    The money is gone whatever the ledger says: `posted_at` is empty until the posting was taken back, and `problem`
    says why it could not be.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="reversals", verbose_name="płatność")
    kind = models.CharField(
        "rodzaj", max_length=10, choices=[(one.value, label) for one, label in REVERSAL_LABELS.items()]
    )
    key = models.CharField("numer u operatora", max_length=80)
    amount = money_field("kwota")
    taken_on = models.DateField("dzień")
    noted_at = models.DateTimeField("zapisano", db_default=Now())
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="zapisał(a)"
    )
    posted_at = models.DateTimeField("wystornowano", null=True, blank=True)
    problem = models.CharField("kłopot", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "cofnięta wpłata"
        verbose_name_plural = "cofnięte wpłaty"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "key"],
                name="reversal_once",
                violation_error_message="To cofnięcie jest już zapisane.",
            ),
            models.CheckConstraint(name="reversal_amount_positive", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="reversal_known_kind", condition=models.Q(kind__in=[one.value for one in ReversalKind])
            ),
        ]
        triggers = [pgtrigger.Protect(name="reversal_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"

    @property
    def ledger_reference(self) -> str:
        """Where the names of its entries in the ledger begin; the payer and the kind of due follow."""
        return f"reversal:{self.pk}:"


class ProviderFact(models.Model):
    """What a provider said of money, as it was acted on: charged, given back, taken back, in złoty. Append-only.

    The raw notice lies among inbound events; this is what the proof of sums adds up (payments/money_proof.py). *source*
    says whether it came by itself («notice»), was asked for («asked»), or a clerk read it in the panel («clerk»).
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="facts", verbose_name="płatność")
    kind = models.CharField(
        "co",
        max_length=10,
        choices=[("paid", "pobrano"), ("refunded", "zwrócono"), ("reversed", "cofnięto")],
    )
    key = models.CharField("numer", max_length=80)
    amount = money_field("kwota")
    told_at = models.DateTimeField("kiedy", db_default=Now())
    source = models.CharField("skąd", max_length=60)

    class Meta:
        verbose_name = "zdarzenie operatora"
        verbose_name_plural = "zdarzenia operatorów"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["payment", "kind", "key"], name="provider_fact_once")]
        triggers = [pgtrigger.Protect(name="provider_fact_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"
