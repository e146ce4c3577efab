"""CAP 1.2 in and out: known answers, every rule of the standard, hostile files."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from broadcasts.cap_reading import LARGEST, read_cap, told_of
from broadcasts.cap_rules import crosses_itself, faults
from broadcasts.cap_values import Alert, Area, Info, Reference, Resource
from broadcasts.cap_writing import NotCap, moment, write_cap
from broadcasts.told import NotReadable, Sort
from tests.broadcasts.samples import CAP

SENT = datetime(2026, 11, 21, 14, tzinfo=UTC)
INFO = Info("Silny wiatr", ("Met",), "Immediate", "Severe", "Likely", language="pl-PL", headline="Wiatr")
ALERT = Alert("SPM-1", "kryzys@dolina.example", SENT, "Actual", "Alert", infos=(INFO,))
EARLIER = Reference("kryzys@dolina.example", "SPM-0", SENT)


def points(text: str) -> tuple[tuple[Decimal, Decimal], ...]:
    """«0,0 1,1» as points."""
    return tuple((Decimal(one), Decimal(two)) for one, two in (pair.split(",") for pair in text.split()))


def test_a_message_is_read_whole_and_says_what_it_warns_of() -> None:
    told = told_of(read_cap(CAP.encode()))
    assert (told.event, told.level, told.codes, told.places) == ("Silny wiatr", 2, ("2461",), ("Bielsko-Biała",))
    assert told.key == "wczk@katowice.example|WCZK-24-2026-118"
    assert told.ends_at == datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert told.instruction.startswith("Zostań")
    assert not told.is_exercise


def test_a_cancellation_and_an_exercise_are_known_as_such() -> None:
    reference = "<references>wczk@katowice.example,WCZK-24-2026-118,2026-11-21T13:05:00+01:00</references>"
    cancel = CAP.replace("<msgType>Alert", "<msgType>Cancel").replace("<info>", f"{reference}<info>")
    told = told_of(read_cap(cancel.replace("118</identifier>", "119</identifier>").encode()))
    assert (told.sort, told.refers_to) == (Sort.CANCEL, ("wczk@katowice.example|WCZK-24-2026-118",))
    assert told_of(read_cap(CAP.replace("Actual", "Exercise").encode())).is_exercise


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *(("+01:00</sent>", "Z</sent>"), ("<scope>Public</scope>", ""), ("Severe", "Grozne"), ("Alert<", "Alarm<")),
        *(("49.7,19.0 49.9,19.0", "49.7,19.0"), ("49.7,19.0 49.9", "49.8,19.0 49.9"), ("49.7,19.0", "99.7,19.0")),
        *(("wczk@katowice", "wczk katowice"), ("<headline>", "<headline>&lt;b&gt;"), ("49.9,19.2", "x,y")),
        *(("<scope>Public", "<scope>Private"), ("<scope>Public", "<scope>Restricted"), ("<event>", "<evnt>")),
        *(("<?xml", "<!DOCTYPE alert [<!ENTITY a 'b'>]><?xml"), ("cap:1.2", "cap:1.1"), ("</alert>", "")),
        (' encoding="UTF-8"?>', ' encoding="UTF-8"?><!DOCTYPE alert SYSTEM "file:///etc/passwd">'),
        ("<msgType>Alert", "<msgType>Update"),
    ],
)
def test_what_breaks_the_standard_is_refused(old: str, new: str) -> None:
    assert old in CAP
    with pytest.raises(NotReadable):
        read_cap(CAP.replace(old, new).encode())


def test_what_is_against_the_schema_is_told_in_polish() -> None:
    with pytest.raises(NotReadable) as refused:
        read_cap(b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"/>')
    assert str(refused.value) == "komunikat nie zgadza się ze schematem CAP 1.2 (wiersz 1, element „alert”)"


def test_a_file_above_one_megabyte_is_not_parsed() -> None:
    with pytest.raises(NotReadable, match="1 MB"):
        read_cap(CAP.encode() + b" " * LARGEST)


@pytest.mark.parametrize("status", ["System", "Test", "Draft"])
def test_what_is_no_live_message_warns_of_nothing(status: str) -> None:
    with pytest.raises(NotReadable):
        told_of(read_cap(CAP.replace("Actual", status).encode()))


def test_what_is_written_is_read_back_the_same() -> None:
    area = Area(
        "Dolina",
        polygons=(points("49.7,19.0 49.9,19.0 49.9,19.2 49.7,19.0"),),
        circles=((Decimal("49.8"), Decimal("19.1"), Decimal("2.5")),),
        geocodes=(("TERYT", "2461011"),),
        altitude=Decimal(300),
        ceiling=Decimal(1200),
    )
    info = replace(
        INFO,
        responses=("Shelter", "Monitor"),
        audience="wszyscy",
        event_codes=(("SPM", "wind"),),
        effective=SENT,
        onset=SENT,
        expires=SENT.replace(hour=20),
        sender_name="Gmina Dolina",
        description="Porywy do 95 km/h",
        instruction="Zostań w domu",
        web="https://dolina.example/ostrzezenia/",
        contact="tel. 112",
        parameters=(("stopień", "2"),),
        resources=(Resource("mapa", "image/png", size=12, uri="https://dolina.example/mapa.png"),),
        areas=(area,),
    )
    english = replace(info, language="en", headline="Wind", description="Gusts up to 95 km/h")
    alert = replace(
        ALERT,
        message_type="Update",
        source="IMGW-PIB",
        codes=("SPM-1.0",),
        note="uwaga",
        references=(EARLIER,),
        incidents="wiatr",
        infos=(info, english),
    )
    assert read_cap(write_cap(alert)) == alert
    private = replace(ALERT, scope="Private", addresses="wczk@katowice.example")
    assert read_cap(write_cap(private)) == private


def test_times_have_an_offset_and_never_a_z() -> None:
    assert moment(SENT) == "2026-11-21T14:00:00-00:00"
    assert b"2026-11-21T14:00:00-00:00</sent>" in write_cap(ALERT)


@pytest.mark.parametrize(
    "broken",
    [
        replace(ALERT, identifier="SPM 1"),
        replace(ALERT, identifier="SPM,1"),
        replace(ALERT, sender="a<b"),
        replace(ALERT, sender="a&b"),
        replace(ALERT, scope="Restricted"),
        replace(ALERT, restriction="dla służb"),
        replace(ALERT, scope="Private"),
        replace(ALERT, message_type="Cancel"),
        replace(ALERT, references=(Reference("kryzys@dolina.example", "SPM-1", SENT),)),
        replace(ALERT, references=(replace(EARLIER, sent=SENT.replace(hour=15)),)),
        replace(ALERT, sent=SENT.replace(tzinfo=None)),
        replace(ALERT, infos=(replace(INFO, description="<b>Wiatr</b>"),)),
        replace(ALERT, infos=(INFO, replace(INFO, language="en"))),
        replace(ALERT, infos=(replace(INFO, onset=SENT, expires=SENT.replace(hour=3)),)),
        replace(ALERT, infos=(replace(INFO, areas=(Area("x", ceiling=Decimal(2)),)),)),
        replace(ALERT, infos=(replace(INFO, areas=(Area("x", polygons=(points("0,0 1,1 0,0"),)),)),)),
        replace(ALERT, infos=(replace(INFO, areas=(Area("x", polygons=(points("0,0 1,1 0,1 1,0 0,0"),)),)),)),
        replace(ALERT, infos=(replace(INFO, areas=(Area("x", circles=((Decimal(1), Decimal(1), Decimal(-1)),)),)),)),
        replace(ALERT, infos=(replace(INFO, severity="Straszne"),)),
        replace(ALERT, infos=(replace(INFO, categories=()),)),
    ],
)
def test_nothing_leaves_that_would_break_the_standard(broken: Alert) -> None:
    with pytest.raises(NotCap):
        write_cap(broken)


def test_a_polygon_crosses_itself_only_where_sides_that_are_no_neighbours_meet() -> None:
    assert crosses_itself(points("0,0 2,2 0,2 2,0 0,0"))
    assert crosses_itself(points("0,0 4,0 4,4 2,0 0,4 0,0"))
    assert not crosses_itself(points("0,0 2,0 2,2 0,2 0,0"))
    assert not crosses_itself(points("49.7,19.0 49.9,19.0 49.9,19.2 49.7,19.0"))
    assert faults(ALERT) == []
