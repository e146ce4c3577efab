"""What IMGW and RSO say, read: known answers, the shapes of an empty list, and everything that is no answer."""

from datetime import UTC, datetime

import pytest

from broadcasts.imgw import read_hydro, read_meteo
from broadcasts.local_times import warsaw_time
from broadcasts.rso import read_json, read_xml
from broadcasts.told import NotReadable, concerns
from tests.broadcasts.samples import HYDRO, METEO, NONE, RSO, listed, rso_page, rso_xml

BIELSKO = "2461011"


def test_a_meteorological_warning_is_read_whole() -> None:
    answer = read_meteo(200, listed(METEO))
    (told,) = answer.told
    assert answer.is_whole
    assert (told.key, told.event, told.level, told.severity) == ("Kr20261121041907317", "Silny wiatr", 2, "Severe")
    assert told.begins_at == datetime(2026, 11, 21, 17, tzinfo=UTC)
    assert told.ends_at == datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert told.codes == ("2461", "2402", "2417")
    assert told.publisher.startswith("IMGW-PIB")
    assert "Brak." not in told.text
    assert told.certainty == "Likely"


def test_a_hydrological_warning_is_read_with_its_polish_keys_and_an_open_end() -> None:
    (told,) = read_hydro(200, listed(HYDRO)).told
    assert told.key == "H-17|Biuro Prognoz Hydrologicznych w Krakowie|2026-11-21 12:00:00"
    assert (told.level, told.severity, told.ends_at) == (3, "Extreme", None)
    assert (told.codes, told.catchments) == (("24",), ("Z_24_2",))


def test_a_drought_has_no_grade() -> None:
    (told,) = read_hydro(200, listed({**HYDRO, "stopień": "-1"})).told
    assert (told.level, told.severity) == (0, "Minor")


@pytest.mark.parametrize(
    ("status", "body"), [(404, NONE), (200, '{"message":"Brak ostrzeżeń meteorologicznych"}'.encode())]
)
def test_two_shapes_mean_that_there_is_no_warning(status: int, body: bytes) -> None:
    assert read_meteo(status, body).told == ()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        *((404, b"<html>Not Found</html>"), (404, b'{"status":false}'), (404, b'{"message":"x","status":false}')),
        *((500, listed(METEO)), (200, b""), (200, b"[]"), (200, b"{}"), (200, b"null"), (200, b'{"message":"Awaria"}')),
        *((200, listed(METEO)[:-20]), (200, b"[" * 100_000), (503, NONE), (200, b'[{"id":"x"}]'), (200, b"[1, 2]")),
        *((200, listed({**METEO, "stopien": "4"})), (200, listed({**METEO, "teryt": ["śląskie"]}))),
    ],
    ids=range(16),
)
def test_everything_else_is_a_failed_read(status: int, body: bytes) -> None:
    with pytest.raises(NotReadable):
        read_meteo(status, body)


def test_good_rows_go_in_and_a_bad_one_is_told_with_its_place() -> None:
    answer = read_meteo(200, listed(METEO, {**METEO, "id": "Kr2", "obowiazuje_do": "wkrótce"}))
    assert len(answer.told) == 1
    assert not answer.is_whole
    assert answer.faults == ("Pozycja 2: czas nie do odczytania: 'wkrótce'.",)


def test_of_the_hour_that_comes_twice_a_warning_takes_the_longer_meaning() -> None:
    begins, ends = warsaw_time("2026-10-25 02:30:00"), warsaw_time("2026-10-25 02:30:00", is_end=True)
    assert begins == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert ends == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_message_of_rso_is_the_same_in_json_and_xml() -> None:
    (of_json,) = read_json(200, rso_page(RSO)).told
    (of_xml,) = read_xml(200, rso_xml(RSO)).told
    assert of_json == of_xml
    assert of_json.text == "Brak wody w rejonie ul. Górnej.\nBeczkowóz stoi przy szkole."
    assert (of_json.codes, of_json.level) == (("24",), 0)


def test_what_rso_repeats_of_alert_rcb_is_the_gravest() -> None:
    (told,) = read_json(200, rso_page({**RSO, "title": "ALERT RCB: burze"})).told
    assert (told.level, told.severity) == (3, "Extreme")


def test_an_empty_page_of_rso_is_an_answer() -> None:
    assert read_json(200, rso_page()).told == ()


@pytest.mark.parametrize(
    "body", [b"<newses/>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><newses><pagination_info/></newses>", b"<html>", b""]
)
def test_nonsense_instead_of_rso_is_a_failed_read(body: bytes) -> None:
    with pytest.raises(NotReadable):
        read_xml(200, body)


def test_a_warning_concerns_the_town_by_county_voivodeship_or_catchment() -> None:
    (wind,) = read_meteo(200, listed(METEO)).told
    (flood,) = read_hydro(200, listed(HYDRO)).told
    assert concerns(wind, town=BIELSKO)
    assert not concerns(wind, town="1465011")
    assert not concerns(wind, town="")
    assert concerns(flood, town=BIELSKO)
    assert concerns(flood, town=BIELSKO, catchments=("Z_24_2",))
    assert not concerns(flood, town=BIELSKO, catchments=("Z_24_9",))
