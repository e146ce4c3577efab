"""Consents as a resident lives them, on a narrow phone without script: signed, taken back by click and by STOP."""

import re
import time

import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from spm.demo.signins import PASSWORD
from tests.browser.demo_process import Demo
from tests.documents import words_of

PHONE = "48600700801"


def _arrived(demo: Demo, words: str) -> str:
    """The text of the SMS with *words*, awaited."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        came = requests.get(f"{demo.sandbox_url}/control/sms", params={"number": PHONE}, timeout=30).json()
        if found := [one["text"] for one in came if words in one["text"]]:
            return str(found[-1])
        time.sleep(0.2)
    raise AssertionError(f"no SMS says {words!r}")


def _sound(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, (page.url, found.generate_report())
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url


def _sound_with_script(chromium: Browser, demo: Demo, addresses: tuple[str, ...], cookies: list[object]) -> None:
    """Axe needs script: the same pages in a browser that runs it."""
    context = chromium.new_context(base_url=demo.url, viewport={"width": 320, "height": 800}, locale="pl-PL")
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    for address in addresses:
        page.goto(address)
        assert page.url.endswith(address), page.url
        _sound(page)
    context.close()


def _sign(page: Page) -> None:
    page.get_by_role("button", name="Podpisz").click()
    page.fill("[name=password]", PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.get_by_text("Podpisano wniosek nr").wait_for()


def test_consents_are_given_in_the_portal_and_taken_back_by_click_and_by_sms(chromium: Browser, demo: Demo) -> None:
    context = chromium.new_context(
        base_url=demo.url, viewport={"width": 320, "height": 800}, locale="pl-PL", java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/konto/login/")
    page.fill("[name=login]", "anna@dolina.example")
    page.fill("[name=password]", PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.goto("/zgody/ustaw/")
    page.get_by_label("Ostrzeżenia kryzysowe: SMS").check()
    page.fill("[name=phone]", "600 700 801")
    page.get_by_role("button", name="Dalej").click()
    _sound_with_script(chromium, demo, ("/zgody/ustaw/", "/zgody/podpisz/"), context.cookies())
    page.get_by_role("button", name="Wyślij kod").click()
    code = re.search(r"\d{6}", _arrived(demo, "kod"))
    assert code
    page.fill("[name=code]", code[0])
    page.get_by_role("button", name="Potwierdź").click()
    _sign(page)
    assert "Ostrzeżenia kryzysowe" in page.inner_text("main").replace("\xa0", " ").partition("Historia")[0]
    _sound_with_script(chromium, demo, ("/zgody/",), context.cookies())
    page.get_by_role("button", name="Wycofaj: Ostrzeżenia kryzysowe, SMS").click()
    page.get_by_text("Zgoda wycofana.").wait_for()
    page.goto(f"{demo.sandbox_url}/phone/{PHONE}/")
    page.fill("[name=text]", "STOP")
    page.get_by_role("button", name="Wyślij").click()
    _arrived(demo, "nie wyslemy wiecej powiadomien SMS")
    page.goto("/zgody/")
    assert "SMS: od" not in page.inner_text("main").replace("\xa0", " ")
    assert "Wycofanie: wszystkie rodzaje powiadomień: SMS" in page.inner_text("main").replace("\xa0", " ")
    evidence = words_of(context.request.get("/zgody/potwierdzenie.pdf").body())
    for told in ("w portalu: ponowne podanie hasła", "Wycofanie zgody nr", "odpowiedzią SMS", "Ogniwo dowodu nr"):
        assert told in evidence, told
    assert "Łańcuch dowodów jest cały" in demo.manage("verify_evidence")
    context.close()
