"""«Pobierz moje dane»: everything that the portal knows of a payer, to read and to take elsewhere."""

import io
import json
import re
import zipfile
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from consents.actions import accept_application, register_application
from consents.replacement import Choice
from notifications.actions import queue_message
from payments.models import Payment
from residents import my_data
from residents.actions import correct_payer
from residents.disclosure import sections
from residents.models import AccessRecord, Account, Payer
from residents.rodo import DOWNLOADED
from tests import make
from tests.conftest import SignIn
from tests.payments.paying import pay
from tests.sandbox_process import Sandbox

pytestmark = pytest.mark.django_db
DOWNLOAD = "residents:download"
SCAN = b"%PDF-1.4 podpisany wniosek"


def proved(client: Client) -> Client:
    """The client of somebody who has just given the password."""
    answer = client.post(reverse("account_reauthenticate"), {"password": make.PASSWORD})
    assert answer.status_code == 302
    return client


def opened(answer: Any) -> zipfile.ZipFile:
    """The archive that a page answered with."""
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert archive.testzip() is None
    return archive


def told(archive: zipfile.ZipFile, section: str) -> dict[str, list[dict[str, Any]]]:
    """The tables of one section."""
    tables: dict[str, list[dict[str, Any]]] = json.loads(archive.read(f"dane/{section}.json"))["tables"]
    return tables


@pytest.fixture
def paid(sandbox: Sandbox, anna: Account, anna_payer: Payer) -> Payment:
    """Anna paid her due."""
    return pay(anna_payer, anna)


@pytest.fixture
def scanned(anna_payer: Payer) -> None:
    """Anna's newer application, with a scan."""
    draft = register_application(
        number=make.pesel(1),
        name="Anna Nowak",
        phone="+48500100200",
        email="anna@example.com",
        choices=[Choice("payments", "email")],
        signed_on=make.today(),
        arrived_by="paper",
        received_on=make.today(),
        scan=ContentFile(SCAN, "skan.pdf"),
        by=make.BY,
        at=make.now(),
    )
    accept_application(draft, by=make.BY, at=make.now())


def test_the_archive_holds_what_every_floor_knows(
    signed_in: SignIn, anna: Account, anna_payer: Payer, scanned: None, paid: Payment
) -> None:
    archive = opened(proved(signed_in(anna)).post(reverse(DOWNLOAD)))
    own, consents = told(archive, "residents"), told(archive, "consents")
    (payer,) = own["payer"]
    assert (payer["number"], payer["name"], payer["pesel"]) == (anna_payer.number, "Anna Nowak", make.pesel(1).value)
    assert {row["address"] for row in own["contacts"]} == {"+48500100200", "anna@example.com"}
    assert [row["email"] for row in own["accounts"]] == ["anna@example.com"]
    assert [row["scope"] for row in own["mandates"]] == ["wszystko"]
    assert own["looks"][0]["what"] == DOWNLOADED
    assert len(consents["applications"]) == 2
    assert len([row for row in consents["consents"] if row["until"] is None]) == 1
    liabilities, payments = told(archive, "liabilities"), told(archive, "payments")
    assert [row["outstanding"] for row in liabilities["instalments"]] == ["0.00"]
    assert [(row["kind"], row["amount"]) for row in liabilities["entries"]] == [
        ("przypis", "100.00"),
        ("wpłata", "-100.00"),
    ]
    assert [(row["reference"], row["amount"]) for row in payments["payments"]] == [(paid.reference, "100.00")]
    assert {row["kind"] for row in told(archive, "notifications")["messages"]} == {"Zaksięgowano wpłatę"}


def test_scans_and_receipts_come_along_as_they_are(
    signed_in: SignIn, anna: Account, scanned: None, paid: Payment
) -> None:
    archive = opened(proved(signed_in(anna)).post(reverse(DOWNLOAD)))
    files = [name for name in archive.namelist() if name.startswith("pliki/")]
    (scan,) = [name for name in files if name.startswith("pliki/wniosek-")]
    assert archive.read(scan) == SCAN
    receipt = PdfReader(io.BytesIO(archive.read(f"pliki/potwierdzenie-{paid.reference}.pdf")))
    assert paid.reference in receipt.pages[0].extract_text()


class _Links(HTMLParser):
    """Where a page's links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [str(value) for name, value in attrs if tag == "a" and name == "href"]


def test_the_index_leads_to_everything_and_nowhere_else(
    signed_in: SignIn, anna: Account, scanned: None, paid: Payment
) -> None:
    archive = opened(proved(signed_in(anna)).post(reverse(DOWNLOAD)))
    links = _Links(archive.read("index.html").decode()).found
    assert sorted(links) == sorted(set(archive.namelist()) - {"index.html", "dane/index.json"})
    assert {f"czytaj/{section.code}.html" for section in sections()} <= set(links)
    everything = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".html"))
    assert "http://" not in everything.replace("http://127.0.0.1:8800", "")
    assert "<script" not in everything


def test_what_people_wrote_is_text_in_the_pages(signed_in: SignIn, anna: Account, anna_payer: Payer) -> None:
    correct_payer(anna_payer, name="<script>alert(1)</script>", street='"><img>', postal_code="", city="", by=make.BY)
    archive = opened(proved(signed_in(anna)).post(reverse(DOWNLOAD)))
    for page in ("index.html", "czytaj/residents.html"):
        text = archive.read(page).decode()
        assert "<script" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "<img" not in text
    assert told(archive, "residents")["payer"][0]["name"] == "<script>alert(1)</script>"


def test_nothing_of_anybody_else_is_in_it(signed_in: SignIn, anna: Account, obcy: Account, firma: Payer) -> None:
    archive = opened(proved(signed_in(anna)).post(reverse(DOWNLOAD)))
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode(errors="replace")
    for strange in (make.pesel(77).value, "Jan Obcy", "OBCY-1", "Stolarnia", make.nip(1).value):
        assert strange not in everything


def test_the_file_is_named_by_the_towns_number(signed_in: SignIn, anna: Account, anna_payer: Payer) -> None:
    answer = proved(signed_in(anna)).post(reverse(DOWNLOAD))
    name = re.search(r'filename="([^"]+)"', answer.headers["Content-Disposition"])
    assert name is not None
    assert name[1] == f"moje-dane-{anna_payer.number}-{make.today()}.zip"
    assert answer.headers["Cache-Control"] == "no-store, private"


def test_the_password_is_asked_again_before_the_archive_is_made(signed_in: SignIn, anna: Account) -> None:
    browser = signed_in(anna)
    answer = browser.post(reverse(DOWNLOAD))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert not AccessRecord.objects.filter(what=DOWNLOADED).exists()
    wrong = browser.post(answer.headers["Location"], {"password": "zgaduje"})
    assert wrong.status_code == 200
    # After the right one the download goes on by itself.
    opened(browser.post(answer.headers["Location"], {"password": make.PASSWORD}))


def test_the_download_is_recorded_as_a_look(signed_in: SignIn, anna: Account, anna_payer: Payer) -> None:
    opened(proved(signed_in(anna)).post(reverse(DOWNLOAD)))
    look = AccessRecord.objects.get(what=DOWNLOADED)
    assert (look.account, look.payer) == (anna, anna_payer)


def test_a_fourth_archive_within_an_hour_is_refused(signed_in: SignIn, anna: Account) -> None:
    browser = proved(signed_in(anna))
    for _ in range(3):
        opened(browser.post(reverse(DOWNLOAD)))
    refused = browser.post(reverse(DOWNLOAD), follow=True)
    assert "pobrano dane już trzy razy" in refused.text
    assert AccessRecord.objects.filter(what=DOWNLOADED).count() == 3


def test_who_may_only_look_and_pay_gets_no_archive(signed_in: SignIn, piotr: Account) -> None:
    browser = proved(signed_in(piotr))
    answer = browser.post(reverse(DOWNLOAD))
    assert answer.status_code == 403
    assert "nie obejmuje decyzji o danych" in answer.text
    assert not AccessRecord.objects.filter(what=DOWNLOADED).exists()


def test_who_is_nobody_yet_is_sent_to_confirm(signed_in: SignIn) -> None:
    browser = proved(signed_in(make.account("nowy@example.com")))
    answer = browser.post(reverse(DOWNLOAD), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("residents:confirm")


def test_files_beyond_the_most_are_named_not_forgotten(
    signed_in: SignIn, anna: Account, scanned: None, paid: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(my_data, "MOST_FILES", 0)
    archive = opened(proved(signed_in(anna)).post(reverse(DOWNLOAD)))
    assert json.loads(archive.read("dane/index.json"))["files_left_out"] == 2
    assert "Starszych plików jest jeszcze 2." in archive.read("index.html").decode()


def test_a_scan_that_is_gone_from_the_disk_does_not_stop_the_archive(
    signed_in: SignIn, anna: Account, anna_payer: Payer, scanned: None
) -> None:
    paper = anna_payer.applications.exclude(scan="").get()
    paper.scan.storage.delete(paper.scan.name)
    archive = opened(proved(signed_in(anna)).post(reverse(DOWNLOAD)))
    assert [name for name in archive.namelist() if name.startswith("pliki/")] == []


def test_the_number_of_queries_does_not_grow_with_the_rows(signed_in: SignIn, anna: Account, anna_payer: Payer) -> None:
    browser = proved(signed_in(anna))
    with CaptureQueriesContext(connection) as few:
        browser.post(reverse(DOWNLOAD))
    make.dues(*(make.row(make.pesel(1), key=f"MANY-{place}", instalment=place) for place in range(2, 60)))
    for place in range(30):
        queue_message(
            kind="payment_posted",
            payer_id=anna_payer.pk,
            topic="payments",
            about="",
            facts={},
            dedupe_key=f"many-{place}",
            at=make.now() - timedelta(minutes=place),
        )
    with CaptureQueriesContext(connection) as many:
        archive = opened(browser.post(reverse(DOWNLOAD)))
    assert len(many) <= len(few) + 5  # tables that were empty before
    assert len(told(archive, "liabilities")["instalments"]) == 59
    assert len(told(archive, "notifications")["messages"]) == 60
