"""How many messages of a kind one person gets a day."""

from django.db import models

from notifications.kinds import name_of


class DailyCap(models.Model):
    """At most `most` messages of the kind to one payer by one way on one day (Warsaw); None or no row: any number.

    What goes over it is gathered into one message of the next day (notifications/daily_caps.py).
    """

    kind = models.CharField("rodzaj wiadomości", max_length=40, unique=True)
    most = models.PositiveSmallIntegerField(
        "najwięcej dziennie",
        null=True,
        blank=True,
        help_text="Wiadomości do jednej osoby jedną drogą; reszta wychodzi nazajutrz jako jedna. Puste – bez limitu.",
    )

    class Meta:
        verbose_name = "dzienny limit wiadomości"
        verbose_name_plural = "dzienne limity wiadomości"
        constraints = [
            models.CheckConstraint(
                name="daily_cap_one_at_least",
                condition=models.Q(most__isnull=True) | models.Q(most__gte=1),
                violation_error_message="Limit to co najmniej jedna wiadomość dziennie.",
            ),
        ]

    def __str__(self) -> str:
        return f"{name_of(self.kind)}: {'bez limitu' if self.most is None else self.most}"
