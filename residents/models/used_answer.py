"""Answers of identity providers that have been used."""

from django.db import models


class UsedAnswer(models.Model):
    """An answer that signed somebody in, or tried to: it is good once. Rows go when it would be stale."""

    key = models.CharField("skrót odpowiedzi", max_length=64, unique=True)
    until = models.DateTimeField("ważna do", db_index=True)

    class Meta:
        verbose_name = "zużyta odpowiedź logowania"
        verbose_name_plural = "zużyte odpowiedzi logowania"

    def __str__(self) -> str:
        return f"{self.key[:8]}…"
