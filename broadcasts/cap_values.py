"""A CAP 1.2 message as values (OASIS Common Alerting Protocol 1.2, section 3.2); both reader and writer speak them."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
Pair = tuple[str, str]


@dataclass(frozen=True)
class Reference:
    """An earlier message: `references` name it as sender, identifier and time of sending."""

    sender: str
    identifier: str
    sent: datetime


@dataclass(frozen=True)
class Resource:
    """A file beside the message; its content is never fetched."""

    description: str
    mime_type: str
    size: int | None = None
    uri: str = ""
    embedded: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Area:
    """Where. A polygon is points (latitude, longitude), the last equal to the first; a circle has its radius in km;
    altitude and ceiling are in feet above sea level.
    """

    description: str
    polygons: tuple[tuple[tuple[Decimal, Decimal], ...], ...] = ()
    circles: tuple[tuple[Decimal, Decimal, Decimal], ...] = ()
    geocodes: tuple[Pair, ...] = ()
    altitude: Decimal | None = None
    ceiling: Decimal | None = None


@dataclass(frozen=True)
class Info:
    """What is told, in one language."""

    event: str
    categories: tuple[str, ...]
    urgency: str
    severity: str
    certainty: str
    language: str = "en-US"
    responses: tuple[str, ...] = ()
    audience: str = ""
    event_codes: tuple[Pair, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[Pair, ...] = ()
    resources: tuple[Resource, ...] = ()
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True)
class Alert:
    """The whole message."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    message_type: str
    scope: str = "Public"
    source: str = ""
    restriction: str = ""
    addresses: str = ""
    codes: tuple[str, ...] = ()
    note: str = ""
    references: tuple[Reference, ...] = ()
    incidents: str = ""
    infos: tuple[Info, ...] = field(default=())
