"""The ledger: append-only entries, and the trigger that keeps each instalment's sums from them."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from core.fields import money_field
from liabilities.models.liability import DueKind, Instalment
from residents.models import Payer


class EntryKind(models.TextChoices):
    """The trade's names of what is entered."""

    ASSESSMENT = "assessment", "przypis"
    WRITE_OFF = "write_off", "odpis"
    PAYMENT = "payment", "wpłata"
    REFUND = "refund", "zwrot"
    TRANSFER = "transfer", "przeksięgowanie"
    INTEREST = "interest", "odsetki"
    SURCHARGE = "surcharge", "opłata podwyższona 30%"
    COSTS = "costs", "koszty upomnienia"
    PROLONGATION = "prolongation", "opłata prolongacyjna"
    SET_OFF = "set_off", "zaliczenie nadpłaty"
    REMISSION = "remission", "umorzenie"
    CORRECTION = "correction", "storno"


class LedgerAccount(models.TextChoices):
    """What of a due an entry changes; `credit` is the payer's own money with the town (nadpłata)."""

    PRINCIPAL = "principal", "należność główna"
    INTEREST = "interest", "odsetki"
    SURCHARGE = "surcharge", "opłata podwyższona 30%"
    COSTS = "costs", "koszty upomnień"
    FEE = "fee", "opłata prolongacyjna"
    CREDIT = "credit", "nadpłata"


class LedgerEntry(models.Model):
    """One entry. A positive amount raises what the payer owes, a negative one lowers it, in złoty.

    Append-only: the database refuses UPDATE and DELETE; a mistake is mended by a counter-entry (storno) that names the
    entry it reverses. `value_on` is the day that the law counts (debit, authorisation), `booked_at` the moment of
    posting. `reference` says where it came from («payment:12», «import:3») and, with the instalment, the kind and the
    account, is unique: the same event is never posted twice. An entry on a due stands with the payer whom the due names
    first; a credit with its owner, and says by `due_kind` from what kind of due it came: regimes do not mix.
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
    due_kind = models.ForeignKey(
        DueKind, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="nadpłata z"
    )
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        db_index=False,
        verbose_name="storno wpisu",
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
                condition=models.Q(account__in=["interest", "surcharge", "fee"]),
            ),
            # Read by the payer's credit balance.
            models.Index(fields=["payer"], name="ledger_entry_credit", condition=models.Q(account="credit")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "instalment", "kind", "account", "payer", "due_kind"],
                nulls_distinct=False,
                name="ledger_entry_posted_once",
                violation_error_message="To zdarzenie jest już zaksięgowane.",
            ),
            # With its condition: few entries are counter-entries, and an index of all would be written for each.
            models.UniqueConstraint(
                fields=["reverses"],
                condition=models.Q(reverses__isnull=False),
                name="ledger_entry_reversed_once",
                violation_error_message="Ten wpis jest już wystornowany.",
            ),
            models.CheckConstraint(
                name="ledger_entry_credit_has_no_instalment",
                condition=models.Q(account="credit", instalment__isnull=True)
                | (~models.Q(account="credit") & models.Q(instalment__isnull=False)),
                violation_error_message="Nadpłata należy do płatnika, nie do raty.",
            ),
            models.CheckConstraint(
                name="ledger_entry_due_kind_is_a_credits",
                condition=models.Q(due_kind__isnull=True) | models.Q(account="credit"),
                violation_error_message="Rodzaj należności zapisuje się tylko przy nadpłacie.",
            ),
            models.CheckConstraint(
                name="ledger_entry_correction_names_another",
                condition=models.Q(kind="correction", reverses__isnull=False)
                | (~models.Q(kind="correction") & models.Q(reverses__isnull=True)),
                violation_error_message="Storno wskazuje wpis, który odwraca; inne wpisy żadnego.",
            ),
            models.CheckConstraint(
                name="ledger_entry_sign_of_kind",
                condition=models.Q(
                    kind__in=["assessment", "interest", "surcharge", "costs", "prolongation", "refund"], amount__gt=0
                )
                | models.Q(kind__in=["write_off", "remission", "payment"], amount__lt=0)
                | (models.Q(kind__in=["transfer", "set_off", "correction"]) & ~models.Q(amount=0)),
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
                        costs = i.costs + s.costs,
                        booked_interest = i.booked_interest + s.interest,
                        fee = i.fee + s.fee
                    FROM (
                        SELECT instalment_id,
                            COALESCE(sum(amount) FILTER (WHERE account = 'principal' AND
                                CASE WHEN reverses_id IS NULL THEN kind ELSE (
                                    SELECT r.kind FROM liabilities_ledgerentry AS r WHERE r.id = entered.reverses_id
                                ) END IN ('assessment', 'write_off', 'remission', 'transfer')), 0) AS assessed,
                            COALESCE(sum(amount) FILTER (WHERE account = 'principal'), 0) AS principal,
                            COALESCE(sum(amount) FILTER (WHERE account = 'costs'), 0) AS costs,
                            COALESCE(sum(amount) FILTER (WHERE account = 'interest'), 0) AS interest,
                            COALESCE(sum(amount) FILTER (WHERE account = 'fee'), 0) AS fee
                        FROM entered WHERE instalment_id IS NOT NULL GROUP BY instalment_id
                    ) AS s
                    WHERE i.id = s.instalment_id;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="ledger_entry_credit_not_negative",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="entered"),  # type: ignore[no-untyped-call]
                func="""
                    IF EXISTS (
                        SELECT FROM (
                            SELECT DISTINCT payer_id, due_kind_id FROM entered WHERE account = 'credit' AND amount > 0
                        ) AS u
                        JOIN liabilities_ledgerentry AS e ON e.payer_id = u.payer_id AND e.account = 'credit'
                            AND e.due_kind_id IS NOT DISTINCT FROM u.due_kind_id
                        GROUP BY u.payer_id, u.due_kind_id HAVING sum(e.amount) > 0
                    ) THEN
                        RAISE EXCEPTION 'ledger_entry_credit_not_negative' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} ({self.reference})"
