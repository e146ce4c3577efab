"""Złoty and grosze: read as Poles write them, rounded as the law rounds them, split to the grosz."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.money import format_pln, from_grosze, grosz, parse_pln, split_evenly, to_grosze, whole_zloty

NBSP = "\u00a0"
AMOUNTS = st.decimals(min_value=0, max_value=Decimal("9999999999.99"), places=2)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234.56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56", "1234.56"),
        ("1\u202f234,56\u00a0zł", "1234.56"),
        ("1\u2009234\u2009567,80", "1234567.80"),
        ("1'234,56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1.234.567", "1234567.00"),
        ("1 234,56 zł", "1234.56"),
        ("1 234,56 PLN", "1234.56"),
        ("  12,5 ", "12.50"),
        ("0", "0.00"),
        ("7", "7.00"),
        ("-3,20", "-3.20"),
        ("9 999 999 999,99", "9999999999.99"),
    ],
)
def test_an_amount_is_read_as_poles_write_it(text: str, amount: str) -> None:
    assert str(parse_pln(text)) == amount


@pytest.mark.parametrize("text", ["-0", "-0,00"])
def test_there_is_no_negative_zero(text: str) -> None:
    assert str(parse_pln(text)) == "0.00"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "amount_empty"),
        ("  \u00a0", "amount_empty"),
        ("zł", "amount_empty"),
        ("10 50", "amount_unreadable"),
        ("12 34,00", "amount_unreadable"),
        ("1234 567", "amount_unreadable"),
        ("1,234.56", "amount_unreadable"),
        ("1.2.3", "amount_unreadable"),
        ("abc", "amount_unreadable"),
        ("NaN", "amount_unreadable"),
        ("Infinity", "amount_unreadable"),
        ("1e3", "amount_unreadable"),
        ("+5", "amount_unreadable"),
        ("5-", "amount_unreadable"),
        ("--5", "amount_unreadable"),
        ("5 zł 20 gr", "amount_unreadable"),
        ("12,", "amount_unreadable"),
        (",50", "amount_unreadable"),
        ("٣", "amount_unreadable"),
        ("12,345", "amount_too_fine"),
        ("1.234", "amount_too_fine"),
        ("1 234,567", "amount_too_fine"),
        ("10000000000", "amount_too_large"),
        ("99 999 999 999,00", "amount_too_large"),
        ("9" * 5000, "amount_too_large"),
    ],
)
def test_what_is_no_clear_amount_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        parse_pln(text)
    assert refusal.value.code == code
    assert refusal.value.mend


@given(AMOUNTS)
def test_what_is_shown_reads_back_as_the_same_amount(amount: Decimal) -> None:
    assert parse_pln(format_pln(amount)) == amount


@given(st.text(max_size=40))
def test_any_text_is_an_amount_or_a_refusal(text: str) -> None:
    with contextlib.suppress(Refused):
        assert parse_pln(text).as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("1.004", "1.00"),
        ("1.005", "1.01"),
        ("1.0049999", "1.00"),
        ("2.675", "2.68"),
        ("-1.005", "-1.01"),
        ("7", "7.00"),
    ],
)
def test_half_a_grosz_goes_up(amount: str, rounded: str) -> None:
    assert str(grosz(Decimal(amount))) == rounded


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.49", "0.00"), ("0.50", "1.00"), ("8.49", "8.00"), ("8.50", "9.00"), ("8.4999", "8.00"), ("123.00", "123.00")],
)
def test_op_63_1_fifty_grosze_make_a_zloty(amount: str, rounded: str) -> None:
    assert str(whole_zloty(Decimal(amount))) == rounded


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", f"0,00{NBSP}zł"),
        ("1234.56", f"1{NBSP}234,56{NBSP}zł"),
        ("1234567.8", f"1{NBSP}234{NBSP}567,80{NBSP}zł"),
        ("999.999", f"1{NBSP}000,00{NBSP}zł"),
        ("-5.20", f"\u22125,20{NBSP}zł"),
    ],
)
def test_an_amount_is_shown_with_no_break_spaces(amount: str, shown: str) -> None:
    assert format_pln(Decimal(amount)) == shown


@given(AMOUNTS)
def test_grosze_go_out_and_come_back(amount: Decimal) -> None:
    assert from_grosze(to_grosze(amount)) == amount
    assert from_grosze(str(to_grosze(amount))) == amount


@pytest.mark.parametrize("amount", ["0.001", "12.345", "NaN"])
def test_a_part_of_a_grosz_does_not_go_out(amount: str) -> None:
    with pytest.raises(Refused) as refusal:
        to_grosze(Decimal(amount))
    assert refusal.value.code == "amount_too_fine"


@pytest.mark.parametrize("value", ["", "12.5", "1e3", " 5", "12,00", "abc", "٣", True, "9" * 16])
def test_what_a_gateway_sends_must_be_whole_grosze(value: int | str) -> None:
    with pytest.raises(Refused) as refusal:
        from_grosze(value)
    assert refusal.value.code == "amount_unreadable"


@pytest.mark.parametrize(
    ("amount", "parts", "shares"),
    [
        ("100.00", 4, ["25.00", "25.00", "25.00", "25.00"]),
        ("100.00", 3, ["33.34", "33.33", "33.33"]),
        ("0.02", 3, ["0.01", "0.01", "0.00"]),
        ("0.00", 2, ["0.00", "0.00"]),
    ],
)
def test_the_first_shares_take_the_odd_grosze(amount: str, parts: int, shares: list[str]) -> None:
    assert [str(share) for share in split_evenly(Decimal(amount), parts)] == shares


@given(AMOUNTS, st.integers(min_value=1, max_value=400))
def test_shares_add_up_and_differ_by_a_grosz_at_most(amount: Decimal, parts: int) -> None:
    shares = split_evenly(amount, parts)
    assert (len(shares), sum(shares)) == (parts, amount)
    assert max(shares) - min(shares) <= Decimal("0.01")
