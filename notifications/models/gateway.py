"""What the portal knows of its gateways beside the settings: rests, the town's choices, and what was spent."""

from django.db import models

from notifications.channels import Channel
from notifications.kinds import name_of


class GatewayRest(models.Model):
    """A gateway that takes nothing (no credit, wrong token, away) rests: no worker claims messages for it `until` then.

    Gone as soon as it takes something again. `failures` in a row make the rest longer.
    """

    gateway = models.CharField("bramka", max_length=20, unique=True)
    until = models.DateTimeField("wstrzymana do")
    failures = models.PositiveSmallIntegerField("niepowodzenia z rzędu", default=1)
    reason = models.CharField("powód", max_length=200)

    class Meta:
        verbose_name = "wstrzymana bramka"
        verbose_name_plural = "wstrzymane bramki"

    def __str__(self) -> str:
        return f"{self.gateway}: {self.reason}"


class Route(models.Model):
    """How the town uses one gateway of its settings; without a row it is on, with weight 1 and no limits.

    `weight` is its share beside the channel's other gateways; 0 means only when no other takes anything. `per_second`
    bounds messages a second over all workers. `point_price` is what one of the vendor's points costs, in złoty; the
    caps are in złoty: a warning shows from 80 %, and at 100 % only crisis messages still leave. `paced_until` is
    the moment up to which the limit of messages a second has been used.
    """

    gateway = models.CharField("bramka", max_length=20, unique=True)
    is_on = models.BooleanField("włączona", default=True)
    weight = models.PositiveSmallIntegerField(
        "udział", default=1, help_text="Udział w wysyłce obok innych bramek tej drogi; 0 – tylko w zastępstwie."
    )
    per_second = models.PositiveIntegerField(
        "najwięcej na sekundę", null=True, blank=True, help_text="Wiadomości na sekundę; puste – bez ograniczenia."
    )
    point_price = models.DecimalField(
        "cena punktu", max_digits=8, decimal_places=4, default=1, help_text="Złote za jeden punkt u operatora."
    )
    daily_cap_pln = models.DecimalField(
        "limit dzienny", max_digits=10, decimal_places=2, null=True, blank=True, help_text="Złote; puste – bez limitu."
    )
    monthly_cap_pln = models.DecimalField(
        "limit miesięczny",
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Złote; puste – bez limitu.",
    )
    paced_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "bramka"
        verbose_name_plural = "bramki"
        constraints = [
            models.CheckConstraint(
                name="route_pace_above_zero",
                condition=models.Q(per_second__isnull=True) | models.Q(per_second__gt=0),
                violation_error_message="Ograniczenie na sekundę musi być większe od zera; bramkę wyłącza przełącznik.",
            ),
        ]

    def __str__(self) -> str:
        return self.gateway


class Spending(models.Model):
    """What the gateways took on a day, by kind and topic: counted as it is taken, kept when messages are forgotten."""

    day = models.DateField("dzień")
    gateway = models.CharField("bramka", max_length=20)
    channel = models.CharField("droga", max_length=10, choices=Channel.choices)
    kind = models.CharField("rodzaj wiadomości", max_length=40)
    topic_code = models.CharField("rodzaj powiadomień", max_length=40)
    messages = models.PositiveIntegerField("wiadomości")
    parts = models.PositiveIntegerField("części SMS")
    points = models.DecimalField("punkty", max_digits=14, decimal_places=4)

    class Meta:
        verbose_name = "wydatek"
        verbose_name_plural = "wydatki"
        constraints = [
            models.UniqueConstraint(fields=["day", "gateway", "channel", "kind", "topic_code"], name="spending_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d.%m.%Y}, {self.gateway}, {name_of(self.kind)}: {self.messages}"
