"""NRB: check digits of the account (mod 97) and of the bank's sort code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.nrb import format_nrb, make_nrb, parse_nrb, sort_code_check_digit

GOOD = "61109010140000071219812874"  # the example of public descriptions of the Polish IBAN
FIRST7 = st.text("0123456789", min_size=7, max_size=7)
NUMBER16 = st.text("0123456789", min_size=16, max_size=16)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"PL{GOOD}",
        f"pl {GOOD}",
        "61 1090 1014 0000 0712 1981 2874",
        "61\u00a01090\u00a01014-0000-0712-1981-2874 ",
    ],
)
def test_an_account_is_read_with_or_without_pl_and_spaces(text: str) -> None:
    assert parse_nrb(text) == GOOD


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "nrb_empty"),
        ("PL", "nrb_empty"),
        (GOOD[:-1], "nrb_length"),
        (f"{GOOD}0", "nrb_length"),
        (f"DE{GOOD}", "nrb_length"),
        (GOOD.replace("1", "l"), "nrb_length"),
        ("٦" + GOOD[1:], "nrb_length"),
        ("62" + GOOD[2:], "nrb_checksum"),
        (GOOD[:-1] + "5", "nrb_checksum"),
        ("0" * 26, "nrb_checksum"),
        ("88102010271234000000012345", "nrb_bank"),  # python-stdnum passes it
    ],
)
def test_a_false_account_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_nrb(text)
    assert refusal.value.code == code
    assert refusal.value.mend


@pytest.mark.parametrize(("first7", "digit"), [("1090101", "4"), ("1020102", "6"), ("1010000", "0"), ("1140200", "4")])
def test_the_sort_code_ends_with_its_own_digit(first7: str, digit: str) -> None:
    assert sort_code_check_digit(first7) == digit


@given(FIRST7, NUMBER16)
def test_a_made_account_reads_back(first7: str, number16: str) -> None:
    nrb = make_nrb(first7 + sort_code_check_digit(first7), number16)
    assert parse_nrb(nrb) == parse_nrb(format_nrb(nrb)) == nrb


@given(FIRST7, NUMBER16, st.integers(0, 25), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(first7: str, number16: str, place: int, shift: int) -> None:
    nrb = make_nrb(first7 + sort_code_check_digit(first7), number16)
    wrong = nrb[:place] + str((int(nrb[place]) + shift) % 10) + nrb[place + 1 :]
    with pytest.raises(Refused):
        parse_nrb(wrong)


def test_an_account_has_one_pair_of_check_digits() -> None:
    bodies = (f"10201026{number:016d}" for number in range(2_000))
    low = next(body for body in bodies if make_nrb(body[:8], body[8:]).startswith("02"))
    assert parse_nrb(f"02{low}") == f"02{low}"
    with pytest.raises(Refused) as refusal:  # 99 leaves the same remainder
        parse_nrb(f"99{low}")
    assert refusal.value.code == "nrb_checksum"


def test_an_account_is_shown_in_fours() -> None:
    assert format_nrb(GOOD) == "61\u00a01090\u00a01014\u00a00000\u00a00712\u00a01981\u00a02874"
