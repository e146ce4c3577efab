"""Who one is, for whom one acts and who looked, as people walk it in `make demo`."""

import re

from playwright.sync_api import Browser, Page, expect

from spm.demo.people import people
from spm.demo.signins import PASSWORD
from spm.demo.unusual import OWNER
from tests import make
from tests.browser.demo_process import Demo
from tests.browser.looking import sound
from tests.browser.signing import sign_in_staff

ANNA = "Anna Zielińska"


def _sign_in(page: Page, email: str) -> None:
    page.goto("/konto/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("[name=password]").press("Enter")
    expect(page.get_by_role("button", name="Wyloguj")).to_be_visible()


def _open_card(page: Page, place: int) -> str:
    """Find the demo's inhabitant by number; the address of their card, opened."""
    number = people(place + 1, today=make.today())[place].number.value
    page.goto("/urzad/residents/payer/")
    page.locator("#searchbar").fill(number)
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/**")
    return page.url.split("/change/")[0]


def test_one_switches_the_payer_and_reads_who_looked(page: Page, chromium: Browser, demo: Demo) -> None:
    office = chromium.new_context(base_url=demo.url, locale="pl-PL").new_page()
    sign_in_staff(office, "referent@dolina.example")
    _open_card(office, 0)
    office.context.close()

    _sign_in(page, "anna@dolina.example")
    strip = page.get_by_role("region", name="W czyim imieniu działasz")
    expect(strip.locator("option:checked")).to_have_text(ANNA)
    other = strip.locator("option:not(:checked)").first.inner_text()
    strip.get_by_label("Działasz jako").select_option(label=other)
    strip.get_by_role("button", name="Zmień").click()
    expect(page.locator(".alert")).to_contain_text(f"Działasz teraz jako: {other}")
    page.goto("/moje-dane/")
    expect(page.get_by_text("pełnomocnictwo").first).to_be_visible()

    strip.get_by_label("Działasz jako").select_option(label=ANNA)
    strip.get_by_role("button", name="Zmień").click()
    page.goto("/moje-dane/")
    page.get_by_role("link", name="Kto przeglądał moje dane").click()
    look = page.locator(".rows li", has_text="karta płatnika w urzędzie").first
    expect(look).to_contain_text("Maria Wrona, zadanie urzędu")
    expect(page.locator(".rows li", has_text="moje dane").first).to_contain_text("Ty, we własnym imieniu")


def test_who_acts_for_me_is_seen_and_sent_away(page: Page, chromium: Browser, demo: Demo) -> None:
    attorney = chromium.new_context(base_url=demo.url, locale="pl-PL").new_page()
    _sign_in(attorney, "pelnomocnik@dolina.example")
    attorney.goto("/naleznosci/")
    expect(attorney.get_by_text("Działasz jako").first).to_be_visible()

    _sign_in(page, "anna@dolina.example")
    page.goto("/moje-dane/")
    page.get_by_role("link", name="Jan Kos").click()
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        sound(page, (page.url,))
    page.get_by_role("button", name="Odwołaj umocowanie").click()
    expect(page.locator(".alert")).to_contain_text("Umocowanie odwołane")

    attorney.goto("/naleznosci/")
    expect(attorney.get_by_role("heading", name="Potwierdź tożsamość")).to_be_visible()
    expect(attorney.locator(".alert")).to_contain_text(re.compile(r"Umocowanie do działania w\simieniu"))
    attorney.context.close()


def test_a_clerk_decides_whose_the_payer_is(page: Page, chromium: Browser, demo: Demo) -> None:
    phone = {"width": 320, "height": 800}
    second = chromium.new_context(base_url=demo.url, locale="pl-PL", viewport=phone).new_page()  # type: ignore[arg-type]
    _sign_in(second, "druga@dolina.example")
    second.goto("/moje-dane/zgloszenia/")
    expect(second.get_by_text("czeka na urząd")).to_be_visible()
    sound(second, (second.url,))

    sign_in_staff(page, "referent@dolina.example")
    page.goto("/urzad/residents/claim/")
    page.get_by_role("link", name=ANNA).first.click()
    page.get_by_label("Uzasadnienie").fill("rozmowa z obiema osobami")
    page.get_by_role("button", name="Odrzuć, zostaje pierwsze konto").click()
    expect(page.get_by_text("Rozstrzygnięte.")).to_be_visible()

    second.reload()
    expect(second.get_by_text("odrzucone")).to_be_visible()
    expect(second.get_by_text("rozmowa z obiema osobami")).to_be_visible()
    second.goto("/naleznosci/")
    expect(second.get_by_role("heading", name="Potwierdź tożsamość")).to_be_visible()
    second.context.close()


def test_a_clerk_confirms_by_a_document_shown_at_the_window(page: Page, chromium: Browser, demo: Demo) -> None:
    sign_in_staff(page, "referent@dolina.example")
    card = _open_card(page, 5)
    page.goto(f"{card}/dokument/")
    page.get_by_label("E-mail konta").fill("druga@dolina.example")
    page.get_by_label("Okazany dokument").select_option(label="dowód osobisty")
    page.get_by_label(re.compile("Zdjęcie, imię i nazwisko")).check()
    page.get_by_role("button", name="Potwierdź tożsamość").click()
    expect(page.get_by_text("Tożsamość potwierdzona")).to_be_visible()

    resident = chromium.new_context(base_url=demo.url, locale="pl-PL").new_page()
    _sign_in(resident, "druga@dolina.example")
    resident.goto("/moje-dane/")
    expect(resident.get_by_text("w urzędzie: dowód osobisty")).to_be_visible()
    resident.context.close()


def test_pages_on_unusual_payers_are_sound_on_a_narrow_screen_too(page: Page, demo: Demo) -> None:
    """Merging, parting, a foreigner's card, a filed power of attorney; the account's own data for a resident."""
    sign_in_staff(page, "referent@dolina.example")
    kept = _open_card(page, OWNER)
    page.goto("/urzad/residents/payer/?q=Kowalenko")
    page.locator("#result_list tbody a", has_text="Olena Kowalenko").first.click()
    foreigner = page.url
    page.goto("/urzad/residents/attorneyrequest/")
    page.locator("#result_list tbody a").first.click()
    filed = page.url
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        sound(page, (f"{kept}/polacz/", foreigner, "/urzad/residents/payer/add/", filed))
    page.context.clear_cookies()
    _sign_in(page, "ksiegowa@dolina.example")
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        sound(page, ("/moje-dane/pelnomocnictwa/", "/konto/dane/"))
