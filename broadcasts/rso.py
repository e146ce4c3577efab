"""RSO, the Regional Warning System (komunikaty.tvp.pl), read from its JSON or XML.

A message covers a whole voivodeship and names no issuer: it is only ever a draft. What `rso_alarm` means is published
nowhere, so it is no grade; only what RSO repeats of Alert RCB is taken as one.
"""

import json
from collections.abc import Mapping, Sequence
from html import unescape
from re import sub
from typing import Any

from lxml import etree

from broadcasts.local_times import warsaw_time
from broadcasts.told import Answer, NotReadable, Told
from broadcasts.voivodeships import find_code
from core.xml_from_outside import DeclaresType, NotXml, parse

LARGEST = 5_000_000
RCB = "ALERT RCB"


def read_json(status: int, body: bytes) -> Answer:
    """The messages of an HTTP answer in JSON. Raises NotReadable when it is no such list."""
    _check(status, body)
    try:
        said = json.loads(body)
        rows = said["newses"]
        pages = said["pagination"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotReadable("odpowiedź nie jest listą komunikatów") from error
    if not isinstance(rows, list) or not isinstance(pages, dict):
        raise NotReadable("odpowiedź nie jest listą komunikatów")
    return _answer(rows)


def read_xml(status: int, body: bytes) -> Answer:
    """The messages of an HTTP answer in XML, which mirrors the JSON. Raises NotReadable when it is no such list."""
    _check(status, body)
    try:
        root = parse(body, largest=LARGEST)
    except DeclaresType as error:
        raise NotReadable("odpowiedź nie jest listą komunikatów") from error
    except NotXml as error:
        raise NotReadable("odpowiedź nie jest poprawnym XML-em") from error
    if root.tag != "newses" or root.find("pagination_info") is None:
        raise NotReadable("odpowiedź nie jest listą komunikatów")
    return _answer([_row_of(news) for news in root.findall("news")])


def _check(status: int, body: bytes) -> None:
    if status != 200:
        raise NotReadable(f"odpowiedź {status}")
    if len(body) > LARGEST:
        raise NotReadable("odpowiedź jest zbyt długa")


def _row_of(news: "etree._Element") -> dict[str, Any]:
    row: dict[str, Any] = {str(child.tag): child.text or "" for child in news if child.tag != "provinces"}
    provinces = [{str(part.tag): part.text or "" for part in one} for one in news.findall("provinces/province")]
    return {**row, "provinces": {one.get("id", ""): one for one in provinces}}


def _answer(rows: "Sequence[Any]") -> Answer:
    told, faults = [], []
    for place, row in enumerate(rows, start=1):
        try:
            told.append(_told(row))
        except (NotReadable, KeyError, TypeError, ValueError, AttributeError) as error:
            words = f"brak pola {error}" if isinstance(error, KeyError) else str(error)
            faults.append(f"Pozycja {place}: {words}.")
    if rows and not told:
        raise NotReadable(f"żadnej pozycji nie da się odczytać ({faults[0]})")
    return Answer(tuple(told), tuple(faults))


def _told(row: Mapping[str, Any]) -> Told:
    title = _plain(row["title"])
    if not title:
        raise NotReadable("komunikat bez tytułu")
    provinces = list(row["provinces"].values()) if isinstance(row["provinces"], dict) else list(row["provinces"])
    names = [str(one.get("name") or one.get("slug_name") or "") for one in provinces]
    codes = tuple(dict.fromkeys(code for name in names if (code := find_code(name))))
    if not codes:
        raise NotReadable("nie ma znanego województwa")
    is_rcb = title.upper().startswith(RCB)
    ends = str(row.get("valid_to") or "").strip()
    return Told(
        key=str(row["id"]),
        event=title[:200],
        headline=title[:200],
        level=3 if is_rcb else 0,
        text=_plain(row.get("content") or row.get("shortcut") or ""),
        publisher="RSO",
        published_at=warsaw_time(row.get("created_at") or row["valid_from"]),
        begins_at=warsaw_time(row["valid_from"]),
        ends_at=warsaw_time(ends, is_end=True) if ends else None,
        codes=codes,
        places=tuple(names),
        severity="Extreme" if is_rcb else "Unknown",
        urgency="Immediate" if is_rcb else "Unknown",
    )


def _plain(text: object) -> str:
    """Text without its tags: RSO's contents are pieces of web pages."""
    broken = sub(r"(?i)<\s*(br|/p|/li|/div)[^>]*>", "\n", str(text))
    lines = [" ".join(unescape(sub(r"<[^>]*>", " ", line)).split()) for line in broken.splitlines()]
    return "\n".join(line for line in lines if line)
