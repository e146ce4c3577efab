"""The texts and their versions."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from notifications.channels import Channel
from notifications.kinds import name_of
from notifications.languages import LANGUAGES, POLISH


class Detail(models.TextChoices):
    """How much a text says. A locked screen shows an SMS to whoever looks: the short one names no sum and no kind of
    due; the fuller one goes only to those who chose it.
    """

    SHORT = "short", "zwykły"
    FULL = "full", "pełniejszy"


class TextTemplate(models.Model):
    """The text of one kind of message on one channel, in one language. What is sent is always a version of it.

    `topic_code` makes it the text of one kind of notification only («waste»); '' serves every one without its own.
    """

    kind = models.CharField("rodzaj wiadomości", max_length=40)
    channel = models.CharField("droga", max_length=10, choices=Channel.choices)
    language = models.CharField("język", max_length=5, default=POLISH, choices=list(LANGUAGES.items()))
    detail = models.CharField(
        "ile mówi", max_length=10, choices=Detail.choices, default=Detail.SHORT, db_default=Detail.SHORT.value
    )
    topic_code = models.CharField("rodzaj powiadomień", max_length=40, blank=True, default="", db_default="")

    class Meta:
        verbose_name = "szablon"
        verbose_name_plural = "szablony"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "channel", "language", "detail", "topic_code"],
                name="text_template_once",
                violation_error_message="Taki tekst już jest. Otwórz go z listy i napisz nową wersję.",
            ),
            models.CheckConstraint(
                name="text_template_known_language", condition=models.Q(language__in=list(LANGUAGES))
            ),
            models.CheckConstraint(
                name="text_template_full_where_screens_lock",
                condition=models.Q(detail="short") | models.Q(channel__in=["sms", "push"]),
                violation_error_message="Pełniejszy tekst ma tylko SMS i powiadomienie w przeglądarce.",
            ),
        ]

    def __str__(self) -> str:
        return f"{name_of(self.kind)} ({self.get_channel_display()})"


class TextVersion(models.Model):
    """One version of a text; the newest is used, earlier ones stay because messages name them. Append-only.

    `is_transliterated` says that an SMS goes out with Polish letters in their Latin form («ą» as «a»): it is cheaper.
    """

    template = models.ForeignKey(TextTemplate, models.PROTECT, related_name="versions", verbose_name="szablon")
    number = models.PositiveIntegerField("wersja")
    subject = models.CharField("temat", max_length=150, blank=True, default="")
    body = models.TextField("treść")
    is_transliterated = models.BooleanField("bez polskich liter", default=True, db_default=True)
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
