"""Passkeys with a virtual authenticator, and the question before rest ends a session, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from spm.demo.signins import PASSWORD
from tests.browser.demo_process import Demo
from tests.browser.looking import sound

STAFF = "kryzys@dolina.example"
# Makes every session of an account look as if nobody had used it for so many seconds.
REST = """
from importlib import import_module
from django.conf import settings
from residents.models import OpenSession
store = import_module(settings.SESSION_ENGINE).SessionStore
for key in OpenSession.objects.filter(account__full_name={name!r}).values_list("session_key", flat=True):
    session = store(key)
    session["seen_at"] -= {seconds}
    session.save()
"""


@pytest.fixture
def home(chromium: Browser, demo: Demo) -> Iterator[Page]:
    """A page at localhost: browsers make passkeys for names, not for numbers."""
    url = demo.url.replace("127.0.0.1", "localhost")
    context = chromium.new_context(base_url=url, viewport={"width": 1280, "height": 900}, locale="pl-PL")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def _authenticator(page: Page) -> None:
    """A phone that knows its owner's finger and has it on the sensor all the time; it holds no keys yet."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def _types_password(page: Page, email: str) -> None:
    page.goto("/konto/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("[name=password]").press("Enter")


def _gives_password_again(page: Page) -> None:
    page.fill("main [name=password]", PASSWORD)
    page.locator("main [name=password]").press("Enter")


def _signs_out(page: Page) -> None:
    page.goto("/konto/2fa/")
    page.get_by_role("button", name="Wyloguj").click()
    expect(page.get_by_role("link", name="Zaloguj się").first).to_be_visible()


def test_a_clerk_adds_a_passkey_and_signs_in_by_it_alone_and_as_a_second_factor(home: Page) -> None:
    _authenticator(home)
    _types_password(home, STAFF)
    expect(home.get_by_text("W prawdziwym urzędzie te strony otwierają się dopiero")).to_be_visible()
    home.get_by_role("link", name="Logowanie dwuetapowe").click()
    home.get_by_role("link", name="Dodaj klucz dostępu").click()
    _gives_password_again(home)
    home.get_by_label("Nazwa klucza").fill("telefon")
    for width in (320, 1280):
        home.set_viewport_size({"width": width, "height": 900})
        sound(home, (home.url,))
    home.get_by_label("Nazwa klucza").fill("telefon")
    home.get_by_role("button", name="Dodaj").click()
    expect(home.get_by_role("heading", name="Kody zapasowe")).to_be_visible()
    for width in (320, 1280):
        home.set_viewport_size({"width": width, "height": 900})
        sound(home, ("/konto/2fa/", "/konto/2fa/recovery-codes/", "/konto/2fa/webauthn/", "/konto/sesje/"))

    _signs_out(home)
    home.goto("/konto/login/")
    home.get_by_role("button", name="Zaloguj się kluczem dostępu").click()
    expect(home.get_by_text("Dzień dobry")).to_be_visible()

    _signs_out(home)
    _types_password(home, STAFF)
    expect(home.get_by_role("heading", name="Logowanie dwuetapowe")).to_be_visible()
    sound(home, (home.url,))
    home.get_by_role("button", name="Użyj klucza dostępu").click()
    expect(home.get_by_text("Dzień dobry")).to_be_visible()

    home.goto("/konto/2fa/webauthn/")
    home.get_by_role("link", name=re.compile("Usuń")).click()
    if "reauthenticate" in home.url:
        home.goto(home.url.replace("2fa/webauthn/reauthenticate", "reauthenticate"))
        _gives_password_again(home)
    home.get_by_role("button", name="Usuń").click()
    expect(home.get_by_text("Nie masz jeszcze kluczy dostępu")).to_be_visible()


def test_a_browser_without_the_key_says_so_in_words(home: Page) -> None:
    _authenticator(home)
    home.goto("/konto/login/")
    home.get_by_role("button", name="Zaloguj się kluczem dostępu").click()
    expect(home.get_by_role("alert")).to_contain_text("Nie udało się użyć klucza dostępu")


def _looks_again(page: Page) -> None:
    """As when a tab comes back to the front: the script asks how long is left."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_before_rest_ends_the_session_the_page_asks_and_afterwards_clears_the_screen(page: Page, demo: Demo) -> None:
    name = "Ewa Lis"
    _types_password(page, "ksiegowa@dolina.example")
    expect(page.get_by_role("heading", name="Moje należności")).to_be_visible()
    demo.manage("shell", "-c", REST.format(name=name, seconds=14 * 60))
    _looks_again(page)
    question = page.get_by_role("dialog", name="Czy nadal tu jesteś?")
    expect(question).to_be_visible()
    with page.expect_response("**/konto/sesja/zostaje/"):
        question.get_by_role("button", name="Tak, zostaję").click()
    expect(question).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", name="Moje należności")).to_be_visible()

    demo.manage("shell", "-c", REST.format(name=name, seconds=15 * 60))
    _looks_again(page)
    expect(page.get_by_role("heading", name="Wylogowaliśmy Cię z powodu bezczynności")).to_be_visible()
    sound(page, (page.url,))
    page.go_back()
    expect(page.get_by_role("heading", name="Moje należności")).to_be_hidden()
