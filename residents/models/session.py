"""Where an account is signed in, and the browsers that it has signed in from."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class OpenSession(models.Model):
    """One session of a signed-in account, as its owner sees it in the list; the session itself is Django's."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="open_sessions", verbose_name="konto"
    )
    session_key = models.CharField("sesja", max_length=40, unique=True, editable=False)
    device = models.CharField("urządzenie", max_length=80)
    address = models.CharField("skąd", max_length=64, blank=True, default="")
    began_at = models.DateTimeField("zalogowano", db_default=Now())
    last_seen_at = models.DateTimeField("ostatnio widziano", db_default=Now())

    class Meta:
        verbose_name = "sesja"
        verbose_name_plural = "sesje"

    def __str__(self) -> str:
        return f"{self.account}: {self.device}"


class KnownDevice(models.Model):
    """A browser that an account has signed in from: the digest of a random cookie, never the cookie."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="known_devices", verbose_name="konto"
    )
    digest = models.CharField("skrót ciasteczka", max_length=64, editable=False)
    first_seen_at = models.DateTimeField("pierwszy raz", db_default=Now())
    last_seen_at = models.DateTimeField("ostatni raz", db_default=Now())

    class Meta:
        verbose_name = "znane urządzenie"
        verbose_name_plural = "znane urządzenia"
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="known_device_once")]

    def __str__(self) -> str:
        return f"{self.account}: {self.first_seen_at:%Y-%m-%d}"
