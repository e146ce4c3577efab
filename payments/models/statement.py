"""Bank statements: the raw file, what it says, and where each entry's money went."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.fields import SealedBinaryField, SealedTextField, money_field
from payments.entry_states import CHAIN_LABELS, ENTRY_LABELS, RULE_LABELS, Chain, EntryState
from residents.models import Payer

RAW = (
    *("statement_id", "line", "mark", "amount", "booked_on", "value_on"),
    *("paid_on", "sender", "credited", "reference"),
)


class StatementFile(models.Model):
    """One file that came from a bank, kept as it was before anybody acts on it; the same file again is the same row.

    Its bytes lie in StatementBlock. `handled_at` is empty until every statement of it is in.
    """

    sha256 = models.CharField("SHA-256 pliku", max_length=64, unique=True)
    name = models.CharField("plik", max_length=200)
    form = models.CharField("format", max_length=10)
    size = models.BigIntegerField("bajtów")
    received_at = models.DateTimeField("wczytano", db_default=Now())
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="wczytał(a)"
    )
    handled_at = models.DateTimeField("odczytano", null=True, blank=True)

    class Meta:
        verbose_name = "plik z banku"
        verbose_name_plural = "pliki z banku"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name


class StatementBlock(models.Model):
    """A piece of a file, packed and sealed: a file of any size is written and read with little memory."""

    file = models.ForeignKey(StatementFile, models.CASCADE, related_name="blocks", verbose_name="plik")
    number = models.PositiveIntegerField("kolejność")
    body = SealedBinaryField("treść")

    class Meta:
        verbose_name = "część pliku"
        verbose_name_plural = "części plików"
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="statement_block_once")]

    def __str__(self) -> str:
        return f"część {self.number} pliku {self.file_id}"


class StatementProblem(models.Model):
    """What of a file could not be used: where, and how to mend it."""

    file = models.ForeignKey(StatementFile, models.CASCADE, related_name="problems", verbose_name="plik")
    line = models.PositiveIntegerField("wiersz")
    code = models.CharField("kod", max_length=40)
    message = models.CharField("co jest nie tak", max_length=500)

    class Meta:
        verbose_name = "błąd w pliku z banku"
        verbose_name_plural = "błędy w plikach z banku"
        ordering = ["file", "line", "pk"]

    def __str__(self) -> str:
        return f"wiersz {self.line}: {self.message}"


class BankStatement(models.Model):
    """One statement of one account: opening + entries = closing, and closing is the opening of the next one.

    A statement that does not follow is kept with its entries and posts nothing until it does, or until the treasurer
    decides. A report of mass payments has no balances, only entries.
    """

    file = models.ForeignKey(StatementFile, models.PROTECT, related_name="statements", verbose_name="plik")
    account = models.CharField("rachunek", max_length=34)
    number = models.CharField("numer", max_length=35, blank=True)
    currency = models.CharField("waluta", max_length=3)
    opened_on = models.DateField("saldo początkowe z dnia")
    closed_on = models.DateField("saldo końcowe z dnia")
    opening = money_field("saldo początkowe", null=True, blank=True)
    closing = money_field("saldo końcowe", null=True, blank=True)
    entries = models.PositiveIntegerField("pozycji", default=0)
    credits = money_field("wpływy", default=0)
    debits = money_field("wypłaty", default=0)
    digest = models.CharField("skrót treści", max_length=64, blank=True, default="")
    seen_in = models.ManyToManyField(
        StatementFile, related_name="seen", blank=True, verbose_name="przyszedł też w plikach"
    )
    chain = models.CharField(
        "stan",
        max_length=10,
        choices=[(one.value, label) for one, label in CHAIN_LABELS.items()],
        default=Chain.CHAINED,
    )
    reason = models.CharField("dlaczego", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "wyciąg bankowy"
        verbose_name_plural = "wyciągi bankowe"
        ordering = ["-closed_on", "-pk"]
        indexes = [models.Index(fields=["account", "-closed_on", "-id"], name="bank_statement_chain")]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "number", "closed_on"],
                condition=~models.Q(chain="rejected"),
                name="bank_statement_once",
                violation_error_message="Ten wyciąg jest już wczytany.",
            ),
            models.CheckConstraint(
                name="bank_statement_balances",
                condition=models.Q(opening__isnull=True, closing__isnull=True)
                | models.Q(closing=models.F("opening") + models.F("credits") - models.F("debits")),
                violation_error_message="Saldo początkowe i pozycje nie dają salda końcowego.",
            ),
        ]
        triggers = [
            # At the end of the transaction: while a file streams in, the sums are not known yet.
            pgtrigger.Trigger(
                name="bank_statement_adds_up",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("entries", "credits", "debits"),  # type: ignore[no-untyped-call]
                timing=pgtrigger.Deferred,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM payments_bankstatement AS s CROSS JOIN LATERAL (
                            SELECT count(*) AS entries,
                                COALESCE(sum(amount) FILTER (WHERE mark IN ('C', 'RD')), 0) AS credits,
                                COALESCE(sum(amount) FILTER (WHERE mark IN ('D', 'RC')), 0) AS debits
                            FROM payments_bankentry WHERE statement_id = s.id
                        ) AS e
                        WHERE s.id = NEW.id
                            AND (s.entries, s.credits, s.debits) IS NOT DISTINCT FROM (e.entries, e.credits, e.debits)
                    ) THEN RAISE EXCEPTION 'the entries of bank statement % do not add up to it', NEW.id; END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Protect(name="bank_statement_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"wyciąg {self.number} z {self.closed_on:%d.%m.%Y}, rachunek …{self.account[-4:]}"

    @property
    def is_parked(self) -> bool:
        """Whether its money waits because it does not follow the statement before it."""
        return self.chain in {Chain.GAP, Chain.OVERLAP}


class BankEntry(models.Model):
    """One transaction of a statement. What the bank said never changes; `state` says where the money stands.

    Its identity is account, statement and line, never its content: two equal transfers of one day are both real.
    `paid_on` is the day that the law counts (Ordynacja podatkowa art. 60 § 1 pkt 2: the debit of the payer's account;
    `paid_on_from` tells which of the bank's days it is), `settled_at` when the ledger or a clerk took it. `details`
    holds title, name and the bank's own text, sealed: people write a PESEL there. An entry that takes a posted one back
    `reverses` it.
    """

    statement = models.ForeignKey(
        BankStatement, models.PROTECT, related_name="lines", db_index=False, verbose_name="wyciąg"
    )
    line = models.PositiveIntegerField("pozycja")
    mark = models.CharField("strona", max_length=2)
    amount = money_field("kwota")
    booked_on = models.DateField("zaksięgowano w banku")
    value_on = models.DateField("data waluty")
    paid_on = models.DateField("dzień zapłaty")
    paid_on_from = models.CharField(
        "skąd dzień zapłaty",
        max_length=8,
        choices=[("debit", "obciążenie rachunku płatnika"), ("value", "data waluty"), ("booking", "data księgowania")],
    )
    code = models.CharField("kod banku", max_length=20, blank=True, default="")
    sender = models.CharField("rachunek drugiej strony", max_length=34, blank=True, default="")
    credited = models.CharField("rachunek wirtualny", max_length=34, blank=True, default="")
    reference = models.CharField("numer w banku", max_length=35, blank=True, default="")
    details = SealedTextField("opis", blank=True, default="")
    is_lump = models.BooleanField("zbiorcza", default=False)
    state = models.CharField(
        "stan",
        max_length=10,
        choices=[(one.value, label) for one, label in ENTRY_LABELS.items()],
        default=EntryState.NEW,
    )
    payer = models.ForeignKey(
        Payer,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bank_entries",
        db_index=False,
        verbose_name="płatnik",
    )
    rule = models.CharField(
        "dopasowano po",
        max_length=10,
        choices=[(one.value, label) for one, label in RULE_LABELS.items()],
        blank=True,
        default="",
    )
    posting = models.PositiveSmallIntegerField("które księgowanie", default=0)
    provider = models.CharField("operator", max_length=20, blank=True, default="")
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversed_by",
        db_index=False,
        verbose_name="cofa",
    )
    reason = models.CharField("wyjaśnienie", max_length=200, blank=True, default="")
    settled_at = models.DateTimeField("rozliczono", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="rozliczył(a)",
    )

    class Meta:
        verbose_name = "pozycja wyciągu"
        verbose_name_plural = "pozycje wyciągów"
        ordering = ["-pk"]
        indexes = [
            # Read by payments.bank_entries.match_entries, the worker of what is new.
            models.Index(fields=["id"], name="bank_entry_new", condition=models.Q(state="new")),
            # Read by the clerk's queue and the treasurer's list of the clearing account.
            models.Index(
                fields=["booked_on", "id"],
                name="bank_entry_clearing",
                condition=models.Q(state__in=["waiting", "payout"]),
            ),
            # Read by the proposals: who was paid for from this account before.
            models.Index(
                fields=["sender", "payer", "amount"], name="bank_entry_sender", condition=models.Q(state="posted")
            ),
            models.Index(
                fields=["payer", "-paid_on"], name="bank_entry_payer", condition=models.Q(payer__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["statement", "line"], name="bank_entry_once"),
            # With its condition: an index of all would be written anew for each entry, and hold nothing.
            models.UniqueConstraint(
                fields=["reverses"],
                condition=models.Q(reverses__isnull=False),
                name="bank_entry_reversed_once",
                violation_error_message="Tę pozycję cofa już inna.",
            ),
            models.CheckConstraint(name="bank_entry_amount_positive", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(name="bank_entry_known_mark", condition=models.Q(mark__in=["C", "D", "RC", "RD"])),
            models.CheckConstraint(
                name="bank_entry_posted_iff_paid_for",
                condition=models.Q(state="posted", settled_at__isnull=False)
                & (
                    models.Q(mark__in=["C", "RD"], payer__isnull=False, posting__gt=0)
                    | models.Q(mark__in=["D", "RC"], reverses__isnull=False)
                )
                | ~models.Q(state="posted") & models.Q(payer__isnull=True),
                violation_error_message="Zaksięgowana pozycja musi mieć płatnika, a inna nie może go mieć.",
            ),
            models.CheckConstraint(
                name="bank_entry_explained_with_reason",
                condition=~models.Q(state="explained") | (~models.Q(reason="") & models.Q(settled_at__isnull=False)),
                violation_error_message="Napisz, czego dotyczy ta pozycja.",
            ),
            models.CheckConstraint(
                name="bank_entry_payout_of_provider", condition=~models.Q(state="payout") | ~models.Q(provider="")
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="bank_entry_stays_as_the_bank_said",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"ROW({', '.join(f'OLD.{column}' for column in RAW)}) IS DISTINCT FROM"
                    f" ROW({', '.join(f'NEW.{column}' for column in RAW)})"
                ),
                func="RAISE EXCEPTION 'what the bank said of an entry never changes';",
            ),
            pgtrigger.Protect(name="bank_entry_stays", operation=pgtrigger.Delete),
            # A sum over both sides, not a join: the planner knows nothing of `became` and would compare each with each.
            pgtrigger.Trigger(
                name="bank_entry_posted_to_the_grosz",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(new="became"),  # type: ignore[no-untyped-call]
                func="""
                    IF EXISTS (
                        SELECT FROM (
                            SELECT id AS entry_id, amount FROM became WHERE state = 'posted' AND mark IN ('C', 'RD')
                            UNION ALL
                            SELECT split_part(e.reference, ':', 2)::bigint, e.amount + COALESCE(c.amount, 0)
                            FROM liabilities_ledgerentry AS e
                            LEFT JOIN liabilities_ledgerentry AS c ON c.reverses_id = e.id
                            WHERE e.kind = 'payment' AND e.reference = ANY (ARRAY(
                                SELECT 'bank:' || b.id || ':' || place
                                FROM became AS b CROSS JOIN generate_series(1, b.posting) AS place
                                WHERE b.state = 'posted' AND b.mark IN ('C', 'RD')
                            ))
                        ) AS told
                        GROUP BY entry_id
                        HAVING sum(amount) <> 0
                            AND NOT EXISTS (SELECT FROM payments_bankentry AS r WHERE r.reverses_id = entry_id)
                    ) THEN RAISE EXCEPTION 'an entry of a statement is posted with another sum in the ledger'; END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"pozycja {self.line}, {self.statement}"

    @property
    def ledger_reference(self) -> str:
        """The name under which the entry stands in the ledger; each new posting after a storno has its own."""
        return entry_reference(self.pk, self.posting)

    @property
    def is_incoming(self) -> bool:
        """Whether money came in."""
        return self.mark in {"C", "RD"}


def entry_reference(entry_id: int, posting: int) -> str:
    """The ledger's reference of an entry's *posting*, counted from 1."""
    return f"bank:{entry_id}:{posting}"
