"""The words of a warning: what an officer is warned of before it goes."""

import pytest

from broadcasts.wording import area_faults, wording_faults

PLACES = ("Dolina", "Osiedle Słoneczne", "Bielsko-Biała")
GOOD = "DOLINA: silny wiatr do godz. 6:00. Zostan w domu, zamknij okna, usun przedmioty z balkonu."


def codes(sms: str, sender: str = "") -> set[str]:
    """The faults of *sms*."""
    return {fault.code for fault in wording_faults(sms, places=PLACES, sender=sender)}


@pytest.mark.parametrize(
    "sms",
    [
        GOOD,
        "Gmina Dolina: brak wody na Osiedlu Słonecznym do 22:00. Nie pij wody z kranu.",
        "Skażenie wody w Dolinie. Przegotuj wodę przed piciem, do odwołania.",
        "Bielsko-Biała: powódź w nocy. Przenieś auta wyżej.",
    ],
)
def test_a_warning_that_says_what_where_when_and_what_to_do_is_good(sms: str) -> None:
    assert codes(sms) == set()


@pytest.mark.parametrize(
    ("sms", "fault"),
    [
        ("DOLINA: silny wiatr do godz. 6:00.", "no_action"),
        ("Silny wiatr do godz. 6:00. Zostań w domu.", "no_place"),
        ("DOLINA: silny wiatr. Zostań w domu.", "no_time"),
        (f"{GOOD} Więcej: https://dolina.pl/a", "link"),
        (f"{GOOD} Więcej: bit.ly/abc", "link"),
        (f"{GOOD} {'x' * 240}", "long"),
        ("", "empty"),
        ("ALERT RCB: silny wiatr w Dolinie do 6:00. Zostań w domu.", "imitates_rcb"),
    ],
)
def test_each_fault_is_seen(sms: str, fault: str) -> None:
    assert codes(sms) == {fault}


def test_nobody_sends_under_the_name_of_alert_rcb() -> None:
    found = [fault for fault in wording_faults(GOOD, places=PLACES, sender="ALERT RCB") if fault.is_grave]
    assert [fault.code for fault in found] == ["imitates_rcb"]


@pytest.mark.parametrize(
    ("texts", "parts", "faults"),
    [
        (["Dolina: silny wiatr, cała gmina, do 12:00."], ["Podgórze"], {"wider_than_area"}),
        (["Na terenie całego miasta wyje syrena."], [], {"wider_than_area"}),
        (["Dolina, Podgórze: silny wiatr.", "Dolina: strong wind, the whole town."], ["Podgórze"], {"wider_than_area"}),
        (
            ["Dolina, Podgórze: silny wiatr.", "", "Dolina: сильний вітер, вся громада."],
            ["Podgórze"],
            {"wider_than_area"},
        ),
        (["Dolina: silny wiatr do 12:00."], ["Podgórze", "Leśna"], {"no_part"}),
        (["Dolina: silny wiatr na Podgórzu, cały dzień."], ["Podgórze"], set()),
        (["Dolina: silny wiatr do 12:00."], [], set()),
    ],
)
def test_words_for_the_whole_town_do_not_go_to_a_part_of_it(
    texts: list[str], parts: list[str], faults: set[str]
) -> None:
    assert {fault.code for fault in area_faults(texts, parts=parts)} == faults
