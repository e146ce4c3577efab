"""A CAP 1.2 message read: own parser on lxml, checked by the schema and by the rules beyond it."""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

from lxml import etree

from broadcasts.cap_rules import faults
from broadcasts.cap_values import NAMESPACE, Alert, Area, Info, Pair, Reference, Resource
from broadcasts.told import NotReadable, Sort, Told
from broadcasts.voivodeships import find_code
from core.xml_from_outside import DeclaresType, NotXml, TooLargeXml, parse

SCHEMA = Path(__file__).parent / "data" / "cap-1.2.xsd"
LARGEST = 1_000_000
# Of the parser's English words only the element's name is told.
NAMED_ELEMENT = re.compile(r"Element '(?:\{[^}]*\})?([^']+)'")
LEVELS = {"Extreme": 3, "Severe": 2, "Moderate": 1, "Minor": 1}
SORTS = {"Alert": Sort.ALERT, "Update": Sort.UPDATE, "Cancel": Sort.CANCEL}
TERYT_NAMES = frozenset({"TERYT", "TERC", "EMMA_ID_TERYT"})
POLISH = "pl"


@lru_cache(maxsize=1)
def schema() -> "etree.XMLSchema":
    """The structure of a CAP 1.2 message."""
    return etree.XMLSchema(etree.fromstring(SCHEMA.read_bytes()))


def read_cap(content: bytes) -> Alert:
    """The message in *content*. Raises NotReadable with all that is wrong: no XML, a document type, more than 1 MB,
    not by the schema, or against a rule of the standard.
    """
    root = _parsed(content)
    checker = schema()
    if not checker.validate(root):
        first = checker.error_log[0]
        named = NAMED_ELEMENT.match(first.message)
        element = f", element „{named[1][:60]}”" if named else ""
        raise NotReadable(f"komunikat nie zgadza się ze schematem CAP 1.2 (wiersz {first.line}{element})")
    try:
        alert = _alert(root)
    except (ValueError, InvalidOperation) as error:
        raise NotReadable(f"komunikat ma wartość nie do odczytania: {error}") from error
    if wrong := faults(alert):
        raise NotReadable(" ".join(wrong))
    return alert


def _parsed(content: bytes) -> "etree._Element":
    try:
        return parse(content, largest=LARGEST)
    except TooLargeXml as error:
        raise NotReadable("komunikat ma ponad 1 MB") from error
    except DeclaresType as error:
        raise NotReadable("komunikat deklaruje typ dokumentu (DOCTYPE), co jest niedozwolone") from error
    except NotXml as error:
        raise NotReadable("komunikat nie jest poprawnym XML-em") from error


def told_of(alert: Alert) -> Told:
    """The message as a warning: its Polish part where it has one, else the first. Raises NotReadable for what warns of
    nothing (Ack, Error, without info) and for what is no live message (Draft, System, Test).
    """
    if alert.message_type not in SORTS:
        raise NotReadable(f"komunikat typu {alert.message_type} o niczym nie ostrzega")
    if alert.status not in {"Actual", "Exercise"}:
        raise NotReadable(f"komunikat ma status {alert.status}")
    if not alert.infos and alert.message_type != "Cancel":
        raise NotReadable("komunikat nie ma treści")
    polish = [info for info in alert.infos if info.language.lower().startswith(POLISH)]
    info = (polish or list(alert.infos) or [Info("", (), "Unknown", "Unknown", "Unknown")])[0]
    return Told(
        key=f"{alert.sender}|{alert.identifier}",
        event=info.event,
        level=LEVELS.get(info.severity, 0),
        headline=info.headline or info.event,
        text=info.description,
        instruction=info.instruction,
        publisher=info.sender_name or alert.sender,
        published_at=alert.sent,
        begins_at=info.onset or info.effective or alert.sent,
        ends_at=info.expires,
        codes=tuple(dict.fromkeys(code for area in info.areas for code in _codes(area))),
        places=tuple(area.description for area in info.areas),
        severity=info.severity,
        urgency=info.urgency,
        certainty=info.certainty,
        sort=SORTS[alert.message_type],
        refers_to=tuple(f"{one.sender}|{one.identifier}" for one in alert.references),
        is_exercise=alert.status == "Exercise",
    )


def _codes(area: Area) -> Iterator[str]:
    for name, value in area.geocodes:
        if name.upper() in TERYT_NAMES and value.isdecimal():
            yield value
    if code := find_code(area.description.lower().removeprefix("województwo ").removeprefix("woj. ")):
        yield code


def _alert(root: "etree._Element") -> Alert:
    return Alert(
        identifier=_text(root, "identifier"),
        sender=_text(root, "sender"),
        sent=_moment(_text(root, "sent")),
        status=_text(root, "status"),
        message_type=_text(root, "msgType"),
        source=_text(root, "source"),
        scope=_text(root, "scope"),
        restriction=_text(root, "restriction"),
        addresses=_text(root, "addresses"),
        codes=_texts(root, "code"),
        note=_text(root, "note"),
        references=tuple(_reference(one) for one in _text(root, "references").split()),
        incidents=_text(root, "incidents"),
        infos=tuple(_info(one) for one in _all(root, "info")),
    )


def _info(node: "etree._Element") -> Info:
    return Info(
        language=_text(node, "language") or "en-US",
        categories=_texts(node, "category"),
        event=_text(node, "event"),
        responses=_texts(node, "responseType"),
        urgency=_text(node, "urgency"),
        severity=_text(node, "severity"),
        certainty=_text(node, "certainty"),
        audience=_text(node, "audience"),
        event_codes=_pairs(node, "eventCode"),
        effective=_maybe_moment(node, "effective"),
        onset=_maybe_moment(node, "onset"),
        expires=_maybe_moment(node, "expires"),
        sender_name=_text(node, "senderName"),
        headline=_text(node, "headline"),
        description=_text(node, "description"),
        instruction=_text(node, "instruction"),
        web=_text(node, "web"),
        contact=_text(node, "contact"),
        parameters=_pairs(node, "parameter"),
        resources=tuple(_resource(one) for one in _all(node, "resource")),
        areas=tuple(_area(one) for one in _all(node, "area")),
    )


def _resource(node: "etree._Element") -> Resource:
    size = _text(node, "size")
    return Resource(
        description=_text(node, "resourceDesc"),
        mime_type=_text(node, "mimeType"),
        size=int(size) if size else None,
        uri=_text(node, "uri"),
        embedded=_text(node, "derefUri"),
        digest=_text(node, "digest"),
    )


def _area(node: "etree._Element") -> Area:
    altitude, ceiling = _text(node, "altitude"), _text(node, "ceiling")
    return Area(
        description=_text(node, "areaDesc"),
        polygons=tuple(tuple(_point(pair) for pair in text.split()) for text in _texts(node, "polygon")),
        circles=tuple(_circle(text) for text in _texts(node, "circle")),
        geocodes=_pairs(node, "geocode"),
        altitude=Decimal(altitude) if altitude else None,
        ceiling=Decimal(ceiling) if ceiling else None,
    )


def _point(text: str) -> tuple[Decimal, Decimal]:
    latitude, longitude = (_number(part) for part in text.split(","))
    return latitude, longitude


def _circle(text: str) -> tuple[Decimal, Decimal, Decimal]:
    centre, radius = text.split()
    return (*_point(centre), _number(radius))


def _number(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(f"{text!r} nie jest liczbą")
    return number


def _reference(text: str) -> Reference:
    sender, identifier, sent = text.split(",")
    return Reference(sender, identifier, _moment(sent))


def _moment(text: str) -> datetime:
    """«2026-11-21T15:00:00+01:00»; a comma or a «-00:00» where the standard lets them stand."""
    moment = datetime.fromisoformat(text.replace(",", "+").replace("-00:00", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"czas bez strefy: {text!r}")
    return moment


def _maybe_moment(node: "etree._Element", name: str) -> datetime | None:
    text = _text(node, name)
    return _moment(text) if text else None


def _all(node: "etree._Element", name: str) -> "list[etree._Element]":
    return list(node.findall(f"{{{NAMESPACE}}}{name}"))


def _text(node: "etree._Element", name: str) -> str:
    return str(node.findtext(f"{{{NAMESPACE}}}{name}", "") or "").strip()


def _texts(node: "etree._Element", name: str) -> tuple[str, ...]:
    return tuple(str(one.text or "").strip() for one in _all(node, name))


def _pairs(node: "etree._Element", name: str) -> tuple[Pair, ...]:
    return tuple((_text(one, "valueName"), _text(one, "value")) for one in _all(node, name))
