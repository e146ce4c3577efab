"""The mailbox of returned e-mails, as the portal knows it."""

from django.db import models


class ReturnMailbox(models.Model):
    """Who visits the mailbox of returned e-mails until when, when it was last read, and since when it cannot be."""

    name = models.CharField("skrzynka", max_length=200, unique=True)
    held_until = models.DateTimeField("zajęta do", null=True, blank=True)
    visited_at = models.DateTimeField("odczytana", null=True, blank=True)
    failing_since = models.DateTimeField("nie działa od", null=True, blank=True)
    problem = models.CharField("kłopot", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "skrzynka zwrotów"
        verbose_name_plural = "skrzynki zwrotów"

    def __str__(self) -> str:
        return self.name
