"""Signing in and confirming one's identity by login.gov.pl in a real browser, with the sandbox as the node."""

import re
from datetime import date

import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from residents.identity import make_pesel
from tests.browser.demo_process import Demo

BUTTON = "Zaloguj się przez login.gov.pl"


def _to_the_node(page: Page, button: str = BUTTON) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", name="login.gov.pl – węzeł krajowy (pokaz)")).to_be_visible()


def _as_somebody_new(page: Page, pesel: str) -> None:
    page.get_by_label("Imię").fill("Zofia")
    page.get_by_label("Nazwisko").fill("Wrzos")
    page.get_by_label("PESEL", exact=True).fill(pesel)
    page.get_by_role("button", name="Zaloguj tę osobę").click()


def _code_from_mail(demo: Demo, address: str) -> str:
    letters = requests.get(f"{demo.sandbox_url}/control/mail", params={"to": address}, timeout=10).json()
    found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{2,4})\s*$", letters[-1]["text"], re.MULTILINE)
    assert found is not None, letters[-1]["text"]
    return found[1]


def _no_barriers(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_who_has_come_before_sees_their_dues_at_once(page: Page) -> None:
    page.goto("/konto/login/")
    _no_barriers(page)
    _to_the_node(page)
    page.get_by_role("button", name="Anna Zielińska").click()
    expect(page.get_by_text("Anna Zielińska").first).to_be_visible()
    page.goto("/naleznosci/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.endswith("/naleznosci/")


def test_somebody_new_gives_an_address_and_is_confirmed(page: Page, demo: Demo) -> None:
    page.goto("/konto/login/")
    _to_the_node(page)
    _as_somebody_new(page, make_pesel(date(1977, 3, 8), 701, True))
    expect(page.get_by_role("heading", name="Podaj adres e-mail")).to_be_visible()
    _no_barriers(page)
    page.fill("[name=email]", "zofia@poczta.example")
    page.get_by_role("button", name="Załóż konto").click()
    page.locator("[name=code]").wait_for()
    page.fill("[name=code]", _code_from_mail(demo, "zofia@poczta.example"))
    page.locator("[name=code]").press("Enter")
    expect(page.get_by_role("heading", name="Moje należności")).to_be_visible()
    page.goto("/moje-dane/")
    expect(page.get_by_text("Zofia Wrzos").first).to_be_visible()


def test_a_refusal_says_why_and_leads_back(page: Page) -> None:
    page.goto("/konto/login/")
    _to_the_node(page)
    page.get_by_label("zwykłe hasło").check()
    page.get_by_role("button", name="Anna Zielińska").click()
    expect(page.get_by_role("heading", name="Nie udało się zalogować przez login.gov.pl")).to_be_visible()
    expect(page.get_by_text("Ten sposób logowania nie wystarcza")).to_be_visible()
    _no_barriers(page)
    page.get_by_role("link", name="Wróć do logowania").click()
    expect(page.get_by_role("button", name=BUTTON)).to_be_visible()


def test_mobywatel_signs_in_as_well(page: Page, demo: Demo) -> None:
    page.goto("/konto/login/")
    page.get_by_role("button", name="Zaloguj się przez mObywatel").click()
    expect(page.get_by_role("heading", name="mObywatel – logowanie (pokaz)")).to_be_visible()
    page.get_by_role("button", name="PESEL").nth(4).click()  # nobody whom another of these tests confirms
    page.fill("[name=email]", "przez.mobywatel@poczta.example")
    page.get_by_role("button", name="Załóż konto").click()
    page.locator("[name=code]").wait_for()
    page.fill("[name=code]", _code_from_mail(demo, "przez.mobywatel@poczta.example"))
    page.locator("[name=code]").press("Enter")
    expect(page.get_by_role("heading", name="Moje należności")).to_be_visible()
    page.goto("/moje-dane/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.endswith("/moje-dane/")


def test_without_script_a_button_goes_on(page: Page, demo: Demo) -> None:
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(base_url=demo.url, java_script_enabled=False, locale="pl-PL")
    plain = context.new_page()
    plain.goto("/konto/login/")
    plain.get_by_role("button", name=BUTTON).click()
    plain.get_by_role("button", name="Przejdź do login.gov.pl").click()
    plain.get_by_role("button", name="Zrezygnuj").click()
    expect(plain.get_by_role("heading", name="Logowanie przerwane")).to_be_visible()
    context.close()
