"""Campaigns: one message about an event of the town to everybody who wants to hear of that kind of event."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from consents.models import Topic
from notifications.channels import Channel


class CampaignState(models.TextChoices):
    """Where a campaign is. `scheduled` waits for its moment, `going` has its messages in the outbox."""

    DRAFT = "draft", "szkic"
    SCHEDULED = "scheduled", "zaplanowana"
    GOING = "going", "w toku"
    PAUSED = "paused", "wstrzymana"
    STOPPED = "stopped", "zatrzymana"


class Campaign(models.Model):
    """What is told of an event, to whom: who consented to `topic` by one of `channels` and, where `cities` are named,
    lives in one of them. Its text is the one of the kind «event» for that topic; nothing goes out after `until`.
    """

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", verbose_name="rodzaj powiadomień")
    title = models.CharField("co", max_length=80)
    when = models.CharField("kiedy", max_length=60)
    place = models.CharField("gdzie", max_length=60)
    details = models.CharField("dopisek", max_length=200, blank=True, default="")
    link = models.URLField("odnośnik", max_length=150)
    channels = ArrayField(models.CharField(max_length=10, choices=Channel.choices), verbose_name="drogi")
    cities = ArrayField(models.CharField(max_length=80), verbose_name="miejscowości", default=list, blank=True)
    starts_at = models.DateTimeField("początek wysyłki")
    until = models.DateTimeField("nie wysyłać po")
    state = models.CharField("stan", max_length=10, choices=CampaignState.choices, default=CampaignState.DRAFT)
    queued = models.PositiveIntegerField("wiadomości", default=0)
    made_at = models.DateTimeField("utworzono", db_default=Now())
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="utworzył(a)"
    )

    class Meta:
        verbose_name = "kampania"
        verbose_name_plural = "kampanie"
        ordering = ["-pk"]
        indexes = [
            # Read by notifications.campaigns.start_due.
            models.Index(fields=["starts_at"], name="campaign_to_start", condition=models.Q(state="scheduled")),
        ]
        constraints = [
            models.CheckConstraint(name="campaign_known_state", condition=models.Q(state__in=CampaignState.values)),
            models.CheckConstraint(
                name="campaign_some_known_channels",
                condition=models.Q(channels__contained_by=list(Channel.values), channels__len__gte=1),
                violation_error_message="Wybierz co najmniej jedną drogę.",
            ),
            models.CheckConstraint(
                name="campaign_ends_after_start",
                condition=models.Q(until__gt=models.F("starts_at")),
                violation_error_message="Koniec wysyłki musi być po jej początku.",
            ),
        ]

    def __str__(self) -> str:
        return self.title
