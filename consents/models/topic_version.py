"""What each kind of notification was called, rested on and offered, and since when."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from consents.models.application import Channel, Topic


class TopicVersion(models.Model):
    """A kind of notification as it has been from `since` until the next version: evidence of what people ticked, and of
    the law by which messages went to those who ticked nothing. Rows are added by consents.topics.change_topic alone.
    """

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="versions", verbose_name="rodzaj")
    since = models.DateTimeField("od")
    name = models.CharField("nazwa", max_length=120)
    group = models.CharField("grupa", max_length=80)
    basis = models.CharField("podstawa", max_length=10, choices=Topic.Basis.choices)
    ground = models.CharField("przepis", max_length=200, blank=True, default="")
    channels = ArrayField(models.CharField(max_length=10, choices=Channel.choices), verbose_name="drogi")
    is_active = models.BooleanField("w użyciu")

    class Meta:
        verbose_name = "wersja rodzaju powiadomień"
        verbose_name_plural = "wersje rodzajów powiadomień"
        ordering = ["topic", "-since"]
        constraints = [models.UniqueConstraint(fields=["topic", "since"], name="topic_one_version_at_a_time")]
        triggers = [
            pgtrigger.Protect(name="topic_version_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.name} od {self.since:%d.%m.%Y}"

    @property
    def told_channels(self) -> str:
        """The ways, in words."""
        return ", ".join(str(Channel(channel).label) for channel in self.channels)
