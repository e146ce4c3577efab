"""A sign-in: somebody with an e-mail address. Whose data it may see is said by mandates, never by the account."""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Now

from core.fields import SealedEmailField

# Allauth's own table of addresses is sealed as ours is: it looks addresses up by equality alone, which the field can.
EmailAddress._meta.get_field("email").__class__ = SealedEmailField


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; Django's own commands (createsuperuser) call it."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "Account":
        """Make an account that signs in with *email* (kept in lower case)."""
        account = self.model(email=self.normalize_email(email).lower(), **extra)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "Account":
        """Make an administrator."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class Account(AbstractBaseUser, PermissionsMixin):
    """A person's sign-in to the portal, resident or staff."""

    email = SealedEmailField("adres e-mail", unique=True)
    full_name = models.CharField("imię i nazwisko", max_length=150, blank=True)
    is_staff = models.BooleanField("pracownik urzędu", default=False)
    is_active = models.BooleanField("czynne", default=True)
    date_joined = models.DateTimeField("założono", db_default=Now())

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "konto"
        verbose_name_plural = "konta"
        permissions = [
            ("remove_second_factor", "Może usunąć drugi składnik logowania innej osoby"),
            ("end_sessions", "Może wylogować inną osobę"),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """The name to show; before one is given, what stands before the @ of the address."""
        return self.full_name or self.email.partition("@")[0]

    def get_short_name(self) -> str:
        """The first name."""
        return self.get_full_name().split(" ")[0]
