"""Which sources the town asks, where, and how their answers are read."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from broadcasts.cap_reading import read_cap, told_of
from broadcasts.imgw import read_hydro, read_meteo
from broadcasts.rso import read_json
from broadcasts.told import Answer, NotReadable
from broadcasts.voivodeships import find_slug

SOURCE_NAMES = {
    "imgw_meteo": "IMGW-PIB: ostrzeżenia meteorologiczne",
    "imgw_hydro": "IMGW-PIB: ostrzeżenia hydrologiczne",
    "rso": "RSO: Regionalny System Ostrzegania",
    "cap": "CAP",
    "hand": "wpisane ręcznie",
}


@dataclass(frozen=True)
class Source:
    """A source. `kind` is that of its warnings, `code` its own; from a `is_list` what is no more was called off."""

    code: str
    kind: str
    name: str
    url: str
    read: Callable[[int, bytes], Answer]
    is_list: bool


def sources() -> list[Source]:
    """The sources that the settings name."""
    known = settings.WARNINGS
    found = []
    if known["imgw_url"]:
        address = f"{known['imgw_url']}/api/data"
        found += [
            _listing("imgw_meteo", f"{address}/warningsmeteo", read_meteo),
            _listing("imgw_hydro", f"{address}/warningshydro", read_hydro),
        ]
    if known["rso_url"]:
        where = find_slug(known["teryt"]) or "wszystkie"
        found.append(_listing("rso", f"{known['rso_url']}/komunikatyxml/{where}/wszystkie/0?_format=json", read_json))
    return [*found, *(_cap(url) for url in known["cap_urls"])]


def _listing(code: str, url: str, read: Callable[[int, bytes], Answer]) -> Source:
    return Source(code, code, SOURCE_NAMES[code], url, read, is_list=True)


def _cap(url: str) -> Source:
    code = f"cap-{hashlib.sha256(url.encode()).hexdigest()[:12]}"
    return Source(code, "cap", f"CAP: {urlsplit(url).netloc}"[:120], url, read_document, is_list=False)


def read_document(status: int, body: bytes) -> Answer:
    """A CAP message behind an address. Raises NotReadable."""
    if status != 200:
        raise NotReadable(f"odpowiedź {status}")
    return Answer((told_of(read_cap(body)),))
