"""The demo's night: IMGW's stand-in tells of a wind, a draft waits for the officers, districts to narrow it to."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import requests
from django.conf import settings

from broadcasts.actions import poll_sources
from broadcasts.models import District, DutyOfficer
from broadcasts.officers import set_officer
from broadcasts.ready import set_district
from core.actor import job
from spm.demo.names import STREETS

BY = job("load_demo")
WARSAW = ZoneInfo("Europe/Warsaw")
DISTRICTS = ("Śródmieście", "Podgórze", "Zarzecze")


def fall(now: datetime) -> None:
    """Let the night fall: officers on duty, districts, and a warning in the sandbox, taken in by the usual way."""
    for name, phone in (("Olga Jeleń", "+48600700801"), ("Karol Dzik", "+48600700802")):
        officer = DutyOfficer(name=name, phone=phone, email=f"{name.split()[0].lower()}@urzad.example")
        set_officer(officer, by=BY, at=now)
    for place, name in enumerate(DISTRICTS):
        set_district(District(name=name, streets=list(STREETS[place :: len(DISTRICTS)])), by=BY)
    if not settings.WARNINGS["imgw_url"]:
        return
    local = now.astimezone(WARSAW).replace(minute=0, second=0, microsecond=0)
    row = {
        "id": f"Kr{local:%Y%m%d%H}0001",
        "nazwa_zdarzenia": "Silny wiatr",
        "stopien": "2",
        "prawdopodobienstwo": "80",
        "obowiazuje_od": _written(local + timedelta(hours=2)),
        "obowiazuje_do": _written(local + timedelta(hours=14)),
        "opublikowano": _written(local),
        "tresc": "Prognozuje się wystąpienie silnego wiatru o średniej prędkości do 45 km/h, w porywach do 95 km/h.",
        "komentarz": "Brak.",
        "biuro": "Biuro Prognoz Meteorologicznych w Krakowie",
        "teryt": ["2402", "2461", "2417"],
    }
    control = settings.WARNINGS["imgw_url"].removesuffix("/imgw")
    requests.put(f"{control}/control/warnings/meteo", json=[row], timeout=10).raise_for_status()
    poll_sources(clock=lambda: now)


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
