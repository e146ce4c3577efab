"""PESEL, NIP and REGON: what is read, what is refused, what may be shown."""

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from residents.identity import (
    IdentityNumber,
    NumberKind,
    make_nip,
    make_pesel,
    make_regon,
    mask_number,
    pesel_birth_date,
    read_identity,
)

ON = date(2026, 11, 21)
PESEL = make_pesel(date(1980, 5, 17), 123, True)
NIP = make_nip("526000124")
REGON = make_regon("00033150")
REGON14 = "12345678512347"


def refusal_of(text: str, on: date = ON) -> Refused:
    """The refusal that *text* meets."""
    with pytest.raises(Refused) as refusal:
        read_identity(text, on=on)
    return refusal.value


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("44051401359", NumberKind.PESEL, "44051401359"),
        ("02070803628", NumberKind.PESEL, "02070803628"),
        (f" {PESEL[:6]} {PESEL[6:]} ", NumberKind.PESEL, PESEL),
        ("5260001246", NumberKind.NIP, "5260001246"),
        ("526-000-12-46", NumberKind.NIP, "5260001246"),
        ("PL 526 000 12 46", NumberKind.NIP, "5260001246"),
        ("pl5260001246", NumberKind.NIP, "5260001246"),
        ("526–000–12–46", NumberKind.NIP, "5260001246"),
        ("123456785", NumberKind.REGON, "123456785"),
        (REGON14, NumberKind.REGON, REGON14),
        ("123 456\u00a0785.12347", NumberKind.REGON, REGON14),
        ("REGON 123456785", NumberKind.REGON, "123456785"),
        ("NIP: 526-000-12-46", NumberKind.NIP, "5260001246"),
        ("0000123456", NumberKind.KRS, "0000123456"),
        ("KRS 0001 234 567", NumberKind.KRS, "0001234567"),
        ("ob-000123", NumberKind.TOWN, "OB-000123"),
        ("OB 000123", NumberKind.TOWN, "OB-000123"),
    ],
)
def test_a_number_is_recognised_by_its_length(text: str, kind: NumberKind, value: str) -> None:
    assert read_identity(text, on=ON) == IdentityNumber(kind, value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "number_empty"),
        (" - ", "number_empty"),
        ("PL", "number_empty"),
        ("12345678", "number_length"),
        ("123456789012", "number_length"),
        ("4405140135X", "number_length"),
        ("٤٤٠٥١٤٠١٣٥٩", "number_length"),
        ("²²²²²²²²²²²", "number_length"),
        ("9" * 100_000, "number_length"),
        ("44051401358", "pesel_checksum"),
        ("44053201353", "pesel_date"),  # 32 May
        ("44130101350", "pesel_date"),  # month 13
        ("44201401350", "pesel_date"),  # month 0 of the year 2044
        ("01022900017", "pesel_date"),  # 29 February 1901
        ("40320100011", "pesel_future"),  # born on 1 December 2040; python-stdnum passes it
        ("99723100018", "pesel_future"),  # born in 2299
        ("22222222222", "number_repeated"),  # python-stdnum passes it
        ("00000000000", "number_repeated"),
        ("5260001245", "nip_checksum"),
        ("0010123456", "nip_checksum"),  # the court register has not come that far, and no NIP begins with a zero
        ("OB-", "number_length"),
        ("CUDZOZIEMIEC-1", "number_length"),
        ("0000000000", "number_repeated"),  # python-stdnum passes it
        ("123456784", "regon_checksum"),
        ("000000000", "number_repeated"),  # python-stdnum passes it
        ("00000000000000", "number_repeated"),
        ("12345678512348", "regon_checksum"),
        ("12345678412342", "regon_checksum"),
    ],
)
def test_a_false_number_is_refused(text: str, code: str) -> None:
    refusal = refusal_of(text)
    assert refusal.code == code
    assert refusal.message
    assert refusal.mend
    assert not text.strip(" -") or text not in str(refusal)


def test_a_regon_of_fourteen_digits_needs_a_true_first_nine() -> None:
    first13 = "1234567841234"
    weights = (2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)
    check = sum(weight * int(digit) for weight, digit in zip(weights, first13, strict=True)) % 11 % 10
    assert refusal_of(f"{first13}{check}").code == "regon_checksum"


def test_a_child_born_today_has_a_number_and_one_born_tomorrow_has_none() -> None:
    pesel = make_pesel(ON, 1, False)
    assert read_identity(pesel, on=ON).kind is NumberKind.PESEL
    assert refusal_of(pesel, on=date(2026, 11, 20)).code == "pesel_future"


@pytest.mark.parametrize(
    ("pesel", "born"),
    [
        ("44051401359", date(1944, 5, 14)),
        ("02270803624", date(2002, 7, 8)),
        ("99923100011", date(1899, 12, 31)),
        ("00410100011", date(2100, 1, 1)),
        ("00610100017", date(2200, 1, 1)),
    ],
)
def test_the_month_of_a_pesel_tells_the_century(pesel: str, born: date) -> None:
    assert pesel_birth_date(pesel) == born


@given(st.dates(date(1900, 1, 1), ON), st.integers(0, 999), st.booleans())
def test_a_made_pesel_says_the_day_and_the_sex(birth: date, serial: int, woman: bool) -> None:
    pesel = make_pesel(birth, serial, woman)
    assert read_identity(pesel, on=ON) == IdentityNumber(NumberKind.PESEL, pesel)
    assert pesel_birth_date(pesel) == birth
    assert (int(pesel[9]) % 2 == 0) is woman


@given(st.dates(date(1900, 1, 1), ON), st.integers(0, 999), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_of_a_pesel_is_found(birth: date, serial: int, place: int, shift: int) -> None:
    pesel = make_pesel(birth, serial, True)
    wrong = pesel[:place] + str((int(pesel[place]) + shift) % 10) + pesel[place + 1 :]
    assert refusal_of(wrong).code in {"pesel_checksum", "pesel_date", "pesel_future", "number_repeated"}


@given(st.integers(100_000_000, 999_999_999), st.integers(1, 99_999_999))
def test_made_company_numbers_read_back(nip: int, regon: int) -> None:
    with contextlib.suppress(ValueError):  # remainder 10: never issued
        made = make_nip(f"{nip:09d}")
        assert len(set(made)) == 1 or read_identity(made, on=ON).kind is NumberKind.NIP
    made = make_regon(f"{regon:08d}")
    assert len(set(made)) == 1 or read_identity(made, on=ON).kind is NumberKind.REGON


def test_a_nip_with_remainder_ten_is_never_made() -> None:
    with pytest.raises(ValueError, match="500000005"):
        make_nip("500000005")


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_a_refusal(text: str) -> None:
    with contextlib.suppress(Refused):
        read = read_identity(text, on=ON)
        assert read.value.rpartition("-")[2].isdigit()
        assert read_identity(read.value, on=ON) == read


@pytest.mark.parametrize(
    ("value", "masked"),
    [("44051401359", "********359"), ("5260001246", "*******246"), ("123456", "***456"), ("12345", "*****"), ("", "")],
)
def test_a_masked_number_keeps_its_last_three_digits(value: str, masked: str) -> None:
    assert mask_number(value) == masked
