"""The application to print: Polish, typographically right, with the right person's data and nobody else's."""

import re
from io import BytesIO

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from consents import clause
from consents.application_pdf import application_pdf, topics_by_group
from consents.models import Topic
from residents.models import Account, Payer
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
PAPER = reverse("consents:paper")
LONELY = re.compile(r"(?:^|[\s(])[aiouwzAIOUWZ]$")


def read(made: bytes) -> pypdf.PdfReader:
    """The PDF as a program reads it."""
    return pypdf.PdfReader(BytesIO(made))


def lines(made: bytes) -> list[str]:
    """Its lines of text."""
    return [line for page in read(made).pages for line in page.extract_text().splitlines()]


def text(made: bytes) -> str:
    """All its text in one line, with plain spaces."""
    return " ".join(" ".join(lines(made)).split())


def get(browser: Client) -> bytes:
    """What a browser gets."""
    answer = browser.get(PAPER)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "wniosek-o-powiadomienia.pdf" in answer.headers["Content-Disposition"]
    return answer.content


def test_anybody_gets_a_blank_one() -> None:
    blank = text(get(Client()))
    assert "Wniosek o przesyłanie powiadomień" in blank
    assert "@" not in blank
    assert "Nowak" not in blank


def test_a_confirmed_resident_gets_one_with_their_own_data_but_no_number(signed_in: SignIn, anna: Account) -> None:
    made = text(get(signed_in(anna)))
    for mine in ("Anna Nowak", "+48 500 100 200", "anna@example.com"):
        assert mine in made
    assert make.pesel(1).value not in made


def test_an_attorney_gets_the_principals_paper_and_a_stranger_their_own(
    signed_in: SignIn, piotr: Account, obcy: Account, anna_payer: Payer
) -> None:
    assert "Anna Nowak" in text(get(signed_in(piotr)))
    strangers = text(get(signed_in(obcy)))
    assert "Jan Obcy" in strangers
    for hers in ("Nowak", "500 100 200", "anna@example.com"):
        assert hers not in strangers


def test_an_account_without_a_confirmed_identity_gets_a_blank_one(signed_in: SignIn, anna_payer: Payer) -> None:
    newcomer = make.account("nowy@example.com", name="Nowy Mieszkaniec")
    made = text(get(signed_in(newcomer)))
    assert "Nowy Mieszkaniec" not in made
    assert "nowy@example.com" not in made


def test_every_kind_in_use_stands_on_it_in_order_and_none_other() -> None:
    Topic.objects.filter(code="alcohol").update(is_active=False)
    made = text(application_pdf())
    names = [topic.name for _, topics in topics_by_group() for topic in topics]
    places = [made.index(name) for name in names]
    assert len(names) == 14
    assert places == sorted(places)
    assert "alkoholu" not in made


def test_the_whole_clause_and_its_version_stand_on_it() -> None:
    made = text(application_pdf())
    assert " ".join(clause.TEXT.split()) in made
    assert f"Wersja klauzuli {clause.VERSION}" in made


def test_every_polish_letter_of_a_name_is_printed() -> None:
    name = "Święcisława Gżegżółka-Ździebłońska ĄĆĘŁŃÓŚŹŻ"
    made = application_pdf(name=name, email="zażółć@gęśla.jaźń.pl")
    assert name in text(made)
    assert "zażółć@gęśla.jaźń.pl" in text(made)
    fonts = read(made).pages[0]["/Resources"]["/Font"].values()
    assert {str(font.get_object()["/BaseFont"]).partition("+")[2].partition("-")[0] for font in fonts} == {"Lato"}


def test_no_line_ends_with_a_lonely_letter_and_nothing_hangs_after_art() -> None:
    made = lines(application_pdf(name="Anna Nowak", phone="+48500100200", email="anna@example.com"))
    assert [line for line in made if LONELY.search(line.rstrip())] == []
    assert [line for line in made if re.search(r"(art|ust|lit|nr)\.?$", line.rstrip())] == []


@pytest.mark.parametrize("name", ["", "Anna Nowak", "Przedsiębiorstwo " + "Wielobranżowe " * 12])
def test_it_fits_one_sheet(name: str) -> None:
    assert len(read(application_pdf(name=name)).pages) == 1


def test_a_screen_reader_can_read_it() -> None:
    root = read(application_pdf()).trailer["/Root"]
    assert root["/Lang"] == "pl"
    assert root["/MarkInfo"]["/Marked"]
    assert read(application_pdf()).metadata.title == "Wniosek o powiadomienia"  # type: ignore[union-attr]


def test_what_a_name_holds_is_printed_and_never_run() -> None:
    made = text(application_pdf(name="<b>Anna</b> & <img src=file:///etc/passwd>"))
    assert "<b>Anna</b> & <img src=file:///etc/passwd>" in made
