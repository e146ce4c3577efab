"""The treasurer's pages of the ledger in a browser: no axe violation, nothing scrolls sideways."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.test_main_thread import _sign_in_staff

pytestmark = pytest.mark.xdist_group("browser")


def _look(page: Page, name: str, width: int) -> None:
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == [], page.url
    if folder := os.environ.get("SPM_LOOK"):
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_of_the_ledger_have_no_axe_violation(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    _sign_in_staff(page, "skarbnik@dolina.example")
    page.goto("/urzad/liabilities/decision/?kind__exact=instalments")
    page.locator("#result_list a, table a").filter(has_text="FN.3120.1").first.click()
    _look(page, "decision", width)
    page.goto("/urzad/liabilities/instalment/?stan=po-terminie")
    key = page.locator("a[href*='/urzad/liabilities/instalment/'][href*='/change/']").first.get_attribute("href")
    assert key
    page.goto(key)
    _look(page, "instalment", width)
    own = key.split("?")[0].removesuffix("change/")
    for verb in ("odpis", "umorzenie", "odroczenie", "raty", "wspolnie", "przedawnienie"):
        page.goto(f"{own}ksieguj/{verb}/")
        _look(page, verb, width)
    page.goto("/urzad/liabilities/instalment/przedawnienie/")
    _look(page, "barred", width)
    page.goto("/urzad/liabilities/ledgerentry/nadplaty/")
    _look(page, "credits", width)
    page.get_by_role("link", name="Zalicz na należności").first.click()
    _look(page, "set-off", width)
    page.goto("/urzad/liabilities/ledgerentry/?kind__exact=set_off")
    key = page.locator("a[href*='/urzad/liabilities/ledgerentry/'][href*='/change/']").first.get_attribute("href")
    assert key
    page.goto(key.split("?")[0].replace("/change/", "/storno/"))
    _look(page, "storno", width)
