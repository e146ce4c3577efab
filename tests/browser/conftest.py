"""One demo and one Chromium for the browser tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from spm.demo.machine import browser_path
from tests.browser.demo_process import Demo, running_demo

HERE = Path(__file__).parent
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests go to one worker, for another would start a second demo.

    The demo's signed files are older than what its resident signs in a test: that one comes last.
    """
    items.sort(key=lambda item: item.path == HERE / "test_consents.py")
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.xdist_group("browser"))
            # Nothing else ends a wait for a browser that says nothing: the worker goes, and another takes over.
            item.add_marker(pytest.mark.timeout(method="thread"))


@pytest.fixture(scope="package")
def demo() -> Iterator[Demo]:
    """A running `make demo`."""
    with running_demo() as started:
        yield started


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; without it the tests fail and say what to install.

    It goes with these tests: Playwright's event loop would forbid the database to whatever test this process runs next.
    """
    path = browser_path()
    if not path:
        pytest.fail("Chromium is missing: run `make browser`, or install Debian's package chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, demo: Demo) -> Iterator[Page]:
    """A fresh page of a person who is not signed in."""
    context = chromium.new_context(base_url=demo.url, viewport={"width": 1280, "height": 900}, locale="pl-PL")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()
