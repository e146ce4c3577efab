"""How a text travels as SMS: GSM-7 or UCS-2, parts to the letter, Polish letters made cheap (3GPP TS 23.038)."""

import math
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.sms_text import BASIC, CHEAP, EXTENSION, sms_size, transliterate

POLISH = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"
EMOJI = "🚒"
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=400)
GSM_TEXT = st.text(alphabet=sorted(BASIC | EXTENSION), max_size=700)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("ą" * 70, "UCS-2", 70, 1),
        ("ą" * 71, "UCS-2", 71, 2),
        ("ą" * 134, "UCS-2", 134, 2),
        ("ą" * 135, "UCS-2", 135, 3),
        (EMOJI * 35, "UCS-2", 70, 1),
        (EMOJI * 36, "UCS-2", 72, 2),
    ],
)
def test_the_limits_of_a_part_are_exact(text: str, encoding: str, units: int, parts: int) -> None:
    size = sms_size(text)
    assert (size.encoding, size.units, size.parts) == (encoding, units, parts)


def test_an_escaped_sign_is_never_split_between_two_parts() -> None:
    size = sms_size("a" * 152 + "€" + "a" * 152)
    assert (size.units, size.parts) == (306, 3)
    assert sms_size("a" * 151 + "€" + "a" * 153).parts == 2


def test_an_emoji_is_never_split_between_two_parts() -> None:
    size = sms_size("ą" * 66 + EMOJI + "ą" * 66)
    assert (size.units, size.parts) == (134, 3)
    assert sms_size("ą" * 65 + EMOJI + "ą" * 67).parts == 2


@pytest.mark.parametrize("letter", POLISH)
def test_one_polish_letter_makes_the_whole_message_dear(letter: str) -> None:
    size = sms_size("a" * 100 + letter)
    assert (size.encoding, size.parts, size.non_gsm) == ("UCS-2", 2, (letter,))


def test_the_letters_to_blame_are_told_once_each() -> None:
    assert sms_size("żółw, żółw – «żółw»").non_gsm == tuple(sorted("żółw–«»".replace("w", "")))


def test_polish_letters_lose_their_tails_and_the_message_half_its_price() -> None:
    text = "Zażółć gęślą jaźń. ZAŻÓŁĆ GĘŚLĄ JAŹŃ. " * 4
    cheap = transliterate(text)
    assert cheap == "Zazolc gesla jazn. ZAZOLC GESLA JAZN. " * 4
    assert (sms_size(text).parts, sms_size(cheap).parts) == (3, 1)


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("„Dom” i «ogród» – 1…2", '"Dom" i "ogrod" - 1...2'),
        ("100,00\u00a0zł\u202fjutro\tdziś", "100,00 zl jutro dzis"),
        ("nie\u200bwi\u00addoczne\ufeff", "niewidoczne"),
        ("z\u0307o\u0301l\u0107", "zolc"),  # letters made of two signs
        ("Škoda, Čapek, crème brûlée, Łódź", "Skoda, Capek, crème brulée, Lodz"),
        ("é à ö € [x]", "é à ö € [x]"),
        ("• 2×5", "- 2x5"),
        ("d`Artagnan, 5´", "d'Artagnan, 5'"),
    ],
)
def test_typography_gets_its_cheap_form_and_gsm_letters_stay(written: str, sent: str) -> None:
    assert transliterate(written) == sent
    assert sms_size(sent).encoding == "GSM-7"


@pytest.mark.parametrize("text", ["Увага", "漢字", EMOJI])
def test_what_has_no_cheap_form_goes_as_it_is_never_as_a_question_mark(text: str) -> None:
    assert transliterate(text) == text
    assert sms_size(text).encoding == "UCS-2"


def test_every_cheap_form_is_free_of_charge() -> None:
    for code, cheap in CHEAP.items():
        assert set(cheap) <= BASIC, chr(code)


@given(ANY_TEXT)
def test_cheap_letters_never_cost_more_and_twice_changes_nothing(text: str) -> None:
    cheap = transliterate(text)
    assert transliterate(cheap) == cheap
    if sms_size(text).encoding == "GSM-7":
        assert cheap == text
    if set(text) <= set(POLISH + string.printable) - set("\t\x0b"):
        assert sms_size(cheap).encoding == "GSM-7"
        assert len(cheap) == len(text)


@given(GSM_TEXT)
def test_gsm_parts_are_those_of_a_packer_that_goes_sign_by_sign(text: str) -> None:
    size = sms_size(text)
    widths = [2 if letter in EXTENSION else 1 for letter in text]
    parts, room = 1, 153
    for width in widths:
        if width > room:
            parts, room = parts + 1, 153
        room -= width
    assert size.units == sum(widths)
    assert size.parts == (1 if sum(widths) <= 160 else parts)


@given(st.text(alphabet="ąż" + EMOJI, min_size=1, max_size=300))
def test_ucs2_units_are_those_of_utf16(text: str) -> None:
    size = sms_size(text)
    assert size.units == len(text.encode("utf-16-be")) // 2
    least = 1 if size.units <= 70 else math.ceil(size.units / 67)
    most = 1 if size.units <= 70 else math.ceil(size.units / 66)
    assert least <= size.parts <= most
