"""The main thread, as people walk it in `make demo`: from a due in a file to a paid one, told by SMS and e-mail."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from spm.demo.signins import PASSWORD
from tests import make
from tests.browser.demo_process import Demo
from tests.browser.looking import soon, sound
from tests.browser.signing import sign_in_staff

PHONE = "+48600700800"
EMAIL = "helena@poczta.example"
NUMBER = make.pesel(321)


def _sms(demo: Demo) -> list[dict[str, str]]:
    answer = requests.get(f"{demo.sandbox_url}/control/sms", params={"number": PHONE}, timeout=10)
    found: list[dict[str, str]] = answer.json()
    return found


def _mails(demo: Demo) -> list[dict[str, str]]:
    answer = requests.get(f"{demo.sandbox_url}/control/mail", params={"to": EMAIL}, timeout=10)
    found: list[dict[str, str]] = answer.json()
    return found


def test_a_due_becomes_a_paid_one(page: Page, chromium: Browser, demo: Demo, tmp_path: Path) -> None:
    term = make.today() + timedelta(days=7)
    while make.payable_by(term) != term:  # a term that the law does not move
        term += timedelta(days=1)
    _a_file_is_imported(demo, tmp_path, term.isoformat())
    _a_clerk_registers_a_paper(page)
    code = _a_clerk_hands_out_a_code(page)

    reminded = json.loads(demo.manage("queue_reminders", "--on", str(term - timedelta(days=7)), "--json"))
    assert reminded["queued"] >= 2
    again = json.loads(demo.manage("queue_reminders", "--on", str(term - timedelta(days=7)), "--json"))
    assert again["queued"] == 0
    demo.manage("dispatch", "--once")
    sms = soon(lambda: _sms(demo))
    assert isinstance(sms, list)
    assert len(sms) == 1
    assert "123" not in sms[0]["text"]  # no amount on a locked screen
    mails = soon(lambda: _mails(demo))
    assert isinstance(mails, list)
    assert len(mails) == 1
    assert "123,45" in mails[0]["text"]

    resident = chromium.new_context(base_url=demo.url, locale="pl-PL").new_page()
    resident.goto(f"{demo.sandbox_url}/phone/{PHONE.removeprefix('+')}/")
    link = re.search(r"https?://\S+", sms[0]["text"])
    assert link
    resident.locator(f'a[href="{link[0]}"]').first.click()
    _signs_up(resident, demo)
    _confirms_identity(resident, code)
    _pays(resident)
    _sees_it_paid(resident, demo)
    resident.context.close()


def _a_file_is_imported(demo: Demo, folder: Path, term: str) -> None:
    path = folder / "naleznosci.csv"
    line = ";".join(
        [
            *("BT-1", NUMBER.value, "Helena Śliwińska", "PODATEK_NIERUCHOMOSCI_OF", "Podatek od nieruchomości"),
            *(term[:4], "1", term, "123,45", "0,00", make.ACCOUNT),
        ]
    )
    path.write_text(f"{make.HEADER}\n{line}\nBT-2;zly;;X;;;;;;;\n", encoding="cp1250")
    told = json.loads(demo.manage("import_dues", str(path), "--json"))
    assert (told["rows"], told["created"], told["rejected"]) == (2, 1, 1)
    again = json.loads(demo.manage("import_dues", str(path), "--json"))
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 1)


def _a_clerk_registers_a_paper(page: Page) -> None:
    sign_in_staff(page, "referent@dolina.example")
    page.get_by_role("link", name="Zarejestruj wniosek papierowy").click()
    page.fill("[name=number]", NUMBER.value)
    page.fill("[name=name]", "Helena Śliwińska")
    page.fill("[name=phone]", PHONE)
    page.fill("[name=email]", EMAIL)
    page.fill("[name=signed_on]", str(make.today() - timedelta(days=3)))
    for tick in ("property_tax:sms", "property_tax:email", "payments:sms", "payments:email"):
        page.check(f'[name=tick][value="{tick}"]')
    page.get_by_role("button", name="Przyjmij i zostań").click()
    expect(page.get_by_text("przyjęty, zgody obowiązują")).to_be_visible()


def _a_clerk_hands_out_a_code(page: Page) -> str:
    page.goto("/urzad/residents/payer/")
    page.locator("main [name=q], #searchbar").first.fill(NUMBER.value)
    page.keyboard.press("Enter")
    page.wait_for_url("**/change/**")
    assert NUMBER.value not in page.url
    page.goto(f"{page.url.split('/change/')[0]}/kod/")
    page.get_by_role("button", name="Wydaj kod i pokaż").click()
    code = page.locator("#kod").inner_text()
    assert re.fullmatch(r"[A-Z2-9]{4}-[A-Z2-9]{4}", code)
    return code


def _signs_up(resident: Page, demo: Demo) -> None:
    expect(resident.get_by_role("heading", name="Zaloguj się")).to_be_visible()
    resident.get_by_role("link", name="Załóż konto").last.click()
    resident.fill("[name=email]", EMAIL)
    resident.fill("[name=full_name]", "Helena Śliwińska")
    resident.fill("[name=password1]", make.PASSWORD)
    resident.fill("[name=password2]", make.PASSWORD)
    resident.locator("main").get_by_role("button", name="Załóż konto").click()
    resident.wait_for_selector("[name=code]")
    mail = soon(lambda: [letter for letter in _mails(demo) if "termin" not in letter["subject"].lower()])
    assert isinstance(mail, list)
    code = re.search(r"^([A-Z0-9-]{6,9})\s*$", mail[-1]["text"], re.MULTILINE)
    assert code, mail[-1]["text"]
    resident.fill("[name=code]", code[1])
    resident.locator("main button[type=submit]").first.click()


def _confirms_identity(resident: Page, code: str) -> None:
    resident.goto("/naleznosci/")
    expect(resident.get_by_role("heading", name="Potwierdź tożsamość")).to_be_visible()
    resident.fill("[name=number]", NUMBER.value)
    resident.fill("[name=code]", "AAAA-AAAA")
    resident.get_by_role("button", name="Potwierdź", exact=True).click()
    expect(resident.get_by_role("alert").first).to_contain_text("Numer albo kod się nie zgadza")
    resident.fill("[name=number]", NUMBER.value)
    resident.fill("[name=code]", code)
    resident.get_by_role("button", name="Potwierdź", exact=True).click()
    expect(resident.get_by_role("heading", name="Moje należności")).to_be_visible()


def _pays(resident: Page) -> None:
    expect(resident.locator(".total__sum").last).to_have_text(re.compile(r"123,45"))
    resident.locator("[name=instalment]").first.check()
    resident.get_by_role("button", name="Zapłać zaznaczone").click()
    expect(resident.get_by_role("heading", name="Sprawdź i zapłać")).to_be_visible()
    resident.get_by_role("button", name=re.compile("Zapłać 123,45")).click()
    expect(resident).to_have_url(re.compile(r"payu"))
    resident.get_by_role("button", name="Zapłać", exact=True).click()


def _sees_it_paid(resident: Page, demo: Demo) -> None:
    expect(resident.get_by_role("heading", name="Wpłata zaksięgowana")).to_be_visible(timeout=30_000)
    receipt = resident.request.get(
        resident.get_by_role("link", name="Pobierz potwierdzenie").get_attribute("href") or ""
    )
    assert receipt.body().startswith(b"%PDF-")
    resident.goto("/naleznosci/")
    expect(resident.get_by_text("Nie masz nic do zapłaty")).to_be_visible()
    told = soon(lambda: [sms for sms in _sms(demo) if "zaksiegowano" in sms["text"]], seconds=45)
    assert isinstance(told, list)
    assert len(told) == 1
    assert not re.search(r"\d+,\d\d", told[0]["text"]), "a locked screen shows no sums"
    resident.goto("/wiadomosci/")
    expect(resident.get_by_text("Zaksięgowano wpłatę").first).to_be_visible()


PAGES = (
    "/",
    "/konto/login/",
    "/konto/signup/",
    "/kontakt/",
    "/deklaracja-dostepnosci/",
    "/prywatnosc/",
    "/latwy-tekst/",
)
PAGES += ("/potwierdzenie/?kod=7K3M-09QD-X2VF-8RTA",)
PAGES += ("/zglos-usterke/", "/zgody/podpisany-wniosek/", "/wzornik/", "/konto/password/reset/", "/konto/login/code/")
OWN_PAGES = ("/naleznosci/", "/naleznosci/zaplacone/", "/platnosci/", "/wiadomosci/", "/zgody/", "/moje-dane/")
OWN_PAGES += ("/moje-dane/kto-przegladal/", "/moje-dane/potwierdz/", "/naleznosci/karta/", "/naleznosci/kalendarz/")
OWN_PAGES += ("/moje-dane/prawa/", "/moje-dane/prawa/sprostowanie/", "/moje-dane/prawa/usuniecie/")


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_has_an_axe_violation_or_scrolls_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sound(page, PAGES)
    page.goto("/konto/login/")
    page.fill("[name=login]", "anna@dolina.example")
    page.fill("[name=password]", PASSWORD)
    page.locator("[name=password]").press("Enter")
    expect(page.get_by_role("heading", name="Moje należności")).to_be_visible()
    sound(page, OWN_PAGES)
    page.goto("/naleznosci/")
    page.get_by_role("link", name=re.compile("Skąd ta kwota")).first.click()
    sound(page, (page.url,))


def test_the_main_job_needs_no_javascript(chromium: Browser, demo: Demo) -> None:
    context = chromium.new_context(base_url=demo.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/konto/login/")
    page.fill("[name=login]", "ksiegowa@dolina.example")
    page.fill("[name=password]", PASSWORD)
    page.locator("[name=password]").press("Enter")
    page.locator("[name=instalment]").first.check()
    page.get_by_role("button", name="Zapłać zaznaczone").click()
    page.get_by_role("button", name=re.compile(r"Zapłać \d")).click()
    page.get_by_role("button", name="Anuluj", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("anulowan")
    context.close()
