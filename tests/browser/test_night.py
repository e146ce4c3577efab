"""The night: IMGW warns, an officer writes on a phone, a colleague approves, the town is told, and told it is over."""

import re
from datetime import datetime, timedelta

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from lxml import etree
from playwright.sync_api import Browser, Page, expect

from core.dates import WARSAW
from spm.embedded import ROOT
from tests import make
from tests.browser.demo_process import Demo
from tests.browser.signing import signed_in

pytestmark = pytest.mark.xdist_group("browser")
EVENT = "Burze z gradem"
POLL = "from broadcasts.tasks import poll_warnings; poll_warnings()"
PHONE = 390


def _imgw_warns(demo: Demo) -> None:
    at = make.now().astimezone(WARSAW)

    def told(moment: datetime) -> str:
        return f"{moment:%Y-%m-%d %H:%M}:00"

    row = {
        "id": f"Kr{at:%Y%m%d%H%M%S}9",
        "nazwa_zdarzenia": EVENT,
        "stopien": "3",
        "prawdopodobienstwo": "90",
        "obowiazuje_od": told(at),
        "obowiazuje_do": told(at + timedelta(hours=8)),
        "opublikowano": told(at),
        "tresc": "Prognozuje się burze z gradem.",
        "komentarz": "Brak.",
        "biuro": "Biuro Prognoz Meteorologicznych w Krakowie",
        "teryt": ["2402", "2461"],
    }
    requests.put(f"{demo.sandbox_url}/control/warnings/meteo", json=[row], timeout=10).raise_for_status()
    demo.manage("shell", "-c", POLL)


def _is_fit(page: Page) -> None:
    """No axe fault, no scrolling sideways."""
    found = Axe().run(page).response["violations"]
    assert [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]  # type: ignore[index]


def _approved_and_sent(olga: Page, karol: Page) -> None:
    """The officer submits, the colleague approves, the officer sends and watches the gateway take it."""
    olga.get_by_role("button", name="Przekaż do zatwierdzenia").click()
    expect(olga.get_by_text("zatwierdzić musi ktoś inny")).to_be_visible()
    karol.goto(olga.url)
    karol.get_by_role("button", name="Zatwierdź").click()
    expect(karol.get_by_text("Teraz można nadać")).to_be_visible()
    _is_fit(karol)
    olga.reload()
    olga.get_by_role("button", name="Nadaj teraz").click()
    row = olga.get_by_role("row", name=re.compile("SMS"))
    count = row.first.get_by_role("cell").first.inner_text()
    expect(row.first.get_by_role("cell").nth(2)).to_have_text(count)
    _is_fit(olga)


def _cap(olga: Page, number: str) -> etree._Element:
    content = olga.context.request.get(f"/ostrzezenia/{number}/cap.xml").body()
    document: etree._Element = etree.fromstring(content)
    etree.XMLSchema(etree.parse(str(ROOT / "broadcasts/data/cap-1.2.xsd"))).assertValid(document)
    return document


def test_a_night_of_warning_correcting_and_calling_off(chromium: Browser, demo: Demo) -> None:
    _imgw_warns(demo)
    olga = signed_in(chromium, demo, "kryzys@dolina.example", width=PHONE)
    karol = signed_in(chromium, demo, "dyzurny@dolina.example", width=1280)

    olga.goto("/urzad/broadcasts/sourcewarning/")
    olga.get_by_role("link", name=EVENT).first.click()
    _is_fit(olga)
    olga.get_by_role("link", name=re.compile("ostrzeżenie nr")).click()
    _is_fit(olga)

    olga.get_by_label("część gminy").check()
    olga.get_by_label("Podgórze").check()
    svg = olga.locator("[data-map] svg")
    box = svg.bounding_box()
    assert box is not None
    for across, down in ((0.02, 0.02), (0.3, 0.02), (0.3, 0.98), (0.02, 0.98)):
        svg.click(position={"x": box["width"] * across, "y": box["height"] * down})
    assert len(olga.locator("[name=shape]").input_value().splitlines()) == 4
    expect(olga.get_by_text("Kształt na mapie obejmuje")).to_be_visible()  # counted as it is drawn
    olga.get_by_role("button", name="Wstaw gotowe teksty").click()
    expect(olga.get_by_text("Kształt na mapie obejmuje")).to_be_visible()
    assert "Podgórze" in olga.locator("[name=sms]").input_value()
    _is_fit(olga)
    _approved_and_sent(olga, karol)
    first = olga.url

    olga.get_by_role("button", name="Sprostuj").click()
    words = olga.locator("[name=sms]").input_value()
    olga.locator("[name=sms]").fill(f"{words} Grad do 5 cm.")
    _approved_and_sent(olga, karol)
    corrected = olga.url
    olga.get_by_role("button", name="Odwołaj").click()
    expect(olga.locator("[name=sms]")).to_have_value(re.compile("zagrożenie minęło"))
    _approved_and_sent(olga, karol)

    for address, steps in (
        (first, ("utworzono szkic", "zmieniono treść", "przekazano", "zatwierdzono", "nadano", "przestało")),
        (corrected, ("utworzono szkic", "zmieniono treść", "zatwierdzono", "nadano", "przestało")),
        (olga.url, ("utworzono szkic", "zatwierdzono", "nadano")),
    ):
        olga.goto(address)
        report = olga.context.request.get(address.replace("change/", "raport.csv")).body().decode("utf-8-sig")
        assert all(step in report for step in steps)
        assert "Karol Dzik" in report
        assert olga.context.request.get(address.replace("change/", "raport.pdf")).body().startswith(b"%PDF")

    olga.goto("/ostrzezenia/")
    _is_fit(olga)
    links = olga.locator("main a[href*='/ostrzezenia/']").evaluate_all("all => all.map(one => one.href)")
    numbers = [found[1] for link in links if (found := re.search(r"/ostrzezenia/([0-9a-f-]{36})/$", link))]
    sorts = [_cap(olga, number).findtext("{*}msgType") for number in numbers[:3]]
    assert sorts == ["Cancel", "Update", "Alert"]
    assert _cap(olga, numbers[2]).find(".//{*}polygon") is not None
    for page in (olga, karol):
        page.context.close()
