"""Who signs in to the demo in a browser of their own."""

from playwright.sync_api import Browser, Page, expect

from spm.demo.signins import PASSWORD
from tests.browser.demo_process import Demo


def signed_in(chromium: Browser, demo: Demo, email: str, *, width: int = 1280) -> Page:
    """A page of somebody who has just signed in, on a screen of that *width*."""
    context = chromium.new_context(base_url=demo.url, viewport={"width": width, "height": 900}, locale="pl-PL")
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto("/konto/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda address: "/konto/" not in address)
    return page


def sign_in_staff(page: Page, email: str) -> None:
    """Sign somebody of the office in, as far as the first page."""
    page.goto("/urzad/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("[name=password]").press("Enter")
    expect(page.get_by_text("Dzień dobry")).to_be_visible()
