"""The clerk's desk by keyboard alone: a scanned code, a scan, a paper nobody printed, a resignation."""

import re
from datetime import date
from io import BytesIO

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests import make
from tests.browser.demo_process import Demo
from tests.browser.signing import signed_in

ADD = "/urzad/consents/consentapplication/add/"
NUMBER = make.pesel(654)


class Keys:
    """A keyboard, and no mouse: counts what the clerk's fingers do. A scanner types too, and is not counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def type(self, text: str) -> None:
        """Type *text*."""
        self.page.keyboard.type(text)
        self.count += len(text)

    def press(self, *keys: str) -> None:
        """Press each of *keys*."""
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1

    def seconds(self, *, glances: int) -> float:
        """How long a trained hand needs by the keystroke-level model (Card, Moran, Newell 1980): 0.2 s a key at 55
        words a minute, 1.35 s for each *glance* at the paper before going on.
        """
        return self.count * 0.2 + glances * 1.35

    def scanner(self, code: str) -> None:
        """A keyboard-wedge scanner: the code, then Enter."""
        self.page.keyboard.type(code)
        self.page.keyboard.press("Enter")


@pytest.fixture
def desk(chromium: Browser, demo: Demo) -> Page:
    """The clerk's empty desk."""
    page = signed_in(chromium, demo, "referent@dolina.example")
    page.goto(ADD)
    return page


def _printed(chromium: Browser, demo: Demo) -> bytes:
    """The form that Anna prints from the portal."""
    page = signed_in(chromium, demo, "anna@dolina.example")
    made = page.context.request.get("/zgody/wniosek.pdf").body()
    page.context.close()
    return made


def _code_of(made: bytes) -> str:
    document = pypdfium2.PdfDocument(made)
    found = re.search(r"nr (\d{4} \d{4} \d\d)", document[0].get_textpage().get_text_range())
    assert found
    return f"SPM-W1:{found[1].replace(' ', '')}:2026-2"


def _alike_in_any_order() -> str:
    """A past day whose month and day are one number: browsers ask for them in different orders."""
    today = make.today()
    month = today.month - 1 or 12
    day = date(today.year if today.month > 1 else today.year - 1, month, month)
    return f"{day:%d%m%Y}"


def _sound(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, (page.url, found.generate_report())


def _said(page: Page, words: str) -> None:
    expect(page.get_by_text(re.compile(words)).first).to_be_visible()


def test_a_form_that_comes_back_is_registered_by_its_code_a_date_and_enter(
    chromium: Browser, demo: Demo, desk: Page
) -> None:
    made = _printed(chromium, demo)
    keys = Keys(desk)
    keys.press("Alt+k")
    keys.scanner(_code_of(made))
    expect(desk.locator("[name=name]")).to_have_value("Anna Zielińska")
    expect(desk.locator("[name=signed_on]")).to_be_focused()
    _sound(desk)
    keys.type(_alike_in_any_order())
    keys.press("Enter")
    _said(desk, r"Wniosek nr \d+ przyjęty")
    expect(desk.locator("[name=number]")).to_be_focused()
    assert keys.count == 10
    assert keys.seconds(glances=2) <= 5
    desk.context.close()


def test_a_scanner_held_to_a_paper_while_another_field_has_the_cursor_opens_the_paper(
    chromium: Browser, demo: Demo, desk: Page
) -> None:
    expect(desk.locator("[name=number]")).to_be_focused()
    Keys(desk).scanner(_code_of(_printed(chromium, demo)))
    expect(desk.locator("[name=name]")).to_have_value("Anna Zielińska")
    desk.context.close()


def test_a_paper_that_nobody_printed_is_typed_and_checked_as_it_is_typed(demo: Demo, desk: Page) -> None:
    keys = Keys(desk)
    keys.type(NUMBER.value[:-1] + str((int(NUMBER.value[-1]) + 1) % 10))
    keys.press("Tab")
    _said(desk, "Cyfra kontrolna numeru PESEL się nie zgadza.")
    keys.press("Shift+Tab")
    keys.type(NUMBER.value)
    keys.press("Tab")
    _said(desk, "PESEL, data urodzenia")
    expect(desk.get_by_text("Cyfra kontrolna")).to_have_count(0)
    desk.goto(ADD)
    keys = Keys(desk)
    for word in (NUMBER.value, "Zofia Klawisz", "600700801", "zofia@poczta.example"):
        keys.type(word)
        keys.press("Tab")
    keys.type(_alike_in_any_order())
    keys.press("Alt+t", "s", "ArrowDown", "e", "ArrowRight", "Space")
    ticked = desk.locator("[name=tick]:checked")
    expect(ticked).to_have_count(3)
    values = [one.get_attribute("value") for one in ticked.all()]
    assert values == ["property_tax:sms", "waste:email", "alcohol:email"]
    keys.press("Control+Enter")
    _said(desk, r"Wniosek nr \d+ przyjęty, zgody obowiązują")
    assert keys.count == 72
    assert keys.seconds(glances=4) <= 20
    desk.goto(ADD)
    keys = Keys(desk)
    keys.type(NUMBER.value)
    keys.press("Tab")
    expect(desk.locator("[name=name]")).to_have_value("Zofia Klawisz")
    keys.press("Tab")
    keys.type("600700802")
    keys.press("Tab")
    _said(desk, "Zmiana. Dotąd: .48.600.700.801")
    keys.press("Tab")
    keys.type(_alike_in_any_order())
    keys.press("Alt+r")
    expect(desk.locator("[name=resigns]")).to_be_checked()
    keys.press("Enter")
    _said(desk, "To rezygnacja: żadna zgoda już nie obowiązuje")
    assert "Łańcuch dowodów jest cały" in demo.manage("verify_evidence")
    desk.context.close()


def test_a_scan_lies_beside_the_fields_grows_by_keyboard_and_fits_a_phone(
    chromium: Browser, demo: Demo, desk: Page
) -> None:
    document = pypdfium2.PdfDocument(_printed(chromium, demo))
    document.init_forms()
    picture = BytesIO()
    document[0].render(scale=150 / 72).to_pil().convert("L").rotate(4, expand=True, fillcolor=230).save(picture, "JPEG")
    desk.set_input_files("[name=scans]", {"name": "skan.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()})
    keys = Keys(desk)
    desk.locator("[name=scans]").focus()
    keys.press("Tab", "Enter")
    expect(desk.locator("[name=name]")).to_have_value("Anna Zielińska")
    shown = desk.locator(".spm-desk__pages img").first
    expect(shown).to_have_js_property("complete", value=True)
    assert shown.evaluate("image => image.naturalWidth") > 600
    scan, fields = desk.locator(".spm-desk__scan").bounding_box(), desk.locator(".spm-desk__fields").bounding_box()
    assert scan
    assert fields
    assert scan["x"] + scan["width"] <= fields["x"]
    before = shown.evaluate("image => image.width")
    keys.press("Alt+p", "Alt+o")
    assert shown.evaluate("image => image.width") > before
    _sound(desk)
    desk.set_viewport_size({"width": 320, "height": 800})
    assert desk.evaluate("document.documentElement.scrollWidth") <= 320
    scan, fields = desk.locator(".spm-desk__scan").bounding_box(), desk.locator(".spm-desk__fields").bounding_box()
    assert scan
    assert fields
    assert scan["y"] + scan["height"] <= fields["y"]
    _sound(desk)
    desk.context.close()


def test_the_pages_that_print_and_list_are_sound(chromium: Browser, demo: Demo) -> None:
    page = signed_in(chromium, demo, "referent@dolina.example", width=320)
    mail = "mailroom/incomingmail/"
    for address in (
        *(f"consents/{rest}" for rest in ("printedform/add/", "printedform/", "incomingscan/", "topic/")),
        *("consents/consentapplication/add/", mail, f"{mail}?lista=spam", f"{mail}?lista=wszystkie"),
    ):
        page.goto(f"/urzad/{address}")
        _sound(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
    letters = page.locator("#result_list tbody a")
    if letters.count():  # where dovecot is installed
        letters.first.click()
        page.wait_for_url("**/change/**")
        _sound(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.context.close()
