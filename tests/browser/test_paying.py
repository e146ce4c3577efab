"""Paying in a real browser at each provider: it goes well, it is broken off, the bank refuses, the tab is closed."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.demo_process import Demo
from tests.browser.signing import signed_in

LABELS = {"payu": "PayU (BLIK", "przelewy24": "Przelewy24 (BLIK", "paypal": "PayPal"}
PROVIDERS = list(LABELS)
CHECKING = "Sprawdzamy płatność."
# The provider takes the money, and the way back to the portal is never gone.
PAID_AND_CLOSED = """fetch(location.href, {
    method: "POST", body: new URLSearchParams({outcome: "pay-silent"}), redirect: "manual"
})"""
LIVE = 30_000  # ms: a page that asks by itself does so every few seconds


@pytest.fixture(scope="module")
def payer(chromium: Browser, demo: Demo) -> Iterator[BrowserContext]:
    """The company's accountant on a narrow phone, signed in."""
    page = signed_in(chromium, demo, "ksiegowa@dolina.example", width=320)
    context = page.context
    context.set_default_timeout(15_000)
    page.close()
    yield context
    context.close()


@pytest.fixture(scope="module")
def due(payer: BrowserContext) -> str:
    """One of the company's dues: parts of it are paid."""
    page = payer.new_page()
    page.goto("/naleznosci/")
    found = page.locator("[name=instalment]").last.get_attribute("value")
    page.close()
    assert found
    return found


def _sound(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, (page.url, found.generate_report())
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url


def _at_provider(payer: BrowserContext, due: str, provider: str, *, look: bool = False) -> Page:
    """A page of the provider on which 3 zł of the due are to be paid."""
    page = payer.new_page()
    page.goto(f"/platnosci/rozpocznij/?instalment={due}&kwota-{due}=3,00")
    page.get_by_label(LABELS[provider]).check()
    if look:
        _sound(page)
    page.get_by_role("button", name="Zapłać 3,00").click()
    expect(page.get_by_role("button", name="Zapłać", exact=True)).to_be_visible()
    return page


def _done(page: Page) -> None:
    expect(page.get_by_role("heading", name="Wpłata zaksięgowana")).to_be_visible(timeout=LIVE)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_who_breaks_off_is_told_so_or_that_we_check_and_never_more(
    payer: BrowserContext, due: str, provider: str
) -> None:
    page = _at_provider(payer, due, provider)
    page.get_by_role("button", name="Anuluj", exact=True).click()
    if provider == "przelewy24":  # nobody there tells that a payer gave up: it may still be paid
        expect(page.get_by_text(CHECKING)).to_be_visible()
        expect(page.get_by_role("link", name="Przejdź na stronę operatora")).to_be_visible()
        _sound(page)
    else:
        expect(page.get_by_text("Płatność została anulowana.")).to_be_visible(timeout=LIVE)
        expect(page.get_by_role("button", name="Wybierz inny sposób")).to_be_visible()
    page.close()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_after_a_refusal_one_click_tries_again_and_pays(payer: BrowserContext, due: str, provider: str) -> None:
    page = _at_provider(payer, due, provider, look=provider == "paypal")
    page.get_by_role("button", name="Bank odrzucił").click()
    if provider == "przelewy24":
        expect(page.get_by_text(CHECKING)).to_be_visible()
        page.get_by_role("link", name="Przejdź na stronę operatora").click()
    else:
        words = "Operator odmówił: nie pobrał pieniędzy." if provider == "paypal" else "Płatność została anulowana."
        expect(page.get_by_text(words)).to_be_visible(timeout=LIVE)
        _sound(page)
        page.get_by_role("button", name="Zapłać jeszcze raz").click()
    page.get_by_role("button", name="Zapłać", exact=True).click()
    _done(page)
    expect(page.get_by_role("link", name="Pobierz potwierdzenie (PDF)")).to_be_visible()
    if provider == "paypal":
        _sound(page)
    page.close()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_tab_closed_after_paying_loses_nothing_even_when_nobody_tells_us(
    payer: BrowserContext, due: str, provider: str
) -> None:
    page = _at_provider(payer, due, provider)
    page.evaluate(PAID_AND_CLOSED)
    page.close()
    later = payer.new_page()
    later.goto("/platnosci/")
    later.get_by_role("main").get_by_role("link", name="SPM-").first.click()
    expect(later.get_by_text(CHECKING)).to_be_visible()
    _done(later)
    later.close()
