"""A signed file from a guest's phone to the clerk's desk, where it becomes an application to check."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from residents.identity import make_pesel
from spm.demo.signed import GOOD
from spm.demo.signins import SAMPLES
from tests import make
from tests.browser.demo_process import Demo
from tests.browser.signing import sign_in_staff
from tests.consents.authority import Authority
from tests.consents.signed_forms import filled_form, sign_pdf

PESEL = make_pesel(make.today().replace(year=1961, month=3, day=9), 512, woman=True)


def sound(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, (page.url, found.generate_report())
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


def test_what_a_guest_sends_is_judged_and_a_clerk_registers_it(page: Page, demo: Demo, tmp_path: Path) -> None:
    # In a thread of its own: the signer starts an event loop, and the browser's runs in this one.
    with ThreadPoolExecutor(1) as apart:
        signed = apart.submit(lambda: sign_pdf(filled_form(PESEL), Authority("Obce Centrum").person(PESEL))).result()
    (tmp_path / "w.pdf").write_bytes(signed)
    (tmp_path / "w.xml").write_bytes(b"<a/>")
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto("/zgody/podpisany-wniosek/")
    page.set_input_files("[name=file]", tmp_path / "w.xml")
    page.get_by_role("button", name="Wyślij podpisany wniosek").click()
    expect(page.get_by_text("Ten plik nie jest podpisany elektronicznie").first).to_be_visible()
    sound(page)
    page.set_input_files("[name=file]", tmp_path / "w.pdf")
    page.get_by_role("button", name="Wyślij podpisany wniosek").click()
    expect(page.get_by_role("status")).to_contain_text("Sprawdzi go pracownik")
    sound(page)
    page.set_input_files("[name=file]", demo.directory / SAMPLES / GOOD)
    page.get_by_role("button", name="Wyślij podpisany wniosek").click()
    expect(page.get_by_role("status")).to_contain_text("przyjęty")
    page.context.clear_cookies()
    page.set_viewport_size({"width": 1280, "height": 900})
    sign_in_staff(page, "referent@dolina.example")
    page.goto("/urzad/consents/signedfile/")
    page.get_by_role("row", name="czeka na pracownika").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Plik podpisany nr").first).to_be_visible()
    sound(page)
    page.get_by_role("button", name="Zarejestruj wniosek z tego pliku").click()
    expect(page.locator("[name=name]")).to_have_value("Anna Nowak")
    for address in ("/urzad/consents/signedfile/add/", "/urzad/consents/importedpaper/add/"):
        page.goto(address)
        sound(page)
