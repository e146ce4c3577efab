"""What the portal knows of its gateways beside the settings."""

from django.db import models


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
