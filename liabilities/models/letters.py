"""Dunning letters (upomnienia): runs, letters with what they demanded, their service, what was skipped and why."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.fields import SealedBinaryField, SealedTextField, money_field
from liabilities.letter_rules import SKIP_LABELS, Skip, sign_of
from liabilities.models.liability import Instalment
from residents.models import Payer


class RunState(models.TextChoices):
    """Where a run of letters is."""

    WORKING = "working", "w toku"
    PAUSED = "paused", "wstrzymana"
    DONE = "done", "gotowa"


class LetterRun(models.Model):
    """One making of letters in bulk, as the treasurer ordered it. The row is the order: whoever works on it may be
    killed at any line, and the next one goes on where it was.

    Interest is counted to `issued_on`, whose day also decides the cost; `least` is the sum up to which letters wait,
    `wait_days` the time that an information action is given, `total` how many addressees there were at the start.
    """

    issued_on = models.DateField("dzień wystawienia")
    kinds = models.JSONField("rodzaje należności", default=list)
    overdue_days = models.PositiveSmallIntegerField("dni po terminie")
    wait_days = models.PositiveSmallIntegerField("dni na działanie informacyjne")
    least = money_field("próg")
    cost = money_field("koszty upomnienia")
    signer = models.CharField("podpisuje", max_length=120)
    state = models.CharField("stan", max_length=8, choices=RunState.choices, default=RunState.WORKING)
    total = models.PositiveIntegerField("adresatów", default=0)
    started_at = models.DateTimeField("rozpoczęto", db_default=Now())
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="zlecił(a)"
    )
    finished_at = models.DateTimeField("zakończono", null=True, blank=True)

    class Meta:
        verbose_name = "seria upomnień"
        verbose_name_plural = "serie upomnień"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="letter_run_finished_iff_done",
                condition=models.Q(state="done", finished_at__isnull=False)
                | (~models.Q(state="done") & models.Q(finished_at__isnull=True)),
                violation_error_message="Zakończona seria ma chwilę zakończenia.",
            ),
            models.CheckConstraint(
                name="letter_run_cost_above_zero",
                condition=models.Q(cost__gt=0, least__gte=0),
                violation_error_message="Koszty upomnienia muszą być większe od zera.",
            ),
        ]

    def __str__(self) -> str:
        return f"seria nr {self.pk} z {self.issued_on:%d.%m.%Y}"


class LetterAddressee(models.Model):
    """Somebody whose dues a run has yet to look at, in postal order; gone once it did."""

    run = models.ForeignKey(LetterRun, models.CASCADE, related_name="addressees", db_index=False)
    place = models.PositiveIntegerField()
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = "adresat serii"
        verbose_name_plural = "adresaci serii"
        constraints = [models.UniqueConstraint(fields=["run", "place"], name="letter_addressee_once")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.place}"


class Outcome(models.TextChoices):
    """What became of a letter."""

    WAITING = "waiting", "nie wiadomo"
    SERVED = "served", "doręczone"
    FICTION = "fiction", "doręczone zastępczo (art. 44 k.p.a.)"
    REFUSED = "refused", "odmowa przyjęcia (art. 47 k.p.a.)"
    RETURNED = "returned", "zwrócone, niedoręczone"
    VOID = "void", "unieważnione"


SERVED = frozenset({Outcome.SERVED, Outcome.FICTION, Outcome.REFUSED})
LIVE = SERVED | {Outcome.WAITING}


class Way(models.TextChoices):
    """How a letter went."""

    POST = "post", "poczta"
    EDELIVERY = "edelivery", "e-Doręczenia"
    MESSENGER = "messenger", "pracownik urzędu"


class DunningLetter(models.Model):
    """One numbered letter to one payer, with what it demanded as of its day, in złoty.

    A number is given once, in the transaction that makes the letter, next to the last one of its year: what is not
    made has none, and a made letter is never deleted, only made void with a reason. `content` is what stands on it,
    as JSON; `outcome` and `outcome_on` say what became of it (the day of service, of refusal, of return).
    """

    run = models.ForeignKey(LetterRun, models.PROTECT, related_name="letters", db_index=False, verbose_name="seria")
    place = models.PositiveIntegerField("kolejność pocztowa")
    year = models.PositiveSmallIntegerField("rok")
    number = models.PositiveIntegerField("numer")
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="dunning_letters", verbose_name="płatnik")
    issued_on = models.DateField("dzień wystawienia")
    principal = money_field("należność główna")
    interest = money_field("odsetki")
    cost = money_field("koszty upomnienia")
    content = SealedTextField("treść")
    problem = models.CharField("kłopot", max_length=120, blank=True, default="", db_default="")
    way = models.CharField("droga", max_length=10, choices=Way.choices, blank=True, default="", db_default="")
    outcome = models.CharField(
        "wynik", max_length=8, choices=Outcome.choices, default=Outcome.WAITING, db_default=Outcome.WAITING
    )
    outcome_on = models.DateField("dzień", null=True, blank=True)
    outcome_why = models.CharField("uwagi", max_length=200, blank=True, default="", db_default="")
    outcome_by = models.CharField("zapisał(a)", max_length=150, blank=True, default="", db_default="")

    class Meta:
        verbose_name = "upomnienie"
        verbose_name_plural = "rejestr upomnień"
        ordering = ["-year", "-number"]
        indexes = [
            # Read by the list of what waits for a date of service.
            models.Index(fields=["issued_on"], name="dunning_letter_waiting", condition=models.Q(outcome="waiting"))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "number"],
                name="dunning_letter_number_once",
                violation_error_message="Upomnienie z tym numerem już jest.",
            ),
            models.UniqueConstraint(fields=["run", "place"], name="dunning_letter_place_once"),
            models.CheckConstraint(
                name="dunning_letter_number_from_one",
                condition=models.Q(number__gte=1),
                violation_error_message="Numery zaczynają się od 1.",
            ),
            models.CheckConstraint(
                name="dunning_letter_demands_something",
                condition=models.Q(principal__gt=0, interest__gte=0, cost__gt=0),
                violation_error_message="Upomnienie musi czegoś żądać.",
            ),
            models.CheckConstraint(
                name="dunning_letter_outcome_has_its_day",
                condition=models.Q(outcome="waiting", outcome_on__isnull=True)
                | (
                    models.Q(outcome__in=[one.value for one in Outcome if one is not Outcome.WAITING])
                    & models.Q(outcome_on__gte=models.F("issued_on"))
                ),
                violation_error_message="Wynik ma swój dzień, nie wcześniejszy niż dzień wystawienia.",
            ),
            models.CheckConstraint(
                name="dunning_letter_void_for_a_reason",
                condition=~models.Q(outcome="void") | ~models.Q(outcome_why=""),
                violation_error_message="Unieważnione upomnienie ma powód.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="dunning_letter_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="dunning_letter_number_stays",
                fields=["run", "place", "year", "number", "payer", "issued_on", "principal", "interest", "cost"],
            ),
        ]

    def __str__(self) -> str:
        return self.sign

    @property
    def sign(self) -> str:
        """Its number as it is written («UP/2026/000123»)."""
        return sign_of(self.year, self.number)

    @property
    def is_served(self) -> bool:
        """Whether it was served, be it by law."""
        return self.outcome in SERVED


class LetterLine(models.Model):
    """A due on a letter, in złoty as of its day. `is_live` ends when the letter is void or came back: the due may then
    be dunned again. A payer is never dunned twice of one due at a time. `handed_on` is the day on which the case went
    into a file for writs (liabilities/writ_cases.py).
    """

    letter = models.ForeignKey(DunningLetter, models.PROTECT, related_name="lines", verbose_name="upomnienie")
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="+", db_index=False, verbose_name="płatnik")
    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="letter_lines", verbose_name="rata")
    principal = money_field("należność główna")
    interest = money_field("odsetki")
    is_live = models.BooleanField("obowiązuje", default=True)
    handed_on = models.DateField("przekazano do tytułu", null=True, blank=True)

    class Meta:
        verbose_name = "pozycja upomnienia"
        verbose_name_plural = "pozycje upomnień"
        constraints = [
            models.UniqueConstraint(
                fields=["payer", "instalment"],
                condition=models.Q(is_live=True),
                name="letter_line_dunned_once",
                violation_error_message="O tej racie ten płatnik jest już upomniany.",
            ),
            models.CheckConstraint(
                name="letter_line_positive",
                condition=models.Q(principal__gt=0, interest__gte=0),
                violation_error_message="Pozycja upomnienia musi być dodatnia.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter}: {self.instalment}"


class LetterFile(models.Model):
    """The letter itself (PDF/UA), sealed: what was sent is what is shown."""

    letter = models.OneToOneField(DunningLetter, models.PROTECT, related_name="file", verbose_name="upomnienie")
    body = SealedBinaryField("treść")
    sha256 = models.CharField("SHA-256", max_length=64)
    made_at = models.DateTimeField("zrobiono", db_default=Now())

    class Meta:
        verbose_name = "pismo"
        verbose_name_plural = "pisma"

    def __str__(self) -> str:
        return f"pismo {self.letter_id}"


class LetterSkip(models.Model):
    """What a run left out, and why: one due of a payer, or – without an instalment – all of them."""

    run = models.ForeignKey(LetterRun, models.CASCADE, related_name="skips", db_index=False, verbose_name="seria")
    payer = models.ForeignKey(Payer, models.PROTECT, related_name="+", db_index=False, verbose_name="płatnik")
    instalment = models.ForeignKey(
        Instalment, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="rata"
    )
    reason = models.CharField("powód", max_length=12, choices=[(one.value, SKIP_LABELS[one]) for one in Skip])
    words = models.CharField("szczegóły", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "pominięta należność"
        verbose_name_plural = "pominięte należności"
        indexes = [models.Index(fields=["run", "reason"], name="letter_skip_run")]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.payer}"


class HoldReason(models.TextChoices):
    """Why nothing is collected for a while."""

    DISPUTE = "dispute", "sporna: odwołanie, skarga albo zarzut"
    SUSPENDED = "suspended", "wstrzymane wykonanie decyzji (OP art. 239f)"
    RELIEF = "relief", "wniosek o ulgę w toku"
    OTHER = "other", "inny powód"


class CollectionHold(models.Model):
    """A time in which an instalment is not dunned and no writ is made; interest runs on. Ended by its last day or by a
    clerk (`ended_on`), never deleted.
    """

    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="holds", verbose_name="rata")
    reason = models.CharField("powód", max_length=10, choices=HoldReason.choices)
    note = models.CharField("sprawa", max_length=120)
    from_on = models.DateField("od dnia")
    until_on = models.DateField("do dnia", null=True, blank=True)
    ended_on = models.DateField("zakończono", null=True, blank=True)
    recorded_by = models.CharField("zapisał(a)", max_length=150)

    class Meta:
        verbose_name = "wstrzymanie windykacji"
        verbose_name_plural = "wstrzymania windykacji"
        ordering = ["-from_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="collection_hold_ends_after_it_begins",
                condition=(models.Q(until_on__isnull=True) | models.Q(until_on__gte=models.F("from_on")))
                & (models.Q(ended_on__isnull=True) | models.Q(ended_on__gte=models.F("from_on"))),
                violation_error_message="Koniec jest wcześniejszy niż początek.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.note}"
