"""A resident lets a browser show notices: by script, with a real service worker; the push service is the sandbox's.

Chromium's own service lies outside, so what `subscribe` gives is a browser of the sandbox.
"""

import re

import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from spm.demo.signins import PASSWORD
from tests.browser.demo_process import Demo

SUBSCRIBE = "told => { PushManager.prototype.subscribe = async () => told }"


def test_a_resident_lets_a_browser_show_notices_and_takes_it_away(page: Page, demo: Demo) -> None:
    page.context.grant_permissions(["notifications"])
    page.goto("/konto/login/")
    page.fill("[name=login]", "anna@dolina.example")
    page.fill("[name=password]", PASSWORD)
    page.locator("[name=password]").press("Enter")
    expect(page.get_by_role("button", name="Wyloguj")).to_be_visible()
    page.goto("/wiadomosci/")
    page.get_by_role("link", name=re.compile("Powiadomienia w.przeglądarce")).click()
    page.set_viewport_size({"width": 320, "height": 800})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for box in page.locator("[name=topics]").all():
        box.uncheck()
    button = page.get_by_role("button", name=re.compile("Włącz w.tej przeglądarce"))
    button.click()
    expect(page.get_by_role("status")).to_have_text("Zaznacz najpierw, o czym mamy powiadamiać.")
    page.locator("[name=topics]").first.check()
    key = page.locator("[data-push-key]").get_attribute("data-push-key")
    asked = {"applicationServerKey": key, "name": "Chromium"}
    told = requests.post(f"{demo.sandbox_url}/control/push", json=asked, timeout=30).json()
    page.evaluate(SUBSCRIBE, told)
    button.click()
    expect(page.get_by_text("Gotowe. Ta przeglądarka pokaże powiadomienia.")).to_be_visible()
    page.get_by_role("button", name=re.compile("Usuń przeglądarkę Chrome, Linux")).click()
    expect(page.get_by_text("Ta przeglądarka nie pokaże już powiadomień.")).to_be_visible()
