"""Figures that time changes: interest rates, fees, days off, readings of the law, each dated and with its source.

Beside them what the bank of issue says of its own rates, to see whether ours are up to date.
"""

from django.db import models

from core.fields import money_field
from liabilities.regimes import REGIME_LABELS, Regime


class InterestRate(models.Model):
    """A yearly rate of interest in per cent, from a day on, under one regime."""

    regime = models.CharField(
        "odsetki", max_length=12, choices=[(regime.value, REGIME_LABELS[regime]) for regime in Regime]
    )
    valid_from = models.DateField("od dnia")
    percent = models.DecimalField("stopa (% rocznie)", max_digits=5, decimal_places=2)
    source = models.CharField("źródło", max_length=120, blank=True, default="")

    class Meta:
        verbose_name = "stopa odsetek"
        verbose_name_plural = "stopy odsetek"
        ordering = ["regime", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["regime", "valid_from"],
                name="interest_rate_once_a_day",
                violation_error_message="Na ten dzień jest już stopa tych odsetek.",
            ),
            models.CheckConstraint(
                name="interest_rate_not_negative",
                condition=models.Q(percent__gte=0),
                violation_error_message="Stopa nie może być ujemna.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_regime_display()}: {self.percent}% od {self.valid_from:%d.%m.%Y}"


class FeeKind(models.TextChoices):
    """Dated sums that the law sets."""

    MINIMUM_INTEREST = "minimum_interest", "próg, do którego odsetek się nie nalicza"
    REMINDER_LETTER = "reminder_letter", "koszty upomnienia"
    PROLONGATION_PERCENT = "prolongation_percent", "opłata prolongacyjna (% stawki odsetek za zwłokę)"


class Fee(models.Model):
    """A sum set by law, in złoty, from a day on (a missing day: since ever).

    The prolongation fee of a town's own taxes is there by a resolution of its council only, as per cent of the rate of
    interest, at most 50 (Ordynacja podatkowa art. 57 § 2 and 7): without a row there is none.
    """

    kind = models.CharField("opłata", max_length=20, choices=FeeKind.choices)
    valid_from = models.DateField("od dnia", null=True, blank=True)
    amount = money_field("kwota")
    source = models.CharField("źródło", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "opłata ustawowa"
        verbose_name_plural = "opłaty ustawowe"
        ordering = ["kind", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "valid_from"], nulls_distinct=False, name="fee_once_a_day"),
            models.CheckConstraint(
                name="fee_prolongation_at_most_half",
                condition=~models.Q(kind="prolongation_percent") | models.Q(amount__gte=0, amount__lte=50),
                violation_error_message="Opłata prolongacyjna to najwyżej 50% stawki odsetek (art. 57 § 2 i 7 OP).",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.amount}"


class Holiday(models.Model):
    """A statutory day off of every year from the first to the last one given: «12-24», or days after Easter."""

    day = models.CharField(
        "dzień",
        max_length=10,
        help_text="Miesiąc i dzień, na przykład 12-24, albo liczba dni po Wielkanocy, na przykład easter+60.",
    )
    valid_from = models.PositiveSmallIntegerField("od roku")
    valid_to = models.PositiveSmallIntegerField("do roku", null=True, blank=True)
    name = models.CharField("nazwa", max_length=100)
    source = models.CharField("źródło", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "dzień wolny od pracy"
        verbose_name_plural = "dni wolne od pracy"
        ordering = ["day", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["day", "valid_from"], name="holiday_once"),
            models.CheckConstraint(
                name="holiday_readable",
                # No 29 February: a day off is one of every year.
                condition=models.Q(
                    day__regex=r"^(easter\+[0-9]{1,3}|(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))$"
                ),
                violation_error_message="Zapisz dzień jako 12-24 albo easter+60.",
            ),
            models.CheckConstraint(
                name="holiday_ends_after_it_begins",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                violation_error_message="Ostatni rok jest wcześniejszy niż pierwszy.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.day})"


class Question(models.TextChoices):
    """What the law leaves to practice, so that each town answers it."""

    MINIMUM_COMPARES = "minimum_compares", "Próg z art. 54 § 1 pkt 5 Ordynacji podatkowej porównuje się z odsetkami"
    ALCOHOL_TERMS = "alcohol_terms", "Termin opłaty za zezwolenie na alkohol, który wypada w dzień wolny"


class Reading(models.Model):
    """How this town reads a doubtful rule, from a day on (a missing day: since ever)."""

    question = models.CharField("co", max_length=20, choices=Question.choices)
    valid_from = models.DateField("od dnia", null=True, blank=True)
    answer = models.CharField(
        "jak",
        max_length=10,
        choices=[
            ("rounded", "zaokrąglonymi do pełnych złotych"),
            ("exact", "dokładnymi, przed zaokrągleniem"),
            ("moves", "przesuwa się na dzień roboczy"),
            ("stays", "nie przesuwa się"),
        ],
    )
    source = models.CharField("podstawa", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "wykładnia przepisu"
        verbose_name_plural = "wykładnia przepisów"
        ordering = ["question", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["question", "valid_from"], nulls_distinct=False, name="reading_once_a_day"),
            models.CheckConstraint(
                name="reading_answers_its_question",
                condition=models.Q(question=Question.MINIMUM_COMPARES, answer__in=["rounded", "exact"])
                | models.Q(question=Question.ALCOHOL_TERMS, answer__in=["moves", "stays"]),
                violation_error_message="Ta odpowiedź nie należy do tego pytania.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_question_display()}: {self.get_answer_display()}"


class BankRate(models.Model):
    """The rates of the National Bank of Poland in force from a day, as its published archive says them (per cent).

    `seen_at` is when the archive last said so. Our own tables follow only when staff enter what Monitor Polski says.
    """

    valid_from = models.DateField("od dnia", unique=True)
    reference = models.DecimalField("stopa referencyjna (%)", max_digits=5, decimal_places=2)
    lombard = models.DecimalField("stopa lombardowa (%)", max_digits=5, decimal_places=2)
    seen_at = models.DateTimeField("odczytano")

    class Meta:
        verbose_name = "stopa NBP"
        verbose_name_plural = "stopy NBP"
        ordering = ["valid_from"]

    def __str__(self) -> str:
        return f"NBP od {self.valid_from:%d.%m.%Y}: {self.reference}% i {self.lombard}%"
