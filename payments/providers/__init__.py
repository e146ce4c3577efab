"""The one way to take money online: a Protocol, its frozen values, and the providers by name.

Amounts are Decimal złoty here; a vendor's grosze stay inside the vendor's file. What may go wrong:

ProviderDown       nothing was done there: the same call may be made again
ProviderDoubt      the answer was lost: it may have been done, never repeat it blindly
ProviderRefused    the provider said no, with a code of its own
NoticeRefused      what came is not the provider's, or is no notice: it is kept and never acted on
NoticeUnclear      it is the provider's, and says what we do not understand: a clerk reads it
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


class NoticeUnclear(Exception):
    """A genuine notice of another matter (a refund) or with a state that we do not know; its text is for a clerk."""


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
    """What the provider says of an order, by a notice or when asked.

    `paid_on` is the day of authorisation in Warsaw, None when the provider does not tell it; `status` is its own word.
    """

    provider_order_id: str
    number: str
    state: State
    amount: Decimal
    currency: str
    paid_on: date | None
    status: str


class Provider(Protocol):
    """A vendor that takes payments. `name` is stored with each payment, `label` is shown to payers.

    Every method but `read_notice` is called with no transaction open, because it speaks to the outside. None of them
    reads or writes our tables, logs a token, a key or the payer's address, or tries again by itself: the caller knows
    what may be repeated.
    """

    name: str
    label: str

    def create_order(self, order: Order) -> Redirect:
        """Open an order, once for its number. Called when a payer confirms what to pay.

        Raises ProviderDown, ProviderDoubt (the order may be open there) or ProviderRefused.
        """

    def retrieve(self, provider_order_id: str) -> Notice:
        """Ask for the truth about an order. Called when a notice is late, or when the payer comes back before it.

        A page waits for it: it answers within a few seconds. Raises ProviderDown or ProviderRefused.
        """

    def read_notice(self, headers: Mapping[str, str], raw: bytes) -> Notice:
        """Check a notice's signature over its raw bytes, then read it. Speaks to nobody.

        Called twice: as the notice comes, to answer it, and when it is handled. Raises NoticeRefused, NoticeUnclear.
        """


@lru_cache(maxsize=8)
def _made(path: str) -> Provider:
    provider: Provider = import_string(path)()
    return provider


def provider_named(name: str) -> Provider:
    """The provider of that name in the settings. Raises KeyError when the town has none."""
    return _made(settings.PAYMENT_PROVIDERS[name])


def label_of(name: str) -> str:
    """How payers know that provider; its bare name when the town no longer has it, since old payments stay."""
    return provider_named(name).label if name in settings.PAYMENT_PROVIDERS else name


def providers() -> list[Provider]:
    """Every provider of the town, in its order."""
    return [provider_named(name) for name in settings.PAYMENT_PROVIDERS]
