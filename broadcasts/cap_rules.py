"""What CAP 1.2 asks of a message beyond its schema (OASIS CAP 1.2, section 3.2), as faults in Polish."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from broadcasts.cap_values import Alert, Area, Info

FORBIDDEN = re.compile(r"[\s,<&]")
MARKUP = re.compile(r"<\s*/?\s*[a-zA-Z][^>]*>|&[a-z]+;|&#\d+;")
FEWEST_POINTS = 4
# Points that are compared pair by pair; a larger polygon is taken as it is.
MOST_COMPARED = 1000
Point = tuple[Decimal, Decimal]


def faults(alert: Alert) -> list[str]:
    """What is wrong with *alert*; nothing when it may go out or be taken in."""
    return [*_head(alert), *_references(alert), *(fault for info in alert.infos for fault in _info(info))] + [
        *_languages(alert.infos)
    ]


def _head(alert: Alert) -> Iterator[str]:
    for name, value in (("identifier", alert.identifier), ("sender", alert.sender)):
        if not value or FORBIDDEN.search(value):
            yield f"{name}: nie może być puste ani zawierać odstępu, przecinka, znaku < ani &."
    if alert.sent.tzinfo is None:
        yield "sent: czas nie ma strefy."
    if (alert.scope == "Restricted") != bool(alert.restriction):
        yield "restriction: podaje się je wtedy i tylko wtedy, gdy scope to Restricted."
    if (alert.scope == "Private") != bool(alert.addresses):
        yield "addresses: podaje się je wtedy i tylko wtedy, gdy scope to Private."


def _references(alert: Alert) -> Iterator[str]:
    if alert.message_type in {"Update", "Cancel", "Ack", "Error"} and not alert.references:
        yield f"references: {alert.message_type} musi wskazać wcześniejszy komunikat."
    for one in alert.references:
        if (one.sender, one.identifier) == (alert.sender, alert.identifier):
            yield "references: komunikat wskazuje sam siebie."
        elif one.sent > alert.sent:
            yield f"references: {one.identifier} ma datę późniejszą niż ten komunikat."


def _info(info: Info) -> Iterator[str]:
    for name, text in (
        *(("event", info.event), ("headline", info.headline)),
        *(("description", info.description), ("instruction", info.instruction)),
    ):
        if MARKUP.search(text):
            yield f"{name}: zawiera znaczniki HTML."
    if info.expires and info.onset and info.expires < info.onset:
        yield "expires: koniec jest przed początkiem."
    for area in info.areas:
        yield from _area(area)


def _area(area: Area) -> Iterator[str]:
    where = area.description or "obszar bez nazwy"
    if area.ceiling is not None and area.altitude is None:
        yield f"ceiling ({where}): wymaga altitude."
    for polygon in area.polygons:
        if len(polygon) < FEWEST_POINTS or polygon[0] != polygon[-1]:
            yield f"polygon ({where}): co najmniej cztery punkty, ostatni taki jak pierwszy."
        elif not all(_on_earth(*point) for point in polygon):
            yield f"polygon ({where}): punkt poza zakresem współrzędnych."
        elif crosses_itself(polygon):
            yield f"polygon ({where}): linia przecina samą siebie."
    for latitude, longitude, radius in area.circles:
        if not _on_earth(latitude, longitude) or radius < 0:
            yield f"circle ({where}): punkt poza zakresem współrzędnych albo promień ujemny."


def _languages(infos: Sequence[Info]) -> Iterator[str]:
    """The same words under two languages: one of them was not translated."""
    told: dict[tuple[str, str], str] = {}
    for info in infos:
        words = (info.headline.strip(), info.description.strip())
        if any(words) and told.setdefault(words, info.language) != info.language:
            yield f"info: ten sam tekst podano jako {told[words]} i {info.language}."


def _on_earth(latitude: Decimal, longitude: Decimal) -> bool:
    return abs(latitude) <= 90 and abs(longitude) <= 180


def crosses_itself(polygon: Sequence[Point]) -> bool:
    """Whether two sides of a closed *polygon* that are not neighbours meet."""
    sides = list(pairwise(polygon))
    if len(sides) > MOST_COMPARED:
        return False
    last = len(sides) - 1
    return any(
        _meet(*sides[first], *sides[second])
        for first in range(len(sides))
        for second in range(first + 2, len(sides))
        if (first, second) != (0, last)
    )


def _meet(one: Point, two: Point, three: Point, four: Point) -> bool:
    def turn(origin: Point, first: Point, second: Point) -> Decimal:
        return (first[0] - origin[0]) * (second[1] - origin[1]) - (first[1] - origin[1]) * (second[0] - origin[0])

    def lies_on(origin: Point, end: Point, point: Point) -> bool:
        return all(min(origin[axis], end[axis]) <= point[axis] <= max(origin[axis], end[axis]) for axis in (0, 1))

    sides = [turn(three, four, one), turn(three, four, two), turn(one, two, three), turn(one, two, four)]
    if (sides[0] > 0) != (sides[1] > 0) and (sides[2] > 0) != (sides[3] > 0) and all(sides):
        return True
    touching = ((three, four, one), (three, four, two), (one, two, three), (one, two, four))
    return any(side == 0 and lies_on(*ends) for side, ends in zip(sides, touching, strict=True))
