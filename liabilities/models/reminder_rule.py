"""When a reminder goes out: days before and after the last day to pay."""

from django.db import models


class ReminderRule(models.Model):
    """Remind *days_before* days before the last day to pay; a negative number is days after it."""

    days_before = models.SmallIntegerField("dni przed terminem (ujemne: po terminie)")
    by_sms = models.BooleanField("SMS", default=True)
    by_email = models.BooleanField("e-mail", default=True)
    by_voice = models.BooleanField("połączenie głosowe", default=True, db_default=True)
    is_active = models.BooleanField("działa", default=True)

    class Meta:
        verbose_name = "reguła przypomnień"
        verbose_name_plural = "reguły przypomnień"
        ordering = ["-days_before"]
        constraints = [
            models.UniqueConstraint(
                fields=["days_before"],
                name="reminder_rule_once_a_day",
                violation_error_message="Jest już reguła na ten dzień.",
            )
        ]

    def __str__(self) -> str:
        if self.days_before > 0:
            return f"{self.days_before} dni przed terminem"
        return f"{-self.days_before} dni po terminie" if self.days_before else "w dniu terminu"
