"""What browser tests ask of pages again and again."""

import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def soon(question: object, *, seconds: float = 30) -> object:
    """What *question* answers, asked until it answers something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := question():  # type: ignore[operator]
            return answer
        time.sleep(0.3)
    raise AssertionError("it did not happen in time")


def sound(page: Page, addresses: tuple[str, ...]) -> None:
    """Each of the *addresses* has no fault that axe finds, and fits its screen."""
    for address in addresses:
        page.goto(address)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{address}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{address} scrolls sideways"
