"""The ledger: append-only entries, and the trigger that keeps each instalment's sums from them."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from core.fields import money_field
from liabilities.models.liability import Instalment
from residents.models import Payer


class EntryKind(models.TextChoices):
    """The trade's names of what is entered."""

    ASSESSMENT = "assessment", "przypis"
    WRITE_OFF = "write_off", "odpis"
    PAYMENT = "payment", "wpłata"
    REFUND = "refund", "zwrot"
    TRANSFER = "transfer", "przeksięgowanie"
    INTEREST = "interest", "odsetki"
    SURCHARGE = "surcharge", "opłata dodatkowa"
    COSTS = "costs", "koszty upomnienia"
    CORRECTION = "correction", "storno"


class LedgerAccount(models.TextChoices):
    """What of a due an entry changes; `credit` is the payer's own money with the town (nadpłata)."""

    PRINCIPAL = "principal", "należność główna"
    INTEREST = "interest", "odsetki"
    SURCHARGE = "surcharge", "opłata dodatkowa"
    COSTS = "costs", "koszty upomnień"
    CREDIT = "credit", "nadpłata"


class LedgerEntry(models.Model):
    """One entry. A positive amount raises what the payer owes, a negative one lowers it, in złoty.

    Append-only: the database refuses UPDATE and DELETE; a mistake is mended by a counter-entry (storno) that names the
    entry it reverses. `value_on` is the day that the law counts (debit, authorisation), `booked_at` the moment of
    posting. `reference` says where it came from («payment:12», «import:3») and, with the instalment, the kind and the
    account, is unique: the same event is never posted twice.
    """

    payer = models.ForeignKey(Payer, models.PROTECT, related_name="entries", db_index=False, verbose_name="płatnik")
    instalment = models.ForeignKey(
        Instalment, models.PROTECT, null=True, blank=True, related_name="entries", verbose_name="rata"
    )
    kind = models.CharField("rodzaj wpisu", max_length=12, choices=EntryKind.choices)
    account = models.CharField("konto", max_length=10, choices=LedgerAccount.choices)
    amount = money_field("kwota")
    value_on = models.DateField("data wartości")
    booked_at = models.DateTimeField("zaksięgowano", db_default=Now())
    reference = models.CharField("podstawa", max_length=60)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name="storno wpisu"
    )

    class Meta:
        verbose_name = "wpis księgi"
        verbose_name_plural = "księga"
        indexes = [
            models.Index(fields=["payer", "booked_at"], name="ledger_entry_payer"),
            # Read by the account card: interest and surcharges are few beside principal.
            models.Index(
                fields=["payer"],
                name="ledger_entry_beside",
                include=["amount"],
                condition=models.Q(account__in=["interest", "surcharge"]),
            ),
            # Read by the payer's credit balance.
            models.Index(fields=["payer"], name="ledger_entry_credit", condition=models.Q(account="credit")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "instalment", "kind", "account", "payer"],
                nulls_distinct=False,
                name="ledger_entry_posted_once",
                violation_error_message="To zdarzenie jest już zaksięgowane.",
            ),
            models.CheckConstraint(
                name="ledger_entry_credit_has_no_instalment",
                condition=models.Q(account="credit", instalment__isnull=True)
                | (~models.Q(account="credit") & models.Q(instalment__isnull=False)),
                violation_error_message="Nadpłata należy do płatnika, nie do raty.",
            ),
            models.CheckConstraint(
                name="ledger_entry_sign_of_kind",
                condition=models.Q(kind__in=["assessment", "interest", "surcharge", "costs", "refund"], amount__gt=0)
                | models.Q(kind__in=["write_off", "payment"], amount__lt=0)
                | (models.Q(kind__in=["transfer", "correction"]) & ~models.Q(amount=0)),
                violation_error_message="Kwota ma zły znak dla tego rodzaju wpisu.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="ledger_entry_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="ledger_entry_keeps_instalment_sums",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="entered"),  # type: ignore[no-untyped-call]
                func="""
                    UPDATE liabilities_instalment AS i
                    SET assessed = i.assessed + s.assessed,
                        outstanding = i.outstanding + s.principal,
                        costs = i.costs + s.costs
                    FROM (
                        SELECT instalment_id,
                            COALESCE(sum(amount) FILTER (WHERE account = 'principal' AND
                                CASE WHEN reverses_id IS NULL THEN kind ELSE (
                                    SELECT r.kind FROM liabilities_ledgerentry AS r WHERE r.id = reverses_id
                                ) END IN ('assessment', 'write_off')), 0) AS assessed,
                            COALESCE(sum(amount) FILTER (WHERE account = 'principal'), 0) AS principal,
                            COALESCE(sum(amount) FILTER (WHERE account = 'costs'), 0) AS costs
                        FROM entered WHERE instalment_id IS NOT NULL GROUP BY instalment_id
                    ) AS s
                    WHERE i.id = s.instalment_id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} ({self.reference})"
