"""The town's own warning, from its draft to its end, and each step that somebody took."""

import uuid

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from broadcasts.models.hazard import Hazard
from broadcasts.models.source import SourceWarning
from broadcasts.states import LABELS, STARTED, State
from core.actor import shown_name

STARTED_VALUES = sorted(state.value for state in STARTED)
APPROVED_VALUES = sorted({*STARTED_VALUES, State.APPROVED.value})


class Kind(models.TextChoices):
    """What it is to those who got an earlier one."""

    WARNING = "warning", "ostrzeżenie"
    REPEAT = "repeat", "powtórzenie"
    CORRECTION = "correction", "sprostowanie"
    ALL_CLEAR = "all_clear", "odwołanie"


class Severity(models.TextChoices):
    """CAP's severity, in the town's words."""

    EXTREME = "Extreme", "skrajne: zagrożenie życia wielu osób"
    SEVERE = "Severe", "poważne: zagrożenie życia lub mienia"
    MODERATE = "Moderate", "umiarkowane"
    MINOR = "Minor", "niewielkie"


class Urgency(models.TextChoices):
    """CAP's urgency."""

    IMMEDIATE = "Immediate", "natychmiast"
    EXPECTED = "Expected", "w ciągu godziny"
    FUTURE = "Future", "później"


class AreaKind(models.TextChoices):
    """How much of the town is warned."""

    WHOLE = "whole", "cała gmina"
    PARTS = "parts", "część gminy"


class Broadcast(models.Model):
    """A warning of the town. `number` names it outside.

    `parent` is what a repeat, correction or all-clear speaks of, `root` the first of that thread: the later ones go to
    exactly those who got one of the thread. Who wrote the last text may not approve it; `break_glass` is the reason of
    whoever sent it without a second person. At the start the audience is frozen: the messages `first_message` to
    `last_message` whose `about` is ours; the legal basis is kept as it was then. `ended_at` takes it off the pages
    before `until`. `shape` is the corners of an area drawn on the map, [latitude, longitude] each,
    `drawn_streets` what lay in it then: a map that changes later changes no warning.
    """

    number = models.UUIDField("numer", default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("co to jest", max_length=10, choices=Kind.choices, default=Kind.WARNING)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="dotyczy"
    )
    root = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="thread", editable=False)
    source_warning = models.ForeignKey(
        SourceWarning, models.PROTECT, null=True, blank=True, related_name="broadcasts", verbose_name="ze źródła"
    )
    is_rehearsal = models.BooleanField("ćwiczenie", default=False)
    hazard = models.ForeignKey(Hazard, models.PROTECT, related_name="+", verbose_name="zagrożenie")
    severity = models.CharField("powaga", max_length=10, choices=Severity.choices, default=Severity.SEVERE)
    urgency = models.CharField("pilność", max_length=10, choices=Urgency.choices, default=Urgency.IMMEDIATE)
    area_kind = models.CharField("obszar", max_length=5, choices=AreaKind.choices, default=AreaKind.WHOLE)
    districts = ArrayField(models.CharField(max_length=80), verbose_name="dzielnice", default=list, blank=True)
    streets = ArrayField(models.CharField(max_length=120), verbose_name="ulice", default=list, blank=True)
    postal_codes = ArrayField(models.CharField(max_length=6), verbose_name="kody pocztowe", default=list, blank=True)
    shape = models.JSONField("kształt na mapie", default=list, blank=True)
    drawn_streets = ArrayField(
        models.CharField(max_length=120), verbose_name="ulice w kształcie", default=list, blank=True
    )
    with_unknown = models.BooleanField("także osoby, których miejsca nie znamy", default=True)
    sms = models.TextField("SMS", blank=True, default="")
    sms_en = models.TextField("SMS po angielsku", blank=True, default="")
    sms_uk = models.TextField("SMS po ukraińsku", blank=True, default="")
    advice = models.TextField("co robić", blank=True, default="")
    advice_en = models.TextField("co robić, po angielsku", blank=True, default="")
    advice_uk = models.TextField("co robić, po ukraińsku", blank=True, default="")
    until = models.DateTimeField("obowiązuje do")
    state = models.CharField(
        "stan", max_length=10, choices=[(one.value, LABELS[one]) for one in State], default=State.DRAFT.value
    )
    made_at = models.DateTimeField("utworzono", db_default=Now())
    written_at = models.DateTimeField("treść z", null=True, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="treść napisał(a)",
    )
    approved_at = models.DateTimeField("zatwierdzono", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="zatwierdził(a)"
    )
    break_glass = models.CharField("powód nadania bez zatwierdzenia", max_length=300, blank=True, default="")
    reason = models.CharField("powód", max_length=300, blank=True, default="")
    started_at = models.DateTimeField("nadano", null=True, blank=True)
    finished_at = models.DateTimeField("zakończono nadawanie", null=True, blank=True)
    ended_at = models.DateTimeField("przestało obowiązywać", null=True, blank=True)
    topic_code = models.CharField("rodzaj powiadomień", max_length=40, blank=True, default="")
    basis = models.CharField("podstawa", max_length=10, blank=True, default="")
    ground = models.CharField("podstawa prawna", max_length=300, blank=True, default="")
    audience = models.PositiveIntegerField("wiadomości", null=True, blank=True)
    people = models.PositiveIntegerField("osób", null=True, blank=True)
    first_message = models.BigIntegerField(null=True, editable=False)
    last_message = models.BigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = "ostrzeżenie gminy"
        verbose_name_plural = "ostrzeżenia gminy"
        ordering = ["-pk"]
        indexes = [
            # Read on every page of the portal: the banner.
            models.Index(
                fields=["until"],
                name="broadcast_in_force",
                condition=models.Q(started_at__isnull=False, ended_at__isnull=True, is_rehearsal=False),
            ),
            # Read by the job that closes what has been sent.
            models.Index(fields=["state"], name="broadcast_going", condition=models.Q(state__in=["sending", "paused"])),
        ]
        constraints = [
            models.CheckConstraint(
                name="broadcast_known_state", condition=models.Q(state__in=[one.value for one in State])
            ),
            models.CheckConstraint(
                name="broadcast_started_at_iff_started",
                condition=models.Q(state__in=STARTED_VALUES, started_at__isnull=False)
                | (~models.Q(state__in=STARTED_VALUES) & models.Q(started_at__isnull=True)),
                violation_error_message="Nadane ostrzeżenie musi mieć czas nadania.",
            ),
            models.CheckConstraint(
                name="broadcast_finished_at_iff_done",
                condition=models.Q(state="done", finished_at__isnull=False)
                | (~models.Q(state="done") & models.Q(finished_at__isnull=True)),
                violation_error_message="Ostrzeżenie, które nadano do końca, musi mieć czas zakończenia.",
            ),
            models.CheckConstraint(
                name="broadcast_by_two_or_with_reason",
                condition=~models.Q(state__in=APPROVED_VALUES)
                | models.Q(approved_by__isnull=False)
                | ~models.Q(break_glass="")
                | models.Q(kind="repeat"),
                violation_error_message="Ostrzeżenie zatwierdza druga osoba albo nadaje się je z podaniem powodu.",
            ),
            models.CheckConstraint(
                name="broadcast_approved_by_another",
                condition=models.Q(approved_by__isnull=True)
                | models.Q(written_by__isnull=True)
                | ~models.Q(approved_by=models.F("written_by")),
                violation_error_message="Własnej treści nie zatwierdza się samemu.",
            ),
            models.CheckConstraint(
                name="broadcast_approved_at_iff_by",
                condition=models.Q(approved_at__isnull=True, approved_by__isnull=True)
                | models.Q(approved_at__isnull=False, approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="broadcast_parent_iff_follows",
                condition=models.Q(kind="warning", parent__isnull=True, root__isnull=True)
                | (~models.Q(kind="warning") & models.Q(parent__isnull=False, root__isnull=False)),
                violation_error_message="Powtórzenie, sprostowanie i odwołanie muszą wskazać ostrzeżenie.",
            ),
            models.CheckConstraint(
                name="broadcast_starts_before_its_end",
                condition=models.Q(started_at__isnull=True) | models.Q(started_at__lt=models.F("until")),
                violation_error_message="Nie nadaje się ostrzeżenia, które już nie obowiązuje.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} nr {self.pk}: {self.hazard}"

    @property
    def about(self) -> str:
        """How its messages name it."""
        return f"broadcast:{self.pk}"

    @property
    def life(self) -> State:
        """Its state."""
        return State(self.state)


class StepKind(models.TextChoices):
    """What somebody did."""

    MADE = "made", "utworzono szkic"
    WRITTEN = "written", "zmieniono treść"
    SUBMITTED = "submitted", "przekazano do zatwierdzenia"
    RETURNED = "returned", "zwrócono do poprawy"
    APPROVED = "approved", "zatwierdzono"
    BROKE_GLASS = "broke_glass", "NADANO BEZ ZATWIERDZENIA"
    STARTED = "started", "nadano"
    PAUSED = "paused", "wstrzymano"
    RESUMED = "resumed", "wznowiono"
    FINISHED = "finished", "zakończono nadawanie"
    CALLED_OFF = "called_off", "przestało obowiązywać"
    DROPPED = "dropped", "porzucono"


class BroadcastStep(models.Model):
    """One step: who, when, what, in words. Append-only; the report is made of them."""

    broadcast = models.ForeignKey(Broadcast, models.PROTECT, related_name="steps", verbose_name="ostrzeżenie")
    at = models.DateTimeField("kiedy")
    kind = models.CharField("co", max_length=12, choices=StepKind.choices)
    by_name = models.CharField("kto", max_length=150)
    by_account_id = models.BigIntegerField("konto", null=True, blank=True)
    words = models.TextField("szczegóły", blank=True, default="")

    class Meta:
        verbose_name = "krok"
        verbose_name_plural = "kroki"
        ordering = ["pk"]
        triggers = [pgtrigger.Protect(name="broadcast_step_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_kind_display()}"

    @property
    def who(self) -> str:
        """Whose step it was, in words."""
        return shown_name(self.by_name)
