"""The one way to take money online: a Protocol, its frozen values, and the providers by name.

Amounts are Decimal złoty here; a vendor's grosze stay inside the vendor's file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from payments.states import State


class ProviderDown(Exception):
    """The provider surely did nothing: trying again later is safe."""


class ProviderDoubt(Exception):
    """The answer was lost: the provider may have acted."""


class ProviderRefused(Exception):
    """The provider said no; `code` is its own word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NoticeRefused(Exception):
    """A notice that is not the provider's, or cannot be read; `is_forged` tells a bad signature from a bad body."""

    def __init__(self, reason: str, *, is_forged: bool) -> None:
        super().__init__(reason)
        self.is_forged = is_forged


@dataclass(frozen=True)
class OrderLine:
    """One due in an order."""

    name: str
    amount: Decimal


@dataclass(frozen=True)
class Order:
    """What the payer is to be charged. `number` is ours, the provider's key against a second order for one payment."""

    number: str
    amount: Decimal
    description: str
    lines: Sequence[OrderLine]
    customer_ip: str
    buyer_email: str
    notify_url: str
    continue_url: str
    valid_seconds: int


@dataclass(frozen=True)
class Redirect:
    """Where the payer pays."""

    provider_order_id: str
    url: str


@dataclass(frozen=True)
class Notice:
    """What the provider says of an order, by a notice or when asked. `paid_on` is the day of authorisation, if paid."""

    provider_order_id: str
    number: str
    state: State
    amount: Decimal
    currency: str
    paid_on: date | None
    status: str


class Provider(Protocol):
    """A vendor that takes payments. `name` is stored with each payment.

    Called with no transaction open. It moves no money in our books: it only tells what it knows.
    """

    name: str
    label: str

    def create_order(self, order: Order) -> Redirect:
        """Open an order, once for its number. Raises ProviderDown, ProviderDoubt or ProviderRefused."""

    def retrieve(self, provider_order_id: str) -> Notice:
        """Ask for the truth about an order. Raises ProviderDown, ProviderDoubt or ProviderRefused."""

    def read_notice(self, headers: Mapping[str, str], raw: bytes) -> Notice:
        """Check a notice's signature over its raw bytes and read it. Raises NoticeRefused. Speaks to nobody."""


@lru_cache(maxsize=8)
def _made(path: str) -> Provider:
    provider: Provider = import_string(path)()
    return provider


def provider_named(name: str) -> Provider:
    """The provider of that name in the settings. Raises KeyError when the town has none."""
    return _made(settings.PAYMENT_PROVIDERS[name])


def providers() -> list[Provider]:
    """Every provider of the town, in its order."""
    return [provider_named(name) for name in settings.PAYMENT_PROVIDERS]
