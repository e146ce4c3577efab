"""Tokens by which finance systems send dues, and the answers that were given to them."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class TokenScope(models.TextChoices):
    """What a token may be used for; `postings` reads exports and answers them."""

    DUES_WRITE = "dues:write", "wysyłanie należności"
    POSTINGS = "postings", "odbiór księgowań"


class ApiToken(models.Model):
    """One finance system's token for one scope. Only its SHA-256 is kept; one that was revoked keeps its row."""

    name = models.CharField("nazwa", max_length=80)
    source = models.CharField("system źródłowy", max_length=40)
    scope = models.CharField("zakres", max_length=20, choices=TokenScope.choices, default=TokenScope.DUES_WRITE)
    token_sha256 = models.CharField("skrót tokenu", max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField("utworzono", db_default=Now())
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="utworzył(a)")
    last_used_at = models.DateTimeField("ostatnio użyto", null=True, blank=True)
    revoked_at = models.DateTimeField("unieważniono", null=True, blank=True)

    class Meta:
        verbose_name = "token API"
        verbose_name_plural = "tokeny API"
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.name


class ApiAnswer(models.Model):
    """The answer to one request with an Idempotency-Key: the same request again gets it, and nothing is done twice."""

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="answers", db_index=False, verbose_name="token")
    key = models.CharField("klucz", max_length=80)
    request_sha256 = models.CharField("skrót żądania", max_length=64)
    status = models.PositiveSmallIntegerField("kod odpowiedzi")
    body = models.JSONField("odpowiedź")
    answered_at = models.DateTimeField("odpowiedziano", db_default=Now(), db_index=True)

    class Meta:
        verbose_name = "odpowiedź API"
        verbose_name_plural = "odpowiedzi API"
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="api_answer_once_for_its_key")]

    def __str__(self) -> str:
        return f"{self.token_id}: {self.key}"
