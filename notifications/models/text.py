"""The texts and their versions."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from consents.models import Channel


class TextTemplate(models.Model):
    """The text of one kind of message on one channel. What is sent is always a version of it."""

    kind = models.CharField("rodzaj wiadomości", max_length=40)
    channel = models.CharField("droga", max_length=10, choices=Channel.choices)
    language = models.CharField("język", max_length=5, default="pl")

    class Meta:
        verbose_name = "szablon"
        verbose_name_plural = "szablony"
        constraints = [
            models.UniqueConstraint(fields=["kind", "channel", "language"], name="text_template_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.get_channel_display()})"


class TextVersion(models.Model):
    """One version of a text; the newest is used, earlier ones stay because messages name them. Append-only."""

    template = models.ForeignKey(TextTemplate, models.PROTECT, related_name="versions", verbose_name="szablon")
    number = models.PositiveIntegerField("wersja")
    subject = models.CharField("temat", max_length=150, blank=True, default="")
    body = models.TextField("treść")
    written_at = models.DateTimeField("napisano", db_default=Now())
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="napisał(a)"
    )

    class Meta:
        verbose_name = "wersja tekstu"
        verbose_name_plural = "wersje tekstów"
        ordering = ["template", "-number"]
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="text_version_number_once")]
        triggers = [pgtrigger.Protect(name="text_version_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.template}, wersja {self.number}"
