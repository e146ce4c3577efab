"""Messages that are no notifications: codes for addresses and answers."""

from django.db import models
from django.db.models.functions import Now

from consents.models import Channel
from core.fields import SealedTextField


class ServiceLetter(models.Model):
    """One message that is no notification: a code for an address, or the answer to a STOP. No consent is asked, for the
    recipient has just asked for it; it is in nobody's inbox, for a code must be read where it was sent.

    The row is the message (notifications/service_letters.py). `body` is emptied when it is sent.
    """

    channel = models.CharField("droga", max_length=10, choices=Channel.choices)
    address = SealedTextField("adres")
    subject = models.CharField("temat", max_length=150, blank=True, default="")
    body = SealedTextField("treść", blank=True, default="")
    key = models.CharField("klucz", max_length=120, unique=True)
    queued_at = models.DateTimeField("w kolejce od", db_default=Now())
    not_before = models.DateTimeField("nie wcześniej niż")
    expires_at = models.DateTimeField("nie później niż")
    tries = models.PositiveSmallIntegerField("próby", default=0)
    sent_at = models.DateTimeField("wysłano", null=True, blank=True)
    refused = models.CharField("bramka odmówiła", max_length=80, blank=True, default="")

    class Meta:
        verbose_name = "wiadomość obsługowa"
        verbose_name_plural = "wiadomości obsługowe"
        indexes = [
            # Read by notifications.service_letters.send_letters.
            models.Index(
                fields=["not_before"],
                name="service_letter_to_send",
                condition=models.Q(sent_at__isnull=True, refused=""),
            )
        ]

    def __str__(self) -> str:
        return f"wiadomość obsługowa nr {self.pk}"


LETTER_PREFIX = "spm-l"


def letter_reference(letter_id: int) -> str:
    """The id under which a gateway knows a service letter; delivery reports about them are passed over."""
    return f"{LETTER_PREFIX}{letter_id}"
