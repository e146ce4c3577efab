"""Model fields of the house: money, what is sealed at rest, fingerprints."""

from collections.abc import Callable
from typing import Any, Self

from django.db import models
from django.db.models.lookups import Exact, In

from core.encryption import (
    SealBroken,
    alike_prefix,
    fingerprint,
    fingerprint_prefix,
    seal,
    seal_alike,
    seal_bytes,
    sealed_prefix,
    unseal,
    unseal_alike,
    unseal_bytes,
)

LONGEST_ADDRESS = 150  # signs; sealed, they still fit into the 254 of an e-mail column
UNREADABLE = "⟨nieczytelne⟩"


class UnopenedText(str):
    """Stands for a text that no key opens: it shows as unreadable, and saved again it is what it was."""

    sealed: str

    __slots__ = ("sealed",)

    def __new__(cls, sealed: str) -> Self:
        """Remember *sealed* as the database holds it."""
        made = super().__new__(cls, UNREADABLE)
        made.sealed = sealed
        return made


class UnopenedBytes(bytes):
    """The same for bytes."""

    sealed: bytes

    def __new__(cls, sealed: bytes) -> Self:
        """Remember *sealed* as the database holds it."""
        made = super().__new__(cls, b"")
        made.sealed = sealed
        return made


def money_field(verbose_name: str, **options: Any) -> "models.DecimalField[Any, Any]":
    """An amount in złoty, numeric(12,2)."""
    return models.DecimalField(verbose_name, max_digits=12, decimal_places=2, **options)


class _SealedString(models.Field):  # type: ignore[type-arg]  # not generic at run time
    """Sealed in the database, plain in Python.

    `prefix`, `opened` and `closed` are also what core.rotation asks of a sealed field: how a column begins that the
    newest key sealed, the plain value of a column (SealBroken when no key opens it), and the column of a plain value.
    """

    prefix: Callable[[], str]
    opened: Callable[[str], str]
    closed: Callable[[str], str]

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        """Open what the database holds; a text that no key opens is shown as such, never as an error page."""
        if value is None:
            return None
        try:
            return self.opened(value)
        except SealBroken:
            return UnopenedText(value)

    def get_prep_value(self, value: Any) -> Any:
        """Seal what Python gives; expressions pass through."""
        if isinstance(value, UnopenedText):
            return value.sealed
        prepared = super().get_prep_value(value)
        return self.closed(prepared) if isinstance(prepared, str) else prepared


class SealedTextField(_SealedString, models.TextField):  # type: ignore[type-arg]  # not generic at run time
    """Text that is encrypted in the database and plain in Python (core/encryption.py).

    It cannot be searched: keep a fingerprint beside it. Expressions that copy the column copy the sealed form.
    """

    prefix = staticmethod(sealed_prefix)
    opened = staticmethod(unseal)
    closed = staticmethod(seal)


class SealedBinaryField(models.BinaryField):  # type: ignore[type-arg]  # not generic at run time
    """Bytes that are encrypted in the database and plain in Python."""

    closed = staticmethod(seal_bytes)

    @staticmethod
    def prefix() -> bytes:
        """How a column begins that the newest key sealed."""
        return sealed_prefix().encode()

    @staticmethod
    def opened(stored: memoryview | bytes) -> bytes:
        """The plain bytes. Raises SealBroken."""
        return unseal_bytes(bytes(stored))

    def from_db_value(self, value: Any, expression: object, connection: object) -> bytes | None:
        """Open what the database holds; nothing where no key opens it."""
        if value is None:
            return None
        try:
            return unseal_bytes(bytes(value))
        except SealBroken:
            return UnopenedBytes(bytes(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Seal what Python gives."""
        if isinstance(value, UnopenedBytes):
            value = value.sealed
        elif value is not None:
            value = seal_bytes(bytes(value))
        return super().get_db_prep_value(value, connection, prepared)


class SealedEmailField(_SealedString, models.EmailField):  # type: ignore[type-arg]  # not generic at run time
    """An e-mail address, kept in lower case, sealed alike each time: found by equality and by nothing else."""

    prefix = staticmethod(alike_prefix)
    opened = staticmethod(unseal_alike)

    @staticmethod
    def closed(plain: str) -> str:
        """What is stored of *plain*."""
        return seal_alike(plain.lower())[0]

    def deconstruct(self) -> Any:
        """For migrations it is an e-mail address: the column is the same."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.EmailField", args, options

    def get_lookup(self, lookup_name: str) -> Any:
        """Equality is all that can be asked: Django says of every other look-up that it is not supported."""
        return {"exact": _SealedExact, "iexact": _SealedExact, "in": _SealedIn, "isnull": models.lookups.IsNull}.get(
            lookup_name
        )


class _SealedIn(In):
    """One of some addresses, whichever key of the ring sealed it."""

    def get_prep_lookup(self) -> Any:
        if not self.rhs_is_direct_value():
            return super().get_prep_lookup()
        self.rhs = [sealed for plain in self.rhs for sealed in seal_alike(str(plain).lower())]
        self.prepare_rhs = False
        return super().get_prep_lookup()


class _SealedExact(Exact):
    """One address, whichever key of the ring sealed it."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if not self.rhs_is_direct_value():
            return super().as_sql(compiler, connection)
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*params, self.rhs]

    def get_prep_lookup(self) -> Any:
        if not self.rhs_is_direct_value():
            return super().get_prep_lookup()
        return seal_alike(str(self.rhs).lower())


class FingerprintField(models.CharField):  # type: ignore[type-arg]  # not generic at run time
    """The keyed index of the column *of* (core.encryption.fingerprint), kept in step with it at each save."""

    of = ""

    def deconstruct(self) -> Any:
        """For migrations it is a text of 64 signs."""
        name, _, args, options = super().deconstruct()
        return name, "django.db.models.CharField", args, options

    prefix = staticmethod(fingerprint_prefix)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001
        """The fingerprint of the column as it is saved now."""
        plain = getattr(model_instance, self.of) if self.of else None
        if isinstance(plain, str) and not isinstance(plain, UnopenedText):
            setattr(model_instance, self.attname, fingerprint(plain))
        return super().pre_save(model_instance, add)


def fingerprint_field(verbose_name: str, *, of: str = "", **options: Any) -> FingerprintField:
    """The fingerprint of the sealed column *of*, '' where that is empty. Look it up by `fingerprints(…)`.

    Without *of* it is kept by hand, and no rotation of keys touches it.
    """
    field = FingerprintField(verbose_name, max_length=64, blank=True, default="", editable=False, **options)
    field.of = of
    return field
