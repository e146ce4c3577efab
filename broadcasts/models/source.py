"""What the sources of warnings told, and how each of them is."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from broadcasts.told import Sort
from core.models import InboundEvent


class SourceState(models.Model):
    """How one source is: when it was asked and last gave a whole answer, and what is wrong since when.

    `number` counts its different answers and `digest` is the newest one's: an answer that comes again is one event, one
    that comes back after another is a new one.
    """

    code = models.CharField("kod", max_length=20, unique=True)
    name = models.CharField("źródło", max_length=120)
    number = models.PositiveIntegerField(default=0, editable=False)
    digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    asked_at = models.DateTimeField("zapytano", null=True, blank=True)
    answered_at = models.DateTimeField("odpowiedziało", null=True, blank=True)
    failing_since = models.DateTimeField("nie działa od", null=True, blank=True)
    trouble = models.CharField("kłopot", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "źródło ostrzeżeń"
        verbose_name_plural = "źródła ostrzeżeń"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="source_state_failing_with_trouble",
                condition=models.Q(failing_since__isnull=True) | ~models.Q(trouble=""),
                violation_error_message="Źródło, które nie działa, musi mieć opis kłopotu.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class WarningState(models.TextChoices):
    """What became of a warning at its source."""

    CURRENT = "current", "obowiązuje"
    REPLACED = "replaced", "zmienione"
    CANCELLED = "cancelled", "odwołane"
    ENDED = "ended", "minęło"


SORT_WORDS = [(Sort.ALERT.value, "nowe"), (Sort.UPDATE.value, "zmiana"), (Sort.CANCEL.value, "odwołanie")]


class SourceWarning(models.Model):
    """One warning as a source told it at one time. A change is a row of its own, tied to the `first`.

    `digest` is of everything that it says. `concerns_town` is decided when it comes, by the town's settings of then;
    `alerted_at` is set once the officers on duty were sent word of it.
    """

    source = models.CharField("źródło", max_length=20)
    key = models.CharField("numer u źródła", max_length=400)
    digest = models.CharField("skrót", max_length=64)
    sort = models.CharField("co to jest", max_length=10, choices=SORT_WORDS)
    first = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="later", verbose_name="pierwsze ostrzeżenie"
    )
    event = models.CharField("zagrożenie", max_length=300)
    level = models.PositiveSmallIntegerField("stopień")
    headline = models.CharField("nagłówek", max_length=400, blank=True, default="")
    text = models.TextField("treść", blank=True, default="")
    instruction = models.TextField("zalecenia", blank=True, default="")
    publisher = models.CharField("wydał", max_length=300)
    published_at = models.DateTimeField("wydano")
    begins_at = models.DateTimeField("od")
    ends_at = models.DateTimeField("do", null=True, blank=True)
    codes = ArrayField(models.CharField(max_length=10), verbose_name="kody TERYT", default=list, blank=True)
    catchments = ArrayField(models.CharField(max_length=40), verbose_name="zlewnie", default=list, blank=True)
    places = ArrayField(models.TextField(), verbose_name="obszar", default=list, blank=True)
    severity = models.CharField("powaga", max_length=10)
    urgency = models.CharField("pilność", max_length=10)
    certainty = models.CharField("pewność", max_length=10)
    is_exercise = models.BooleanField("ćwiczenie", default=False)
    concerns_town = models.BooleanField("dotyczy gminy", default=False)
    state = models.CharField("stan", max_length=10, choices=WarningState.choices, default=WarningState.CURRENT)
    closed_at = models.DateTimeField("zakończono", null=True, blank=True)
    seen_at = models.DateTimeField("wpłynęło", db_default=Now())
    alerted_at = models.DateTimeField("powiadomiono dyżurnych", null=True, blank=True)
    arrived_in = models.ForeignKey(
        InboundEvent, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="odpowiedź źródła"
    )

    class Meta:
        verbose_name = "ostrzeżenie ze źródła"
        verbose_name_plural = "ostrzeżenia ze źródeł"
        ordering = ["-seen_at", "-pk"]
        indexes = [
            # Read at each answer of a source, and by the officers' list.
            models.Index(fields=["source"], name="source_warning_current", condition=models.Q(state="current")),
            models.Index(fields=["-seen_at"], name="source_warning_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "key", "digest"], name="source_warning_once"),
            models.CheckConstraint(
                name="source_warning_closed_at_iff_closed",
                condition=models.Q(state="current", closed_at__isnull=True)
                | (~models.Q(state="current") & models.Q(closed_at__isnull=False)),
                violation_error_message="Ostrzeżenie, które nie obowiązuje, musi mieć czas zakończenia.",
            ),
            models.CheckConstraint(
                name="source_warning_not_its_own_first",
                condition=models.Q(first__isnull=True) | ~models.Q(first=models.F("id")),
                violation_error_message="Ostrzeżenie nie może być pierwszym dla samego siebie.",
            ),
            models.CheckConstraint(name="source_warning_level_known", condition=models.Q(level__lte=3)),
        ]

    def __str__(self) -> str:
        return f"{self.event} ({self.publisher})"

    @property
    def first_id_of_all(self) -> int:
        """The row to which it and its changes are tied: its first, or itself."""
        return self.first_id or self.pk
