"""A shape drawn on the town's map: read, checked, asked what lies in it, put on the picture. Pure values, no clock.

Points are (latitude, longitude) in degrees, WGS 84, as in CAP's polygons; the town is small enough for straight lines.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import cos, radians

from broadcasts.cap_rules import crosses_itself

Point = tuple[float, float]
FEWEST, MOST = 3, 100
PLACES = 5  # of degrees: about a metre
POINT = re.compile(r"\s*(-?\d{1,2}[.,]\d+)\s*[,;\s]\s*(-?\d{1,3}[.,]\d+)\s*")
WIDTH, MARGIN = 600, 12


class NotAShape(ValueError):
    """What is wrong with a shape, in Polish."""


def read_shape(text: str) -> list[Point]:
    """The corners of a shape, one a line: «49.82245, 19.04686». Raises NotAShape; an empty text is no shape."""
    points: list[Point] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = POINT.fullmatch(line)
        if not found:
            raise NotAShape(f"Wiersz {number}: podaj szerokość i długość, na przykład 49.82245, 19.04686.")
        try:
            points.append(read_shape_point(*found.groups()))
        except NotAShape as fault:
            raise NotAShape(f"Wiersz {number}: {fault}") from fault
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    if points and len(set(points)) < FEWEST:
        raise NotAShape("Kształt musi mieć co najmniej trzy różne punkty.")
    if len(points) > MOST:
        raise NotAShape(f"Kształt ma {len(points)} punktów, a może mieć najwyżej {MOST}.")
    if points and crosses_itself(closed(points)):
        raise NotAShape("Linia kształtu przecina samą siebie. Zaznacz punkty po kolei, dookoła obszaru.")
    return points


def read_shape_point(latitude: str, longitude: str) -> Point:
    """One place, by degrees written with a point or a comma. Raises NotAShape."""
    try:
        point = (float(latitude.replace(",", ".")), float(longitude.replace(",", ".")))
    except ValueError as error:
        raise NotAShape("współrzędne to dwie liczby, na przykład 49.82245 i 19.04686.") from error
    if not (abs(point[0]) <= 90 and abs(point[1]) <= 180):
        raise NotAShape("nie ma takiego miejsca na Ziemi.")
    return round(point[0], PLACES), round(point[1], PLACES)


def write_shape(points: Iterable[Sequence[float]]) -> str:
    """The corners as `read_shape` reads them."""
    return "\n".join(f"{latitude:.{PLACES}f}, {longitude:.{PLACES}f}" for latitude, longitude in points)


def closed(points: Sequence[Sequence[float]]) -> tuple[tuple[Decimal, Decimal], ...]:
    """The shape as a polygon of CAP: its last point is its first one again."""
    around = [*points, points[0]]
    return tuple((Decimal(f"{one:.{PLACES}f}"), Decimal(f"{two:.{PLACES}f}")) for one, two in around)


def is_inside(shape: Sequence[Sequence[float]], point: Sequence[float]) -> bool:
    """Whether *point* lies in *shape*: a ray to the east crosses its sides an odd number of times."""
    latitude, longitude = point
    inside = False
    for (lat, lon), (next_lat, next_lon) in zip(shape, [*shape[1:], shape[0]], strict=True):
        if (lat > latitude) != (next_lat > latitude):
            inside ^= longitude < lon + (latitude - lat) / (next_lat - lat) * (next_lon - lon)
    return inside


def streets_inside(shape: Sequence[Sequence[float]], streets: Mapping[str, Sequence[Sequence[float]]]) -> list[str]:
    """The streets of which one address at least lies in *shape*: a street half in it is warned whole."""
    south, north = min(corner[0] for corner in shape), max(corner[0] for corner in shape)
    west, east = min(corner[1] for corner in shape), max(corner[1] for corner in shape)
    return sorted(
        name
        for name, points in streets.items()
        if any(south <= point[0] <= north and west <= point[1] <= east and is_inside(shape, point) for point in points)
    )


@dataclass(frozen=True)
class Picture:
    """The map as an SVG of `width` × `height`: `dots` is one path of all addresses, `names` are placed labels. A point
    of the picture is `west + x / across` degrees east and `north - y / up` degrees north.
    """

    width: int
    height: int
    west: float
    north: float
    across: float
    up: float
    dots: str
    names: tuple[tuple[str, int, int], ...]

    def outline(self, shape: Iterable[Sequence[float]]) -> str:
        """The corners of *shape* as points of an SVG polygon."""
        return " ".join(f"{x},{y}" for x, y in (self.place(point) for point in shape))

    def place(self, point: Sequence[float]) -> tuple[int, int]:
        """Where *point* lies on the picture."""
        return round((point[1] - self.west) * self.across), round((self.north - point[0]) * self.up)


def picture_of(streets: Mapping[str, Sequence[Sequence[float]]], parts: Mapping[str, Sequence[str]]) -> Picture | None:
    """The map of *streets*, with the names of *parts* (districts and their streets) in their middles; None for none."""
    points = [point for line in streets.values() for point in line]
    if not points:
        return None
    south, north = min(point[0] for point in points), max(point[0] for point in points)
    west, east = min(point[1] for point in points), max(point[1] for point in points)
    shrunk = cos(radians((south + north) / 2))  # a degree of longitude is that much shorter than one of latitude
    up = (WIDTH - 2 * MARGIN) / max((east - west) * shrunk, (north - south) * shrunk, 0.001)
    across = up * shrunk
    frame = Picture(
        width=WIDTH,
        height=round((north - south) * up) + 2 * MARGIN,
        west=west - MARGIN / across,
        north=north + MARGIN / up,
        across=across,
        up=up,
        dots="",
        names=(),
    )
    dots = sorted({frame.place(point) for point in points})
    names = []
    for name, mine in parts.items():
        here = [frame.place(point) for street in mine for point in streets.get(street, ())]
        if here:
            names.append((name, sum(x for x, _ in here) // len(here), sum(y for _, y in here) // len(here)))
    path = "".join(f"M{x} {y}h0" for x, y in dots)
    return Picture(frame.width, frame.height, frame.west, frame.north, frame.across, frame.up, path, tuple(names))
