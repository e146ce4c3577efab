"""What is owed: a liability and its instalments."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models.functions import Now, Upper

from core.fields import money_field
from liabilities.models.imports import ImportRun
from liabilities.regimes import REGIME_LABELS, Regime
from residents.models import Payer


def bare_number(column: str) -> models.Func:
    """A number of *column* without its separators, in Latin capitals and digits: «FN.3120.1.2026» is «FN312012026»."""
    capitals = models.Func(Upper(column), models.Value("ĄĆĘŁŃÓŚŹŻ"), models.Value("ACELNOSZZ"), function="translate")
    return models.Func(
        capitals,
        models.Value("[^A-Z0-9]"),
        models.Value(""),
        models.Value("g"),
        function="regexp_replace",
        output_field=models.TextField(),
    )


class DueKind(models.Model):
    """A kind of due (column `rodzaj` of a dues file; codes are stable for ever) and the law that rules it."""

    code = models.CharField("kod", max_length=30, primary_key=True)
    name = models.CharField("nazwa", max_length=100)
    regime = models.CharField(
        "odsetki według", max_length=12, choices=[(regime.value, REGIME_LABELS[regime]) for regime in Regime]
    )
    topic_code = models.CharField("rodzaj powiadomień", max_length=40)
    limitation_years = models.PositiveSmallIntegerField(
        "przedawnienie (lata)",
        default=5,
        help_text="5: Ordynacja podatkowa art. 70 § 1; 3: okresowe i z działalności, 6: inne (art. 118 k.c.).",
    )

    class Meta:
        verbose_name = "rodzaj należności"
        verbose_name_plural = "rodzaje należności"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="due_kind_limitation_of_the_law",
                condition=models.Q(limitation_years__gte=1, limitation_years__lte=10),
                violation_error_message="Przedawnienie trwa od roku do 10 lat.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Liability(models.Model):
    """A due (należność) of one payer: a year's property tax, a lease, a waste fee. Its instalments hold the sums."""

    payer = models.ForeignKey(Payer, models.PROTECT, related_name="liabilities", db_index=False, verbose_name="płatnik")
    kind = models.ForeignKey(DueKind, models.PROTECT, related_name="+", db_index=False, verbose_name="rodzaj")
    title = models.CharField("tytuł", max_length=200)
    year = models.PositiveSmallIntegerField("rok")
    source = models.CharField("system źródłowy", max_length=40)
    registered_at = models.DateTimeField("zarejestrowano", db_default=Now())

    class Meta:
        verbose_name = "należność"
        verbose_name_plural = "należności"
        constraints = [
            models.UniqueConstraint(
                fields=["payer", "kind", "year", "title", "source"], name="liability_once_per_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.year})"

    @classmethod
    def borne_by(
        cls, payer_ids: "Collection[int] | models.QuerySet[Payer, int]"
    ) -> "models.QuerySet[Liability, dict[str, int]]":
        """The keys of liabilities that any of these payers owes: a union, so that each half reads its index."""
        first = cls.objects.filter(payer_id__in=payer_ids).order_by().values("pk")
        joint = cls.objects.filter(bearers__payer_id__in=payer_ids).order_by().values("pk")
        return first.union(joint)


class InstalmentQuerySet(models.QuerySet["Instalment"]):
    """Words for instalments."""

    def open(self) -> Self:
        """With something left to pay."""
        return self.filter(outstanding__gt=0)

    def overdue(self, on: date) -> Self:
        """Open, and its last day to pay is past."""
        return self.open().filter(payable_by__lt=on)

    def for_payer(self, payer_id: int) -> Self:
        """Of one payer, also those owed jointly with others."""
        return self.borne_by([payer_id])

    def borne_by(self, payer_ids: "Collection[int] | models.QuerySet[Payer, int]") -> Self:
        """Of liabilities that any of these payers owes, alone or jointly with others."""
        return self.filter(liability_id__in=Liability.borne_by(payer_ids))


class Instalment(models.Model):
    """One instalment (rata) of a liability, with its term and what is left of it.

    `due_on` is the term in the decision, `payable_by` the day to which the law moves it. `assessed`, `outstanding`,
    `costs`, `booked_interest` and `fee` (opłata prolongacyjna) are kept by a trigger from the ledger
    (liabilities/models/ledger.py): nobody writes them by hand. Under a `decision` that deferred it or made it of an
    arrear spread over instalments, interest stands still at what was booked while `payable_by` is kept;
    `accrues_after` is the first term, from which interest counts once it is not (OP art. 49 § 2).
    `source_assessed`, `source_paid` and `as_of` are what the finance system said last and when it knew it; `version`
    is its own count of a row's changes. `source_interest` is kept of sources that compute interest themselves.
    """

    liability = models.ForeignKey(Liability, models.PROTECT, related_name="instalments", verbose_name="należność")
    source = models.CharField("system źródłowy", max_length=40)
    external_id = models.CharField("klucz w systemie źródłowym", max_length=64)
    number = models.PositiveSmallIntegerField("rata")
    due_on = models.DateField("termin")
    payable_by = models.DateField("płatne do")
    account = models.CharField("rachunek", max_length=26)
    assessed = money_field("przypis", default=Decimal(0), editable=False)
    outstanding = money_field("pozostało", default=Decimal(0), editable=False)
    costs = money_field("koszty upomnień", default=Decimal(0), editable=False)
    booked_interest = money_field("odsetki z decyzji", default=Decimal(0), db_default=Decimal(0), editable=False)
    fee = money_field("opłata prolongacyjna", default=Decimal(0), db_default=Decimal(0), editable=False)
    accrues_after = models.DateField("pierwotny termin", null=True, blank=True)
    decision = models.ForeignKey(
        "liabilities.Decision",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="instalments",
        db_index=False,
        verbose_name="z decyzji",
    )
    source_assessed = money_field("przypis według systemu", default=Decimal(0), db_default=Decimal(0))
    source_paid = money_field("wpłacono według systemu", default=Decimal(0))
    as_of = models.DateTimeField("stan na")
    changed_in = models.ForeignKey(
        ImportRun, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="z importu"
    )
    version = models.BigIntegerField("wersja w systemie źródłowym", null=True, blank=True)
    is_annulled = models.BooleanField("anulowana", default=False, db_default=False)
    source_interest = money_field("odsetki według systemu", null=True, blank=True)
    source_interest_on = models.DateField("odsetki na dzień", null=True, blank=True)
    decision_no = models.CharField("numer decyzji", max_length=60, blank=True, default="", db_default="")
    decision_served_on = models.DateField("decyzję doręczono", null=True, blank=True)

    objects = InstalmentQuerySet.as_manager()

    class Meta:
        verbose_name = "rata"
        verbose_name_plural = "raty"
        indexes = [
            # Read by reminders and lists of open dues.
            models.Index(fields=["payable_by"], name="instalment_open", condition=models.Q(outstanding__gt=0)),
            # Read by the decision's card: few instalments have one.
            models.Index(
                fields=["decision"], name="instalment_of_decision", condition=models.Q(decision__isnull=False)
            ),
            # Read by the matching of bank transfers: decisions as people write them in a title.
            models.Index(bare_number("decision_no"), name="instalment_decision", condition=~models.Q(decision_no="")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="instalment_external_id_once"),
            models.CheckConstraint(
                name="instalment_outstanding_not_negative",
                condition=models.Q(outstanding__gte=0),
                violation_error_message="Nie można zapłacić więcej, niż pozostało: nadpłata idzie na konto płatnika.",
            ),
            models.CheckConstraint(
                name="instalment_costs_not_negative",
                condition=models.Q(costs__gte=0),
                violation_error_message="Koszty upomnień nie mogą być ujemne.",
            ),
            models.CheckConstraint(
                name="instalment_interest_and_fee_not_negative",
                condition=models.Q(booked_interest__gte=0, fee__gte=0),
                violation_error_message="Odsetki i opłata prolongacyjna nie mogą być ujemne.",
            ),
            models.CheckConstraint(
                name="instalment_first_term_of_a_decision",
                condition=models.Q(accrues_after__isnull=True)
                | models.Q(decision__isnull=False, payable_by__gt=models.F("accrues_after")),
                violation_error_message="Nowy termin z decyzji jest późniejszy niż pierwotny.",
            ),
            models.CheckConstraint(
                name="instalment_payable_not_before_due",
                condition=models.Q(payable_by__gte=models.F("due_on")),
                violation_error_message="Termin przesuwa się tylko naprzód.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.liability}, rata {self.number}"
