"""The demo's night: IMGW's stand-in tells of a wind, a draft waits for the officers, districts to narrow it to."""

from datetime import datetime, timedelta
from math import sin

import requests
from django.conf import settings
from django.utils import timezone

from broadcasts.actions import poll_sources
from broadcasts.assisted import enter
from broadcasts.models import District, DutyOfficer
from broadcasts.officers import set_officer
from broadcasts.ready import set_district
from broadcasts.town_map import take_addresses
from core.actor import job
from core.dates import WARSAW
from residents.identity import IdentityNumber, NumberKind
from residents.models import Payer
from residents.models.payer import Kind
from spm.demo.names import STREETS

BY = job("load_demo")
HELPED = (
    ("Irena Sarna, sąsiadka, 600 700 811", "Zapukać do okna od podwórza."),
    ("Jerzy Dzięcioł, sołtys, 600 700 812", "Pomóc zejść po schodach."),
    ("Jerzy Dzięcioł, sołtys, 600 700 812", "Zabrać psa."),
)
DISTRICTS = ("Śródmieście", "Podgórze", "Zarzecze")


def fall(now: datetime) -> None:
    """Let the night fall: officers on duty, districts, and a warning in the sandbox, taken in by the usual way."""
    for name, phone in (("Olga Jeleń", "+48600700801"), ("Karol Dzik", "+48600700802")):
        officer = DutyOfficer(name=name, phone=phone, email=f"{name.split()[0].lower()}@urzad.example")
        set_officer(officer, by=BY, at=now)
    for place, name in enumerate(DISTRICTS):
        set_district(District(name=name, streets=list(STREETS[place :: len(DISTRICTS)])), by=BY)
    take_addresses(_addresses().encode(), by=BY)
    people = (
        Payer.objects.filter(kind=Kind.PERSON, deceased_on__isnull=True)
        .exclude(street="")
        .exclude(pesel_fingerprint="")
    )
    for payer, (warden, words) in zip(people.order_by("pk")[1 : len(HELPED) + 1], HELPED, strict=False):
        number = IdentityNumber(NumberKind.PESEL, payer.pesel)
        enter(
            number=number,
            warden=warden,
            help_words=words,
            agreed_on=timezone.localdate(now) - timedelta(days=90),
            by=BY,
        )
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


def _addresses() -> str:
    """The demo town's register of addresses: each district lies in a third of the town, its streets side by side."""
    lines = ["ulica;szerokosc;dlugosc"]
    for place, name in enumerate(STREETS):
        district, row = place % len(DISTRICTS), place // len(DISTRICTS)
        for number in range(24):
            latitude = 49.8 + row * 0.0018 + 0.0006 * sin(number / 4 + district)
            lines.append(f"{name};{latitude:.5f};{19.02 + district * 0.014 + number * 0.0005:.5f}")
    return "\n".join(lines)


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
