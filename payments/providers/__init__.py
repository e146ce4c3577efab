"""The one way to take money online: a Protocol, its frozen values, and the providers by name.

Amounts are Decimal złoty here; a vendor's grosze stay inside the vendor's file. A provider is made for one recipient of
the money: '' is the town, other codes are those of SPM_PAYMENT_RECIPIENTS, with keys of their own. What may go wrong:

ProviderDown       nothing was done there: the same call may be made again
ProviderDoubt      the answer was lost: it may have been done, never repeat it blindly
ProviderRefused    the provider said no, with a code of its own
NoticeRefused      what came is not the provider's, or is no notice: it is kept and never acted on
NoticeUnclear      it is the provider's, and says what we do not understand: a clerk reads it
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Protocol

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
    """A genuine notice of another matter or with a state that we do not know; its text is for a clerk."""


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
    """Where the payer pays: a page to go to, or, with `fields`, one to which the payer's browser posts a form."""

    provider_order_id: str
    url: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Notice:
    """What the provider says of an order, by a notice or when asked.

    `paid_on` is the day of authorisation in Warsaw, None when the provider does not tell it; `status` is its own word.
    `payment_id` is the provider's number of the money itself, '' where it has none apart from the order's. With
    `is_promise` the payer did their part, and the money is ours only after `Provider.settle`.
    """

    provider_order_id: str
    number: str
    state: State
    amount: Decimal
    currency: str
    paid_on: date | None
    status: str
    payment_id: str = ""
    is_promise: bool = False


@dataclass(frozen=True)
class RefundOrder:
    """Money to be given back. `number` is ours (at most 32 signs), the provider's key against giving it back twice."""

    number: str
    provider_order_id: str
    payment_id: str
    amount: Decimal
    description: str
    notify_url: str


class RefundState(StrEnum):
    """What the provider said to a refund."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True)
class RefundAnswer:
    """The provider's number of a refund ('' where it gives none) and how far it is; `status` is its own word."""

    refund_id: str
    state: RefundState
    status: str


@dataclass(frozen=True)
class RefundNotice:
    """What the provider says of money that goes back, by itself.

    `number` is ours (32 hex digits), `refund_id` the provider's, `payment_number`, `provider_order_id` and `payment_id`
    name the payment, '' where the vendor tells none of one kind. With `is_reversal` nobody of the town wanted it: the
    payer or the payer's bank took the money back (chargeback).
    """

    number: str
    refund_id: str
    payment_number: str
    provider_order_id: str
    payment_id: str
    amount: Decimal
    currency: str
    state: RefundState
    status: str
    is_reversal: bool = False


class Provider(Protocol):
    """A vendor that takes payments. `name` is stored with each payment, `label` is shown to payers.

    Made with the code of a recipient. `kept_headers` are those of a notice that its signature needs. Every method but
    `read_notice` is called with no transaction open, because it speaks to the outside. None of them reads or writes our
    tables, logs a token, a key or the payer's address, or tries again by itself: the caller knows what may be repeated.
    """

    name: str
    label: str
    kept_headers: tuple[str, ...]

    def __init__(self, recipient: str) -> None:
        """A provider of the money of *recipient*."""

    def is_ready(self) -> bool:
        """Whether the town gave it all keys that it needs for its recipient; without them it is not offered."""

    def create_order(self, order: Order) -> Redirect:
        """Open an order, once for its number. Called when a payer confirms what to pay.

        Raises ProviderDown, ProviderDoubt (the order may be open there) or ProviderRefused.
        """

    def retrieve(self, provider_order_id: str) -> Notice:
        """Ask for the truth about an order. Called when a notice is late, or when the payer comes back before it.

        A page waits for it: it answers within a few seconds. Raises ProviderDown or ProviderRefused.
        """

    def settle(self, notice: Notice) -> Notice:
        """Take the money that *notice* promises (Przelewy24: verify, PayPal: capture).

        Called only for a payment of ours, of its very sum. Done twice it must do no harm. Raises ProviderDown or
        ProviderRefused.
        """

    def refund(self, refund: RefundOrder) -> RefundAnswer:
        """Give money back, once for its number: asked again, the provider tells the first refund, or refuses a second.

        Raises ProviderDown, ProviderDoubt (it may be on its way) or ProviderRefused.
        """

    def refund_state(self, refund: RefundOrder, refund_id: str) -> RefundAnswer:
        """Ask how far a refund is that the provider took under *refund_id*. Raises ProviderDown or ProviderRefused."""

    def read_notice(self, headers: Mapping[str, str], raw: bytes) -> Notice | RefundNotice:
        """Check a notice's signature over its raw bytes, then read it. Speaks to nobody but for a certificate to keep.

        Called twice: as the notice comes, to answer it, and when it is handled. Raises NoticeRefused, NoticeUnclear,
        and ProviderDown when a certificate cannot be read just now: the sender is asked to come again.
        """


@lru_cache(maxsize=64)
def _made(path: str, recipient: str) -> Provider:
    provider: Provider = import_string(path)(recipient)
    return provider


def provider_named(name: str, recipient: str = "") -> Provider:
    """The provider of that name in the settings, for *recipient*. Raises KeyError when the town has none."""
    return _made(settings.PAYMENT_PROVIDERS[name], recipient)


def label_of(name: str) -> str:
    """How payers know that provider; its bare name when the town no longer has it, since old payments stay."""
    return provider_named(name).label if name in settings.PAYMENT_PROVIDERS else name


def providers(recipient: str = "") -> list[Provider]:
    """The providers that residents are offered for *recipient*, in the town's order."""
    offered = [name for name in settings.PAYMENT_WAYS if name in settings.PAYMENT_PROVIDERS]
    return [provider for name in offered if (provider := provider_named(name, recipient)).is_ready()]


def sources() -> list[tuple[str, str, str]]:
    """Where notices may come from: the source's name among inbound events, the provider's, the recipient's code."""
    recipients = ["", *settings.PAYMENT_RECIPIENTS]
    return [(source_of(name, code), name, code) for name in settings.PAYMENT_PROVIDERS for code in recipients]


def source_of(name: str, recipient: str) -> str:
    """The name under which a provider's notices for *recipient* are kept among inbound events."""
    return f"{name}:{recipient}" if recipient else name


def notice_path(name: str, recipient: str) -> str:
    """Where a provider sends its notices, below the portal's address."""
    return f"/hooks/{name}/konto/{recipient}/" if recipient else f"/hooks/{name}/"


def keys_for(vendor: Mapping[str, Any], recipient: str, names: Sequence[str]) -> dict[str, str]:
    """The keys called *names* of *recipient* at a vendor; without its own they are '', never the town's."""
    own = vendor["others"].get(recipient, {}) if recipient else vendor
    return {name: str(own.get(name, "")) for name in names}
