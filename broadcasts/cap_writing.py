"""A CAP 1.2 message written: by the schema, by the rules beyond it, times as the standard wants them."""

from collections.abc import Iterable
from datetime import datetime

from lxml import etree

from broadcasts.cap_reading import schema
from broadcasts.cap_rules import faults
from broadcasts.cap_values import NAMESPACE, Alert, Area, Info, Pair


class NotCap(Exception):
    """A message that would break the standard; the words say how."""


def write_cap(alert: Alert) -> bytes:
    """*alert* as XML. Raises NotCap when it breaks a rule: nothing that others' systems would refuse leaves us."""
    if wrong := faults(alert):
        raise NotCap(" ".join(wrong))
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})
    _put(root, "identifier", alert.identifier)
    _put(root, "sender", alert.sender)
    _put(root, "sent", moment(alert.sent))
    _put(root, "status", alert.status)
    _put(root, "msgType", alert.message_type)
    _put(root, "source", alert.source)
    _put(root, "scope", alert.scope)
    _put(root, "restriction", alert.restriction)
    _put(root, "addresses", alert.addresses)
    _put_all(root, "code", alert.codes)
    _put(root, "note", alert.note)
    references = (f"{one.sender},{one.identifier},{moment(one.sent)}" for one in alert.references)
    _put(root, "references", " ".join(references))
    _put(root, "incidents", alert.incidents)
    for info in alert.infos:
        _put_info(root, info)
    checker = schema()
    if not checker.validate(root):
        raise NotCap(str(checker.error_log[0].message))
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def moment(at: datetime) -> str:
    """«2026-11-21T15:00:00+01:00» to the second; UTC is «-00:00», never «Z» (CAP 1.2, section 3.3.2)."""
    text = at.replace(microsecond=0).isoformat()
    return f"{text[:-6]}-00:00" if text.endswith("+00:00") else text


def _put_info(root: "etree._Element", info: Info) -> None:
    node = etree.SubElement(root, f"{{{NAMESPACE}}}info")
    _put(node, "language", info.language)
    _put_all(node, "category", info.categories)
    _put(node, "event", info.event)
    _put_all(node, "responseType", info.responses)
    _put(node, "urgency", info.urgency)
    _put(node, "severity", info.severity)
    _put(node, "certainty", info.certainty)
    _put(node, "audience", info.audience)
    _put_pairs(node, "eventCode", info.event_codes)
    for name, at in (("effective", info.effective), ("onset", info.onset), ("expires", info.expires)):
        _put(node, name, moment(at) if at else "")
    _put(node, "senderName", info.sender_name)
    _put(node, "headline", info.headline)
    _put(node, "description", info.description)
    _put(node, "instruction", info.instruction)
    _put(node, "web", info.web)
    _put(node, "contact", info.contact)
    _put_pairs(node, "parameter", info.parameters)
    for resource in info.resources:
        part = etree.SubElement(node, f"{{{NAMESPACE}}}resource")
        _put(part, "resourceDesc", resource.description)
        _put(part, "mimeType", resource.mime_type)
        _put(part, "size", "" if resource.size is None else str(resource.size))
        _put(part, "uri", resource.uri)
        _put(part, "derefUri", resource.embedded)
        _put(part, "digest", resource.digest)
    for area in info.areas:
        _put_area(node, area)


def _put_area(info: "etree._Element", area: Area) -> None:
    node = etree.SubElement(info, f"{{{NAMESPACE}}}area")
    _put(node, "areaDesc", area.description)
    for polygon in area.polygons:
        _put(node, "polygon", " ".join(f"{latitude},{longitude}" for latitude, longitude in polygon))
    for latitude, longitude, radius in area.circles:
        _put(node, "circle", f"{latitude},{longitude} {radius}")
    _put_pairs(node, "geocode", area.geocodes)
    _put(node, "altitude", "" if area.altitude is None else str(area.altitude))
    _put(node, "ceiling", "" if area.ceiling is None else str(area.ceiling))


def _put(node: "etree._Element", name: str, text: str) -> None:
    """An element with *text*; none for ''."""
    if text:
        etree.SubElement(node, f"{{{NAMESPACE}}}{name}").text = text


def _put_all(node: "etree._Element", name: str, texts: Iterable[str]) -> None:
    for text in texts:
        _put(node, name, text)


def _put_pairs(node: "etree._Element", name: str, pairs: Iterable[Pair]) -> None:
    for value_name, value in pairs:
        part = etree.SubElement(node, f"{{{NAMESPACE}}}{name}")
        _put(part, "valueName", value_name)
        _put(part, "value", value)
