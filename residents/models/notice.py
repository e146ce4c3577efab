"""What the owner of an account is told about that account itself."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Notice(models.Model):
    """An e-mail to an account's own address. The row is the message: it is written with the fact that it tells.

    These say who may act for whom; consents do not apply to them, and they never hold a number or an amount.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name="do kogo"
    )
    kind = models.CharField("rodzaj", max_length=40)
    facts = models.JSONField("treść", default=dict)
    made_at = models.DateTimeField("zapisano", db_default=Now())
    sent_at = models.DateTimeField("wysłano", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("próby", default=0)

    class Meta:
        verbose_name = "zawiadomienie o koncie"
        verbose_name_plural = "zawiadomienia o kontach"
        indexes = [
            # Read by residents.notices.send_notices.
            models.Index(fields=["id"], name="notice_unsent", condition=models.Q(sent_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.account}"
