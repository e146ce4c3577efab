"""MT940 as each bank writes it: the same transfers come out, whatever separates, encodes and breaks them."""

import io
from datetime import date
from decimal import Decimal

import pytest

from core.nrb import make_nrb
from payments.formats import format_of, read_statements
from payments.formats.profiles import PROFILES, BankProfile
from payments.formats.statement import Broken, Closed, Entry, Event, Mark, Opened
from payments.virtual_number import make_virtual
from tests.payments.statements.samples import DAY, SENDER, Transfer, account_of, mt940, mt940_text, profile_named

VIRTUAL = make_virtual("102010260001", 321, "ODPADY")
LONG = "Podatek od nieruchomości za I ratę 2026, decyzja FN.3120.1.123.2026, ul. Źródlana 5/7 Łąck"
TRANSFERS = (
    Transfer("123.45", LONG, debited_on=date(2026, 3, 14)),
    Transfer("123.45", LONG),
    Transfer("1273.23", "ODPADY", credited=VIRTUAL),
    Transfer("7.00", "OPŁATA ZA PROWADZENIE RACHUNKU", mark="D"),
    Transfer("123.45", LONG, mark="RC"),
    Transfer("50.00", "ZWROT", mark="RD"),
)
by_bank = pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)


def read(content: bytes) -> list[Event]:
    return list(read_statements(io.BytesIO(content)))


def entries(content: bytes) -> list[Entry]:
    return [event for event in read(content) if isinstance(event, Entry)]


def problem(content: bytes) -> str:
    return next(event.problem.code for event in read(content) if isinstance(event, Broken))


def squeezed(text: str) -> str:
    return text.replace(" ", "")


@by_bank
def test_count_totals_and_balances_are_right(profile: BankProfile) -> None:
    events = read(mt940(profile, TRANSFERS))
    opened, closed = events[0], events[-1]
    assert isinstance(opened, Opened)
    assert isinstance(closed, Closed)
    assert (opened.account, opened.number, opened.currency) == (account_of(profile), "00055/001", "PLN")
    assert (opened.opening, closed.closing) == (Decimal("1000.00"), Decimal("2439.68"))
    found = [event for event in events if isinstance(event, Entry)]
    assert [(one.line, one.mark, one.amount) for one in found] == [
        (1, Mark.CREDIT, Decimal("123.45")),
        (2, Mark.CREDIT, Decimal("123.45")),
        (3, Mark.CREDIT, Decimal("1273.23")),
        (4, Mark.DEBIT, Decimal("7.00")),
        (5, Mark.CREDIT_REVERSED, Decimal("123.45")),
        (6, Mark.DEBIT_REVERSED, Decimal("50.00")),
    ]


@by_bank
def test_titles_names_and_senders_survive_separators_encodings_and_breaks(profile: BankProfile) -> None:
    first = entries(mt940(profile, TRANSFERS))[0]
    assert squeezed(first.title) == squeezed(LONG)
    assert first.name == "ZAŻÓŁĆ JAŹŃ"
    assert first.sender == SENDER
    assert first.booked_on == first.value_on == DAY


@by_bank
def test_a_virtual_account_is_found_where_the_bank_puts_it(profile: BankProfile) -> None:
    third = entries(mt940(profile, TRANSFERS))[2]
    assert third.credited in {VIRTUAL, f"XX{VIRTUAL[-12:]}"}


@pytest.mark.parametrize("name", ["PKO BP", "mBank"])
def test_the_day_of_the_debit_is_read_where_the_bank_tells_it(name: str) -> None:
    first, second = entries(mt940(profile_named(name), TRANSFERS))[:2]
    assert (first.debited_on, second.debited_on) == (date(2026, 3, 14), None)


def test_a_full_part_goes_on_without_a_space_and_a_short_one_with_one() -> None:
    text = mt940_text(profile_named("Santander"), [Transfer("1.00", "X")])
    parts = "<20ABCDEFGHIJKLMNOPQRSTUVWXYZ1\r\n<21234\r\n<22KONIEC"
    (entry,) = entries(text.replace("<20X", parts).encode())
    assert entry.title == "ABCDEFGHIJKLMNOPQRSTUVWXYZ1234 KONIEC"


def test_a_sender_told_by_sort_code_and_number_is_a_whole_account() -> None:
    text = mt940_text(profile_named("Santander"), [Transfer("1.00", "X")]).replace(f"<38PL{SENDER}\r\n", "")
    (entry,) = entries(text.encode())
    assert entry.sender == make_nrb(SENDER[2:10], SENDER[10:])


def test_a_virtual_account_typed_with_spaces_in_the_title_is_found() -> None:
    spaced = f"{VIRTUAL[:2]} {' '.join(VIRTUAL[place : place + 4] for place in range(2, 26, 4))}"
    (entry,) = entries(mt940(profile_named("ING Bank Śląski"), [Transfer("5.00", f"NA {spaced} 2026")]))
    assert entry.credited == VIRTUAL


def test_swift_envelopes_are_seen_through() -> None:
    inside = mt940_text(profile_named("Citi Handlowy"), TRANSFERS).removesuffix("-\r\n")
    wrapped = f"{{1:F01CITIPLPXAXXX0000000000}}{{2:I940CITIPLPXXXXXN}}{{4:\r\n{inside}-}}\r\n"
    assert len(entries(wrapped.encode("cp1250"))) == len(TRANSFERS)


def test_a_booking_day_of_the_next_year_is_that_year() -> None:
    text = mt940_text(profile_named("Santander"), [Transfer("1.00", "X")])
    (entry,) = entries(text.replace(":61:2603160316C", ":61:2612310102C").encode())
    assert (entry.value_on, entry.booked_on) == (date(2026, 12, 31), date(2027, 1, 2))


def test_several_statements_of_a_file_come_one_after_another() -> None:
    profile = profile_named("Santander")
    both = mt940(profile, TRANSFERS) + mt940(profile, TRANSFERS[:1], number="00056/001", opening="2439.68")
    assert [event.number for event in read(both) if isinstance(event, Opened)] == ["00055/001", "00056/001"]


def test_a_broken_statement_leaves_the_others_whole() -> None:
    profile = profile_named("Santander")
    good = mt940(profile, TRANSFERS[:1], number="00056/001")
    bad = mt940(profile, TRANSFERS).replace(b"2439,68", b"2439,69")
    events = read(bad + good)
    assert [type(event) for event in events if not isinstance(event, Entry)] == [Opened, Broken, Opened, Closed]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((b"62F:C260316PLN2439,68", b"62F:C260316PLN2439,67"), "balance_wrong"),
        ((b"C260316PLN1000,00", b"C260230PLN1000,00"), "date_wrong"),
        ((b"NTRFNONREF//B00000001", b""), "line_unreadable"),
        ((b"CN123,45NTRF", b"CN123,455NTRF"), "amount_wrong"),
        ((b"CN123,45NTRF", b"CN123.45NTRF"), "line_unreadable"),
        ((b":28C:", b":99X:"), "tag_unknown"),
        ((b":28C:", b":34F:"), "interim_report"),
        ((b"62F:C260316PLN", b"62F:C260316EUR"), "currency_changes"),
        ((b":60F:", b":64:"), "not_opened"),
        ((b":62F:", b":64:"), "statement_cut"),
    ],
)
def test_what_is_wrong_is_said(change: tuple[bytes, bytes], code: str) -> None:
    content = mt940(profile_named("Santander"), TRANSFERS)
    assert change[0] in content
    assert problem(content.replace(*change)) == code


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_cut_file_is_never_taken_for_a_whole_one(share: float) -> None:
    content = mt940(profile_named("PKO BP"), TRANSFERS)
    assert any(isinstance(event, Broken) for event in read(content[: int(len(content) * share)]))


def test_formats_are_told_by_their_beginning() -> None:
    assert format_of(io.BytesIO(mt940(profile_named("mBank"), TRANSFERS))) == "mt940"
    assert format_of(io.BytesIO(b"\xef\xbb\xbf<?xml ")) == "camt053"
    assert format_of(io.BytesIO(b"110,20260316,1,")) == "elixir"


@by_bank
@pytest.mark.parametrize("size", [97, 400])
def test_it_says_the_same_wherever_a_piece_of_the_file_ends(
    profile: BankProfile, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"{1:F01}{4:\r\n" + mt940(profile, TRANSFERS) + b"-}{5:}\r\n"
    whole = read(content)
    monkeypatch.setattr("payments.formats.mt940.BLOCK", size)
    assert read(content) == read(content.replace(b"\r\n", b"\n")) == whole
