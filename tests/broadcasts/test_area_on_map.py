"""An area drawn on the town's own map: read, checked, measured on addresses; whom it cannot place is said aloud."""

import pytest
from django.test import Client
from lxml import etree
from pytest_django.fixtures import Settings

from broadcasts.cap_reading import read_cap
from broadcasts.models import Broadcast, Hazard, MapStreet
from broadcasts.preview import preview
from broadcasts.sending import start
from broadcasts.shapes import NotAShape, is_inside, picture_of, read_shape, write_shape
from broadcasts.town_map import streets_of_shape, take_addresses
from broadcasts.wordings import area_words
from core.errors import Refused
from residents.models import Account, Payer
from tests import make
from tests.broadcasts.nights import SMS, at, by, draft, reached
from tests.conftest import SignIn

ROUND_POLNA = "49,80, 19,00\n49.80 19.02\n49.82; 19.02\n49.82, 19.00"
ADDRESSES = b"ulica;szerokosc;dlugosc\nPolna;49.81;19.01\nPolna;49.9;19.9\nOdlegla;50.1;19.5\n;49.8;19.0\nZla;x;19\n"


def test_a_shape_is_read_from_points_and_written_again() -> None:
    shape = read_shape(ROUND_POLNA)
    assert read_shape(write_shape([*shape, shape[0]])) == shape
    assert is_inside(shape, (49.81, 19.01))
    assert not is_inside(shape, (49.83, 19.01))
    assert read_shape(" \n") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("49.8, 19.0\nRynek 1", "Wiersz 2"),
        ("49.8, 19.0\n49.8, 19.1", "trzy różne punkty"),
        ("49.8, 19.0\n49.9, 19.1\n49.9, 19.0\n49.8, 19.1", "przecina samą siebie"),
        ("49.8, 19.0\n99.9, 19.1\n49.9, 19.0", "nie ma takiego miejsca"),
        ("\n".join(f"49.{n:03}, 19.{n * n:05}" for n in range(101)), "najwyżej 100"),
    ],
)
def test_what_is_no_shape_is_told_in_words(text: str, words: str) -> None:
    with pytest.raises(NotAShape, match=words):
        read_shape(text)


def test_the_picture_leads_back_to_the_same_place() -> None:
    picture = picture_of({"Polna": [[49.8, 19.0], [49.82, 19.03]]}, {"Las": ["Polna"]})
    assert picture is not None
    x, y = picture.place((49.81, 19.02))
    assert picture.west + x / picture.across == pytest.approx(19.02, abs=0.0001)
    assert picture.north - y / picture.up == pytest.approx(49.81, abs=0.0001)
    assert [name for name, _, _ in picture.names] == ["Las"]
    assert picture_of({}, {}) is None


@pytest.mark.django_db
def test_addresses_replace_the_map_bad_rows_are_told_and_an_empty_file_changes_nothing() -> None:
    taken = take_addresses(ADDRESSES, by=make.BY)
    assert (taken.addresses, taken.streets) == (3, 2)
    assert [fault.split(":")[0] for fault in taken.faults] == ["Wiersz 5", "Wiersz 6"]
    with pytest.raises(Refused, match="ani jednego adresu"):
        take_addresses(b"ulica;szerokosc;dlugosc\nZla;x;y\n", by=make.BY)
    assert MapStreet.objects.count() == 2


@pytest.mark.django_db
def test_a_shape_warns_its_streets_and_says_whom_it_cannot_place(
    client: Client, officer: Account, town: list[Payer], settings: Settings
) -> None:
    settings.WARNINGS = {**settings.WARNINGS, "teryt": "2461011"}
    take_addresses(ADDRESSES, by=make.BY)
    shape = [list(point) for point in read_shape(ROUND_POLNA)]
    said = {"area_kind": "parts", "shape": shape, "drawn_streets": streets_of_shape(shape)}
    narrow = draft(officer, **said, with_unknown=False)
    shown = preview(narrow, at=at())
    assert (shown.people, shown.unplaced, shown.streets) == (1, 2, "ulice: Polna")
    wide = draft(officer, **said)
    assert preview(wide, at=at()).people == 3
    gone = start(narrow, by=by(officer), at=at(), break_glass="Próba zasięgu ostrzeżenia.")
    assert {name for name, _ in reached(gone)} == {"Osoba 0"}
    take_addresses(b"ulica;szerokosc;dlugosc\nNowa;49.81;19.01\n", by=make.BY)
    gone.refresh_from_db()
    assert "ulice: Polna" in area_words(gone), "a map that changes later changes no warning"
    content = client.get(f"/ostrzezenia/{gone.number}/cap.xml").content
    (polygon,) = etree.fromstring(content).findall(".//{*}polygon")
    assert polygon.text.startswith("49.80000,19.00000 49.80000,19.02000")
    (area,) = read_cap(content).infos[0].areas
    assert area.polygons
    assert not area.geocodes, "a code of the whole town beside the shape would widen it to the town"


@pytest.mark.ignore_template_errors
@pytest.mark.django_db
def test_a_new_warning_whose_page_is_sent_twice_is_one_warning(
    officer: Account, town: list[Payer], signed_in: SignIn
) -> None:
    client = signed_in(officer)
    page = client.get("/urzad/broadcasts/broadcast/nowe/").content.decode()
    number = page.partition('name="number" value="')[2].partition('"')[0]
    hazard = Hazard.objects.get(code="wind")
    typed = {"hazard": hazard.pk, "severity": "Severe", "urgency": "Immediate", "area_kind": "whole", "number": number}
    typed |= {"until": f"{at(600):%Y-%m-%dT%H:%M}", "sms": SMS, "advice": "Zostań w domu."}
    for _ in range(2):
        client.post("/urzad/broadcasts/broadcast/nowe/", {**typed, "break": "1", "break_glass": "Nikogo tu nie ma."})
    assert [str(one.number) for one in Broadcast.objects.all()] == [number]
    assert Broadcast.objects.get().state == "sending"


@pytest.mark.ignore_template_errors  # Unfold's own
def test_the_composer_draws_the_map_and_refuses_a_shape_without_addresses(
    officer: Account, town: list[Payer], signed_in: SignIn
) -> None:
    take_addresses(ADDRESSES, by=make.BY)
    known = draft(officer)
    page = signed_in(officer).get(f"/urzad/broadcasts/broadcast/{known.pk}/change/").content.decode()
    assert "data-map" in page
    empty = draft(officer, area_kind="parts", shape=[[50.0, 20.0], [50.0, 20.1], [50.1, 20.1]])
    assert {fault.code for fault in preview(empty, at=at()).faults if fault.is_grave} == {"empty_shape"}
