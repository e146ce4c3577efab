"""The application to print: Polish, typographically right, with the right person's data and nobody else's."""

import re
from collections.abc import Iterator
from io import BytesIO

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from consents import clause
from consents.application_pdf import Known, application_pdf, topics_by_group
from consents.models import Topic
from consents.printing import shared_form
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


def printed(**known: str) -> bytes:
    """A form with what is *known*, nothing of it on a blank one."""
    return application_pdf(shared_form(at=make.now()), Known(**known))  # type: ignore[arg-type]


def filled(made: bytes) -> dict[str, str]:
    """What its fields hold."""
    fields = read(made).get_fields() or {}
    return {name: str(field.value or "").replace("\xa0", " ") for name, field in fields.items()}


def fields_of(made: bytes) -> list[pypdf.generic.DictionaryObject]:
    """Its text fields, as a viewer draws them."""
    fields = read(made).trailer["/Root"]["/AcroForm"]["/Fields"]
    return [one.get_object() for one in fields if one.get_object()["/FT"] == "/Tx"]


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
    made = get(signed_in(anna))
    holds = filled(made)
    assert (holds["nazwa"], holds["telefon"], holds["email"]) == ("Anna Nowak", "+48 500 100 200", "anna@example.com")
    assert holds["numer"] == ""
    assert make.pesel(1).value not in text(made)


def test_an_attorney_gets_the_principals_paper_and_a_stranger_their_own(
    signed_in: SignIn, piotr: Account, obcy: Account, anna_payer: Payer
) -> None:
    assert filled(get(signed_in(piotr)))["nazwa"] == "Anna Nowak"
    strangers = get(signed_in(obcy))
    holds = filled(strangers)
    assert holds["nazwa"] == "Jan Obcy"
    for hers in ("Nowak", "500 100 200", "anna@example.com"):
        assert hers not in text(strangers)
        assert hers not in " ".join(holds.values())


def test_an_account_without_a_confirmed_identity_gets_a_blank_one(signed_in: SignIn, anna_payer: Payer) -> None:
    newcomer = make.account("nowy@example.com", name="Nowy Mieszkaniec")
    made = get(signed_in(newcomer))
    assert "Nowy Mieszkaniec" not in text(made) + str(filled(made))
    assert "nowy@example.com" not in text(made) + str(filled(made))


def test_every_kind_in_use_stands_on_it_in_order_and_none_other() -> None:
    Topic.objects.filter(code="alcohol").update(is_active=False)
    made = text(printed())
    names = [topic.name for _, topics in topics_by_group() for topic in topics]
    places = [made.index(name) for name in names]
    assert len(names) == 14
    assert places == sorted(places)
    assert "alkoholu" not in made


def test_the_whole_clause_and_its_version_stand_on_it() -> None:
    made = text(printed())
    assert " ".join(clause.TEXT.split()) in made
    assert f"Wersja klauzuli {clause.VERSION}" in made


def test_every_polish_letter_of_a_name_is_printed() -> None:
    name = "Święcisława Gżegżółka-Ździebłońska ĄĆĘŁŃÓŚŹŻ"
    made = printed(name=name, email="zażółć@gęśla.jaźń.pl")
    assert filled(made)["nazwa"] == name
    drawn = [field["/AP"]["/N"].get_object() for field in fields_of(made) if field.get("/V") and "/AP" in field]
    fonts_drawn = [font.get_object() for look in drawn for font in look["/Resources"].get("/Font", {}).values()]
    assert {str(font["/BaseFont"]).partition("+")[2].partition("-")[0] for font in fonts_drawn} == {"Lato"}
    fonts = read(made).pages[0]["/Resources"]["/Font"].values()
    assert {str(font.get_object()["/BaseFont"]).partition("+")[2].partition("-")[0] for font in fonts} == {"Lato"}


def test_no_line_ends_with_a_lonely_letter_and_nothing_hangs_after_art() -> None:
    made = lines(printed(name="Anna Nowak", phone="+48500100200", email="anna@example.com"))
    assert [line for line in made if LONELY.search(line.rstrip())] == []
    assert [line for line in made if re.search(r"(art|ust|lit|nr)\.?$", line.rstrip())] == []


@pytest.mark.parametrize("name", ["", "Anna Nowak", "Przedsiębiorstwo " + "Wielobranżowe " * 12])
def test_it_fits_one_sheet(name: str) -> None:
    assert len(read(printed(name=name)).pages) == 1


def test_a_screen_reader_can_read_it() -> None:
    made = read(printed(name="Anna Nowak", phone="+48500100200"))
    root = made.trailer["/Root"]
    assert root["/Lang"] == "pl"
    assert root["/MarkInfo"]["/Marked"]
    assert made.metadata.title == "Wniosek o powiadomienia"  # type: ignore[union-attr]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert re.search(rb"pdfuaid:part(>|=.)1", root["/Metadata"].get_data())
    tags = _tags(root["/StructTreeRoot"])
    assert {"/H1", "/P", "/Form", "/Table", "/TH", "/Figure"} <= tags, tags
    figures = [one for one in _elements(root["/StructTreeRoot"]) if one.get("/S") == "/Figure"]
    assert all(one.get("/Alt") for one in figures)
    page = made.pages[0]
    assert page["/Tabs"] == "/S"
    widgets = [one.get_object() for one in page["/Annots"] if one.get_object()["/Subtype"] == "/Widget"]
    names = [str(one["/TU"]) for one in widgets]
    assert all(names)
    assert len(set(names)) == len(names) == 8 + sum(len(topic.channels) for topic in Topic.objects.all())
    assert all("/StructParent" in one for one in widgets)
    assert "Opłata za gospodarowanie odpadami: SMS" in names


def _elements(element: pypdf.generic.DictionaryObject) -> Iterator[pypdf.generic.DictionaryObject]:
    """The tags below *element*, in reading order."""
    below = element.get("/K")
    for one in below if isinstance(below, list) else [below]:
        found = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(found, pypdf.generic.DictionaryObject) and "/S" in found:
            yield found
            yield from _elements(found)


def _tags(element: pypdf.generic.DictionaryObject) -> set[str]:
    return {str(one["/S"]) for one in _elements(element)}


def test_what_a_name_holds_is_printed_and_never_run() -> None:
    name = "<b>Anna</b> & <img src=file:///etc/passwd>"
    assert filled(printed(name=name))["nazwa"] == name
