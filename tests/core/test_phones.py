"""Phone numbers: Polish unless they say otherwise, one number a field, SMS to mobile numbers only."""

import pytest

from core.errors import Refused
from core.phones import format_phone, mask_phone, parse_mobile, parse_phone


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("500100200", "+48500100200"),
        ("500 100 200", "+48500100200"),
        ("500-100-200", "+48500100200"),
        ("+48 500 100 200", "+48500100200"),
        ("0048500100200", "+48500100200"),
        ("48500100200", "+48500100200"),
        ("tel. 500 100 200", "+48500100200"),
        ("500\u00a0100\u00a0200", "+48500100200"),
        ("+44 7400 123456", "+447400123456"),
    ],
)
def test_a_mobile_number_is_kept_as_e164(text: str, e164: str) -> None:
    assert parse_mobile(text) == parse_phone(text) == e164


@pytest.mark.parametrize("text", ["22 621 45 67", "+48 12 616 12 34", "(22) 621-45-67"])
def test_a_landline_is_a_phone_but_takes_no_sms(text: str) -> None:
    assert parse_phone(text).startswith("+48")
    with pytest.raises(Refused) as refusal:
        parse_mobile(text)
    assert refusal.value.code == "not_mobile"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "phone_unreadable"),
        ("brak", "phone_unreadable"),
        ("500 100 200, 600 100 200", "phone_unreadable"),
        ("500100200;600100200", "phone_unreadable"),
        ("500100200/600100200", "phone_unreadable"),
        ("500 100 200 wew. 5", "phone_unreadable"),
        ("500-ABC-200", "phone_unreadable"),
        ("9" * 300, "phone_unreadable"),
        ("112", "phone_unknown"),
        ("500 100 20", "phone_unknown"),
        ("+48 000 000 000", "phone_unknown"),
    ],
)
def test_what_is_no_single_number_is_refused(text: str, code: str) -> None:
    for parse in (parse_phone, parse_mobile):
        with pytest.raises(Refused) as refusal:
            parse(text)
        assert refusal.value.code == code
        assert refusal.value.mend


def test_a_number_is_shown_with_no_break_spaces() -> None:
    assert format_phone("+48500100200") == "+48\u00a0500\u00a0100\u00a0200"
    assert format_phone("—") == "—"


@pytest.mark.parametrize(("e164", "masked"), [("+48500100200", "+48\u00a0***\u00a0***\u00a0200"), ("12345", "***")])
def test_a_masked_number_shows_its_last_three_digits(e164: str, masked: str) -> None:
    assert mask_phone(e164) == masked
