"""IMGW-PIB's public warnings, meteorological and hydrological, read from its JSON.

Source: danepubliczne.imgw.pl, /api/data/warningsmeteo and /api/data/warningshydro; IMGW-PIB must be credited. An empty
list comes as 404 with a set body, or as a body that has only a message; every other failure is no answer.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from broadcasts.local_times import warsaw_time
from broadcasts.told import Answer, NotReadable, Told
from broadcasts.voivodeships import find_code

NO_PRODUCTS = {"status": False, "message": "No products were found"}
NO_WARNINGS = "Brak ostrzeżeń"
CREDIT = "IMGW-PIB"
SEVERITY = {0: "Unknown", 1: "Moderate", 2: "Severe", 3: "Extreme"}
OPEN_END = "9999"  # «9999-12-31 23:59:59»: until further notice
LARGEST = 10_000_000


def read_meteo(status: int, body: bytes) -> Answer:
    """The meteorological warnings of an HTTP answer. Raises NotReadable when it is none of the known shapes."""
    return _read(status, body, _meteo)


def read_hydro(status: int, body: bytes) -> Answer:
    """The hydrological warnings of an HTTP answer. Raises NotReadable when it is none of the known shapes."""
    return _read(status, body, _hydro)


def _read(status: int, body: bytes, of_row: "Callable[[Mapping[str, Any]], Told]") -> Answer:
    if len(body) > LARGEST:
        raise NotReadable("odpowiedź jest zbyt długa")
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotReadable("odpowiedź nie jest poprawnym JSON-em") from error
    if _is_empty(status, said):
        return Answer(())
    if status != 200:
        raise NotReadable(f"odpowiedź {status}")
    if not isinstance(said, list) or not said:
        raise NotReadable("odpowiedź nie jest listą ostrzeżeń")
    told, faults = [], []
    for place, row in enumerate(said, start=1):
        try:
            told.append(of_row(row))
        except (NotReadable, KeyError, TypeError, ValueError, AttributeError) as error:
            words = f"brak pola {error}" if isinstance(error, KeyError) else str(error)
            faults.append(f"Pozycja {place}: {words}.")
    if not told:
        raise NotReadable(f"żadnej pozycji nie da się odczytać ({faults[0]})")
    return Answer(tuple(told), tuple(faults))


def _is_empty(status: int, said: object) -> bool:
    if status == 404:
        return said == NO_PRODUCTS
    return (
        status == 200
        and isinstance(said, dict)
        and set(said) <= {"message", "status"}
        and str(said.get("message", "")).startswith(NO_WARNINGS)
    )


def _meteo(row: Mapping[str, Any]) -> Told:
    codes = tuple(str(code) for code in row["teryt"])
    if not all(code.isdecimal() and len(code) == 4 for code in codes):
        raise NotReadable("kod TERYT powiatu nie ma czterech cyfr")
    level = _level(row["stopien"])
    return Told(
        key=_named(row, "id"),
        event=_named(row, "nazwa_zdarzenia"),
        level=level,
        headline=f"{_named(row, 'nazwa_zdarzenia')} – stopień {level}" if level else _named(row, "nazwa_zdarzenia"),
        text=_text(row, "tresc", "komentarz"),
        publisher=f"{CREDIT}, {row.get('biuro') or ''}".rstrip(", "),
        published_at=warsaw_time(row["opublikowano"]),
        begins_at=warsaw_time(row["obowiazuje_od"]),
        ends_at=warsaw_time(row["obowiazuje_do"], is_end=True),
        codes=codes,
        severity=SEVERITY[level],
        urgency="Expected",
        certainty=_certainty(row.get("prawdopodobienstwo")),
    )


def _hydro(row: Mapping[str, Any]) -> Told:
    begins, areas = str(row["data_od"]), row["obszary"]
    names = [str(area["wojewodztwo"]) for area in areas]
    codes = tuple(dict.fromkeys(code for name in names if (code := find_code(name))))
    if not codes:
        raise NotReadable("nie ma znanego województwa")
    level = _level(row["stopień"])
    ends = str(row["data_do"])
    return Told(
        key=f"{row['numer']}|{row['biuro']}|{begins}",
        event=_named(row, "zdarzenie"),
        level=level,
        headline=f"{_named(row, 'zdarzenie')} – stopień {level}" if level else _named(row, "zdarzenie"),
        text=_text(row, "przebieg", "komentarz"),
        publisher=f"{CREDIT}, {row['biuro']}",
        published_at=warsaw_time(row["opublikowano"]),
        begins_at=warsaw_time(begins),
        ends_at=None if ends.startswith(OPEN_END) else warsaw_time(ends, is_end=True),
        codes=codes,
        catchments=tuple(dict.fromkeys(str(code) for area in areas for code in area.get("kod_zlewni") or ())),
        places=tuple(dict.fromkeys(str(area["opis"]) for area in areas if area.get("opis"))),
        severity="Minor" if level == 0 else SEVERITY[level],
        urgency="Expected",
        certainty=_certainty(row.get("prawdopodobieństwo")),
    )


def _level(text: object) -> int:
    """«1» to «3»; «-1» is a hydrological drought, which has no grade."""
    if str(text).strip() == "-1":
        return 0
    if str(text).strip() not in {"1", "2", "3"}:
        raise NotReadable(f"nieznany stopień {str(text)[:10]!r}")
    return int(str(text))


def _certainty(percent: object) -> str:
    text = str(percent or "").strip()
    if not text.isdecimal():
        return "Unknown"
    return "Likely" if int(text) > 50 else "Possible"


def _named(row: Mapping[str, Any], name: str) -> str:
    text = " ".join(str(row[name]).split())
    if not text:
        raise NotReadable(f"puste pole {name!r}")
    return text


def _text(row: Mapping[str, Any], *names: str) -> str:
    """The course of the event and the forecaster's comment, where there is one."""
    parts = [" ".join(str(row.get(name) or "").split()) for name in names]
    return "\n".join(part for part in parts if part and part != "Brak.")
