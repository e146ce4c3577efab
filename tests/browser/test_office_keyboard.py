"""The office without a mouse, on a narrow screen: the menu opens, leads on, and one signs out."""

from playwright.sync_api import Page, expect

from tests.browser.demo_process import Demo
from tests.browser.signing import sign_in_staff


def _press(page: Page, name: str) -> None:
    """Walk to the button or link of this name by Tab alone and press Enter."""
    wanted = (
        page.locator("a:focus, button:focus, [role=button]:focus")
        .filter(has_text=name)
        .or_(page.locator(f':focus[aria-label="{name}"]'))
    )
    for _ in range(200):
        page.keyboard.press("Tab")
        if wanted.count():
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_the_menu_and_the_way_out_are_reached_by_keyboard_at_phone_width(page: Page, demo: Demo) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    sign_in_staff(page, "referent@dolina.example")
    expect(page.get_by_role("link", name="Płatnicy")).to_be_hidden()
    _press(page, "Pokaż lub ukryj menu")
    _press(page, "Płatnicy")
    page.wait_for_url("**/residents/payer/**")
    _press(page, "Pokaż lub ukryj menu")
    _press(page, "referent@dolina.example")
    _press(page, "Wyloguj")
    expect(page.get_by_role("button", name="Wyloguj")).to_be_hidden()
