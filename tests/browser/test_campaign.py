"""A campaign as staff run it: a text with a dear letter, its price, progress, the SMS on a phone, the cost."""

import re

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests import make
from tests.browser.demo_process import Demo
from tests.browser.looking import soon
from tests.browser.signing import sign_in_staff

pytestmark = pytest.mark.xdist_group("browser")
TITLE = "Noc żółwi"
PAGES = (
    "/urzad/notifications/spending/statystyka/?wedlug=department",
    "/urzad/notifications/message/",
    "/urzad/notifications/dailycap/",
)


def _sms(demo: Demo) -> list[dict[str, str]]:
    found: list[dict[str, str]] = requests.get(f"{demo.sandbox_url}/control/sms", timeout=10).json()
    return [one for one in found if TITLE in one["text"]]


def test_a_campaign_from_its_text_to_its_cost(page: Page, demo: Demo) -> None:
    sign_in_staff(page, "kryzys@dolina.example")
    _a_text_with_a_dear_letter_is_written(page)
    _a_campaign_is_sent_and_watched(page)
    sms = soon(lambda: _sms(demo), seconds=60)
    assert isinstance(sms, list)
    page.goto(f"{demo.sandbox_url}/phone/{sms[0]['number'].removeprefix('+')}/")
    expect(page.get_by_text(TITLE).first).to_be_visible()
    page.goto("/urzad/notifications/spending/statystyka/?wedlug=topic")
    row = page.get_by_role("row", name=re.compile("Wydarzenia kulturalne")).first
    expect(row).to_contain_text("zł")
    assert not row.get_by_role("cell").last.inner_text().startswith("0,00")


def _a_text_with_a_dear_letter_is_written(page: Page) -> None:
    page.goto("/urzad/notifications/texttemplate/?q=&channel__exact=sms")
    page.get_by_role("row", name=re.compile("Wydarzenie w gminie.*polski")).get_by_role("link").first.click()
    page.fill("[name=body]", "((town)): ((title)), ((when)), ((place)). Wstęp wolny. ((link))")
    page.uncheck("[name=is_transliterated]")
    shown = page.locator("[data-text-preview]")
    expect(shown).to_contain_text("UCS-2")
    expect(shown.locator("mark").first).to_have_text("ę")
    expect(shown).to_contain_text("Drogie znaki")
    page.get_by_role("button", name="Zapisz nową wersję").click()
    expect(page.get_by_text("Nowa wersja zapisana")).to_be_visible()


def _a_campaign_is_sent_and_watched(page: Page) -> None:
    page.goto("/urzad/notifications/campaign/add/")
    page.select_option("[name=topic]", label="Wydarzenia kulturalne")
    for name, said in (("title", TITLE), ("when", "w sobotę"), ("place", "Rynek 1"), ("link", "https://d.example/")):
        page.fill(f"[name={name}]", said)
    page.check("[name=channels][value=sms]")
    today = make.today()
    page.fill("[name=starts_at_0]", f"{today:%d.%m.%Y}")
    page.fill("[name=starts_at_1]", "00:00")
    page.fill("[name=until_0]", f"{today.replace(year=today.year + 1):%d.%m.%Y}")
    page.fill("[name=until_1]", "12:00")
    page.locator("[name=_save]").first.click()
    expect(page.get_by_role("heading", name="Do kogo i za ile")).to_be_visible()
    page.get_by_role("button", name="Zaplanuj wysyłkę").click()
    expect(page.locator("[data-campaign-state=going]")).to_be_visible(timeout=60_000)
    expect(page.locator("[data-campaign]")).to_contain_text("doręczona", timeout=90_000)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_of_messages_are_sound(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    sign_in_staff(page, "admin@dolina.example")
    for address in PAGES:
        page.goto(address)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{address}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{address} scrolls sideways"
