"""Model fields of the house: money, sealed text, fingerprints."""

from typing import Any

from django.db import models

from core.encryption import SealBroken, seal, unseal


def money_field(verbose_name: str, **options: Any) -> "models.DecimalField[Any, Any]":
    """An amount in złoty, numeric(12,2)."""
    return models.DecimalField(verbose_name, max_digits=12, decimal_places=2, **options)


class SealedTextField(models.TextField):  # type: ignore[type-arg]  # not generic at run time
    """Text that is encrypted in the database and plain in Python (core/encryption.py).

    It cannot be searched: keep a fingerprint beside it. Expressions that copy the column copy the sealed form.
    """

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        """Open what the database holds; a text that no key opens is shown as such, never as an error page."""
        if value is None:
            return None
        try:
            return unseal(value)
        except SealBroken:
            return "⟨nieczytelne⟩"

    def get_prep_value(self, value: Any) -> Any:
        """Seal what Python gives; expressions pass through."""
        prepared = super().get_prep_value(value)
        return seal(prepared) if isinstance(prepared, str) else prepared


def fingerprint_field(verbose_name: str, **options: Any) -> "models.CharField[Any, Any]":
    """The keyed index of a sealed column (core.encryption.fingerprint), '' where the column is empty."""
    return models.CharField(verbose_name, max_length=64, blank=True, default="", editable=False, **options)
