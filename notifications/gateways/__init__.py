"""The one way to hand messages to the outside: a Protocol, its values, and the gateway of each channel by setting."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Protocol, runtime_checkable

from django.conf import settings
from django.utils.module_loading import import_string


class Outcome(StrEnum):
    """What a gateway made of one message."""

    ACCEPTED = "accepted"  # it took it, now or by an earlier try under the same key
    REJECTED = "rejected"  # it will never take it
    RETRY = "retry"  # it surely did not take it, and may later: the same again
    HELD = "held"  # it surely did not take it, through no fault of the message: costs no try, the gateway rests
    UNKNOWN = "unknown"  # the answer was lost: it may have taken it


class Parcel(NamedTuple):
    """One rendered message, ready to go. `reference` is its key at the gateway, the same at every try.

    `is_repeat` says that the answer to an earlier try was lost: the gateway may have it already. `unsubscribe` is the
    address that takes the consent back by which this goes; '' where consent is not the basis. `language` is the text's.
    """

    message_id: int
    reference: str
    address: str
    subject: str
    body: str
    is_repeat: bool = False
    unsubscribe: str = ""
    language: str = "pl"


class Receipt(NamedTuple):
    """What a gateway answered for one parcel; `code` is the vendor's own word for it.

    `is_dead` says that the address takes nothing and never will: it does not exist, or its owner refuses. `gone` are
    those of somebody's browsers that are no more.
    """

    message_id: int
    outcome: Outcome
    gateway_id: str = ""
    parts: int | None = None
    cost_points: Decimal | None = None
    code: str = ""
    is_dead: bool = False
    gone: tuple[str, ...] = ()


class Gateway(Protocol):
    """A vendor. Called by dispatch with no transaction open; it answers one Receipt for each Parcel, and never raises
    for what the vendor or the network does: that is an Outcome.

    `name` is stored with each message. `has_key` says that the vendor refuses a second message with the same reference,
    so that a try whose answer was lost may be repeated.
    """

    name: str
    has_key: bool

    def send(self, parcels: Sequence[Parcel]) -> list[Receipt]:
        """Hand over *parcels*, each at most once under its reference."""


class Flight(Protocol):
    """Where a gateway without keys says what each of its connections (`line`, from 0) is about to hand over, so that a
    worker's death leaves one message a connection in doubt and no more.
    """

    def may_go(self, line: int, message_id: int) -> bool:
        """Write down that this message goes next. False: it must not go, the batch is not ours any more."""

    def landed(self, line: int, receipt: Receipt) -> None:
        """What became of the message that was allowed to go last on *line*; written down with the next one."""

    def ended(self, line: int) -> None:
        """Write down that *line* has nothing more to hand over."""


class Unwatched:
    """A flight of which nobody keeps a record."""

    def may_go(self, line: int, message_id: int) -> bool:
        """Always."""
        return True

    def landed(self, line: int, receipt: Receipt) -> None:
        """Nothing."""

    def ended(self, line: int) -> None:
        """Nothing."""


UNWATCHED = Unwatched()
TAKEN_BACK = "paczka oddana do kolejki"  # a Receipt's code where may_go said no


@runtime_checkable
class OneByOne(Protocol):
    """A gateway without keys that hands over one message after the other, on so many connections (`lines`) at most."""

    name: str
    has_key: bool
    lines: int

    def send(self, parcels: Sequence[Parcel], flight: Flight = UNWATCHED) -> list[Receipt]:
        """Hand over *parcels*, each after *flight* let it go."""

    def gateway_id(self, reference: str) -> str:
        """The id that a message with this *reference* has at the gateway; '' when the gateway gives it."""


@lru_cache(maxsize=16)
def _made(path: str, settings_key: str) -> Gateway:
    gateway: Gateway = import_string(path)()
    return gateway


def gateways_of(channel: str) -> list[Gateway]:
    """The gateways that the settings name for *channel*, in order, kept with their connections for the life of the
    process; none when the town has none.
    """
    paths = settings.MESSAGE_GATEWAYS.get(channel, ())
    key = f"{settings.SMSAPI['url']} {settings.SERWERSMS['url']} {settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    return [_made(path, key) for path in paths]
