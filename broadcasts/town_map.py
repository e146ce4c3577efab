"""The town's map: taken in from the register of addresses, asked for streets in a shape, drawn."""

from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction

from broadcasts.models import District, MapStreet
from broadcasts.shapes import NotAShape, Picture, Point, picture_of, read_shape_point, streets_inside
from core import audit
from core.actor import Actor
from core.csvfile import read_rows
from core.errors import Refused

COLUMNS = ("ulica", "szerokosc", "dlugosc")
MOST_TOLD = 20


@dataclass(frozen=True)
class TakenIn:
    """What a file of addresses brought: how many addresses, on how many streets, and what is wrong with other rows."""

    addresses: int
    streets: int
    faults: tuple[str, ...]


def take_addresses(content: bytes, *, by: Actor) -> TakenIn:
    """Replace the map by the addresses of a CSV file «ulica;szerokosc;dlugosc» (degrees, WGS 84); rows that cannot be
    read are told with their line. Raises Refused as `core.csvfile.read_rows`, and `no_addresses`.
    """
    streets: dict[str, set[Point]] = defaultdict(set)
    faults = []
    for line, cells in read_rows(content, COLUMNS):
        if cells is None or not cells[0].strip():
            faults.append(f"Wiersz {line}: brakuje ulicy albo kolumn jest inna liczba niż w nagłówku.")
            continue
        try:
            point = read_shape_point(cells[1], cells[2])
        except NotAShape as fault:
            faults.append(f"Wiersz {line}: {fault}")
        else:
            streets[" ".join(cells[0].split())[:120]].add(point)
    if not streets:
        raise Refused(
            "no_addresses", "W pliku nie ma ani jednego adresu ze współrzędnymi.", mend="Mapa została bez zmian."
        )
    with transaction.atomic():
        MapStreet.objects.all().delete()
        MapStreet.objects.bulk_create(
            MapStreet(name=name, points=sorted(points)) for name, points in sorted(streets.items())
        )
        count = sum(map(len, streets.values()))
        audit.record("take_addresses", "map:town", by=by, addresses=count, streets=len(streets), faults=len(faults))
    return TakenIn(count, len(streets), tuple(faults[:MOST_TOLD]))


def known_streets() -> dict[str, list[list[float]]]:
    """The streets of the map and the points of their addresses."""
    return dict(MapStreet.objects.values_list("name", "points"))


def street_names() -> list[str]:
    """The names of the streets of the map."""
    return list(MapStreet.objects.values_list("name", flat=True))


def streets_of_shape(shape: list[list[float]]) -> list[str]:
    """The streets of which an address at least lies in *shape*; none without a shape."""
    return streets_inside(shape, known_streets()) if shape else []


def town_picture() -> Picture | None:
    """The map to draw on; None while no addresses were taken in."""
    return picture_of(known_streets(), {one.name: one.streets for one in District.objects.all()})
