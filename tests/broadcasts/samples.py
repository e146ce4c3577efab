"""Answers of the sources as they come, in small."""

import json
from typing import Any

METEO: dict[str, Any] = {
    "id": "Kr20261121041907317",
    "nazwa_zdarzenia": "Silny wiatr",
    "stopien": "2",
    "prawdopodobienstwo": "80",
    "obowiazuje_od": "2026-11-21 18:00:00",
    "obowiazuje_do": "2026-11-22 06:00:00",
    "opublikowano": "2026-11-21 12:41:00",
    "tresc": "Prognozuje się wystąpienie silnego wiatru, w porywach do 95 km/h.",
    "komentarz": "Brak.",
    "biuro": "Biuro Prognoz Meteorologicznych w Krakowie",
    "teryt": ["2461", "2402", "2417"],
}
HYDRO: dict[str, Any] = {
    "opublikowano": "2026-11-21 11:00:00",
    "stopień": "3",
    "data_od": "2026-11-21 12:00:00",
    "data_do": "9999-12-31 23:59:59",
    "prawdopodobieństwo": "90",
    "numer": "H-17",
    "biuro": "Biuro Prognoz Hydrologicznych w Krakowie",
    "zdarzenie": "wezbranie z przekroczeniem stanów alarmowych",
    "przebieg": "Wzrost stanu wody na Białej.",
    "komentarz": "Brak.",
    "obszary": [{"wojewodztwo": "śląskie", "opis": "Biała od źródeł do ujścia", "kod_zlewni": ["Z_24_2"]}],
}
RSO: dict[str, Any] = {
    "id": "812345",
    "title": "Awaria sieci wodociągowej",
    "shortcut": "Brak wody w rejonie ul. Górnej",
    "content": "<p>Brak wody w rejonie ul. G&oacute;rnej.</p><p>Beczkowóz stoi przy szkole.</p>",
    "rso_alarm": "1",
    "rso_icon": "0",
    "valid_from": "2026-11-21 10:00:00",
    "valid_to": "2026-11-22 10:00:00",
    "repetition": "0",
    "longitude": "",
    "latitude": "",
    "water_level_value": "",
    "water_level_warning_status_value": "",
    "water_level_alarm_status_value": "",
    "water_level_trend": "",
    "type": "ogolne",
    "river_name": "",
    "location_name": "",
    "created_at": "2026-11-21 09:55:00",
    "updated_at": "2026-11-21 09:55:00",
    "provinces": {"10": {"id": "10", "name": "śląskie", "city": "Katowice", "slug_name": "slaskie"}},
}
NONE = b'{"status":false,"message":"No products were found"}'
CAP = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>WCZK-24-2026-118</identifier>
  <sender>wczk@katowice.example</sender>
  <sent>2026-11-21T13:05:00+01:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <info>
    <language>pl-PL</language>
    <category>Met</category>
    <event>Silny wiatr</event>
    <responseType>Shelter</responseType>
    <urgency>Expected</urgency>
    <severity>Severe</severity>
    <certainty>Likely</certainty>
    <onset>2026-11-21T18:00:00+01:00</onset>
    <expires>2026-11-22T06:00:00+01:00</expires>
    <senderName>WCZK Katowice</senderName>
    <headline>Silny wiatr w powiecie bielskim</headline>
    <description>Porywy do 95 km/h.</description>
    <instruction>Zostań w domu i zabezpiecz okna.</instruction>
    <area>
      <areaDesc>Bielsko-Biała</areaDesc>
      <polygon>49.7,19.0 49.9,19.0 49.9,19.2 49.7,19.0</polygon>
      <geocode><valueName>TERYT</valueName><value>2461</value></geocode>
    </area>
  </info>
</alert>
"""


def listed(*rows: dict[str, Any]) -> bytes:
    """A list of IMGW's."""
    return json.dumps(rows, ensure_ascii=False).encode()


def rso_page(*rows: dict[str, Any]) -> bytes:
    """A page of RSO's in JSON."""
    pages = {"totalitems": len(rows), "itemsperpage": 20}
    return json.dumps({"pagination": pages, "newses": rows}, ensure_ascii=False).encode()


def rso_xml(row: dict[str, Any]) -> bytes:
    """The same message in XML."""
    fields = "".join(f"<{name}><![CDATA[{text}]]></{name}>" for name, text in row.items() if name != "provinces")
    provinces = "".join(
        "<province>" + "".join(f"<{name}>{text}</{name}>" for name, text in one.items()) + "</province>"
        for one in row["provinces"].values()
    )
    pages = "<pagination_info><totalitems>1</totalitems></pagination_info>"
    return f"<newses>{pages}<news>{fields}<provinces>{provinces}</provinces></news></newses>".encode()
