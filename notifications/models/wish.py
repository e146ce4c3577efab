"""How a payer wants to be told: language, fuller texts, and for each kind of notification the way and the hour."""

from django.db import models
from django.db.models.functions import Now

from notifications.channels import Channel
from notifications.languages import LANGUAGES, POLISH
from residents.models import Payer


class Wish(models.Model):
    """What a payer asks of every message. Without a row: Polish, short texts.

    `is_fuller` lets SMS and browser notices name sums and kinds of dues, which a locked screen shows to whoever looks.
    """

    payer = models.OneToOneField(Payer, models.CASCADE, related_name="wish", verbose_name="płatnik")
    language = models.CharField("język", max_length=5, choices=list(LANGUAGES.items()), default=POLISH)
    is_fuller = models.BooleanField("pełniejsza treść", default=False)
    changed_at = models.DateTimeField("zmieniono", db_default=Now())

    class Meta:
        verbose_name = "życzenie co do wiadomości"
        verbose_name_plural = "życzenia co do wiadomości"
        constraints = [
            models.CheckConstraint(name="wish_known_language", condition=models.Q(language__in=list(LANGUAGES))),
        ]

    def __str__(self) -> str:
        return self.get_language_display()


class TopicWish(models.Model):
    """By which one of the consented ways a payer wants one kind of notification ('': by all), and from which hour of
    the day (Warsaw; None: as soon as the sending hours allow). A crisis heeds neither.
    """

    payer = models.ForeignKey(Payer, models.CASCADE, related_name="topic_wishes", verbose_name="płatnik")
    topic_code = models.CharField("rodzaj powiadomień", max_length=40)
    channel = models.CharField("droga", max_length=10, choices=Channel.choices, blank=True, default="")
    hour = models.PositiveSmallIntegerField("od godziny", null=True, blank=True)

    class Meta:
        verbose_name = "życzenie co do rodzaju powiadomień"
        verbose_name_plural = "życzenia co do rodzajów powiadomień"
        constraints = [
            models.UniqueConstraint(fields=["payer", "topic_code"], name="topic_wish_once"),
            models.CheckConstraint(
                name="topic_wish_hour_of_a_day",
                condition=models.Q(hour__isnull=True) | models.Q(hour__lte=23),
                violation_error_message="Godzina jest od 0 do 23.",
            ),
            models.CheckConstraint(
                name="topic_wish_wants_something",
                condition=~models.Q(channel="", hour__isnull=True),
                violation_error_message="Życzenie bez treści usuwa się.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic_code}: {self.get_channel_display()}"
